"""Firefox for the viewer's tests, driven as the standard WebDriver BiDi says.

Playwright drives builds of Firefox of its own, or ones newer than the long-term release. The
methods are those of https://w3c.github.io/webdriver-bidi/.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import threading
from base64 import b64decode
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from io import BytesIO
from pathlib import Path
from typing import IO, Any

from PIL import Image
from websockets.sync.client import ClientConnection, connect

EVENTS = ("log.entryAdded", "network.beforeRequestSent", "browsingContext.downloadEnd")
PREFERENCES = {
    "app.update.enabled": False,
    "browser.download.folderList": 2,
    "browser.shell.checkDefaultBrowser": False,
    "datareporting.policy.dataSubmissionEnabled": False,
    "ui.prefersReducedMotion": 1,
    "ui.systemUsesDarkTheme": 0,
    "webgl.force-enabled": True,
}
SECONDS = 20
"""How long an answer may take."""
KEYS = {
    "Control": "\ue009",
    "Shift": "\ue008",
    "Enter": "\ue007",
    "Escape": "\ue00c",
    "ArrowRight": "\ue014",
    "ArrowDown": "\ue015",
    "Home": "\ue011",
    "Tab": "\ue004",
}

Place = tuple[float, float]


class Window:
    """A window that shows one page; places are in its pixels.

    Attributes:
        trouble: errors so far, and requests of other addresses than those of ``own``.
        downloads: files that were saved so far.
    """

    def __init__(self, socket: ClientConnection, own: Sequence[str]) -> None:
        self._socket = socket
        self._own = tuple(own)
        self._count = 0
        self._context = ""
        self.trouble: list[str] = []
        self.downloads: list[Path] = []

    def open(self, width: int, height: int) -> None:
        """Begin the session."""
        self._send("session.new", capabilities={})
        self._send("session.subscribe", events=list(EVENTS))
        (tab, *_) = self._send("browsingContext.getTree")["contexts"]
        self._context = tab["context"]
        size = {"width": width, "height": height}
        self._send("browsingContext.setViewport", context=self._context, viewport=size)

    def _send(self, method: str, **parameters: object) -> dict[str, Any]:
        self._count += 1
        number = self._count
        self._socket.send(json.dumps({"id": number, "method": method, "params": parameters}))
        while True:
            message = json.loads(self._socket.recv(timeout=SECONDS))
            if message["type"] == "event":
                self._heard(message["method"], message["params"])
            elif message["id"] == number:
                if message["type"] == "error":
                    raise AssertionError(f"{method}: {message['error']}: {message['message']}")
                result = message["result"]
                assert isinstance(result, dict)
                return result

    def _heard(self, event: str, told: dict[str, Any]) -> None:
        if event == "log.entryAdded" and told["level"] == "error":
            self.trouble.append(f"{told['text']} {told.get('stackTrace', '')}")
        elif event == "network.beforeRequestSent":
            url = told["request"]["url"]
            if not url.startswith((*self._own, "data:", "blob:")):
                self.trouble.append(url)
        elif event == "browsingContext.downloadEnd":
            assert told["status"] == "complete"
            self.downloads.append(Path(told["filepath"]))

    def go(self, url: str) -> None:
        """Open an address in it."""
        self._send("browsingContext.navigate", context=self._context, url=url, wait="complete")

    def reload(self) -> None:
        """Load the page again."""
        self._send("browsingContext.reload", context=self._context, wait="complete")

    def back(self) -> None:
        """Press *Back*."""
        self._send("browsingContext.traverseHistory", context=self._context, delta=-1)

    def run(self, function: str, *arguments: str | float) -> Any:
        """What a function of JavaScript returns, as JSON; promises are waited for."""
        answer = self._send(
            "script.callFunction",
            functionDeclaration=f"async (...all) => JSON.stringify(await ({function})(...all))",
            arguments=[
                {"type": "string" if isinstance(each, str) else "number", "value": each}
                for each in arguments
            ],
            target={"context": self._context},
            awaitPromise=True,
        )
        if answer["type"] == "exception":
            raise AssertionError(answer["exceptionDetails"]["text"])
        value = answer["result"].get("value")
        return None if value is None else json.loads(value)

    def wait_for(self, condition: str, *arguments: str | float) -> None:
        """Wait until an expression of JavaScript is true; its ``all`` are the arguments."""
        held = self.run(
            f"async (...all) => {{ const until = performance.now() + {500 * SECONDS};"
            f" while (!({condition})) {{ if (performance.now() > until) return false;"
            " await new Promise(later => setTimeout(later, 20)); } return true; }",
            *arguments,
        )
        assert held, condition

    def wait_for_download(self) -> Path:
        """The file that is saved next, or was saved since the last one that was asked for."""
        while not self.downloads:
            self.run("() => null")
        return self.downloads.pop()

    def text(self, selector: str) -> str:
        """The text of an element as it is shown."""
        return str(self.run("each => document.querySelector(each).innerText", selector))

    def middle(self, selector: str) -> Place:
        """The middle of an element, once it is there, can be seen and does not move."""
        self.wait_for("document.querySelector(all[0])?.getClientRects().length", selector)
        x, y = self.run(
            "async each => { const found = document.querySelector(each);"
            " found.scrollIntoView({block: 'nearest'});"
            " await new Promise(drawn => requestAnimationFrame(drawn));"
            " const {x, y, width, height} = found.getBoundingClientRect();"
            " return [x + width / 2, y + height / 2]; }",
            selector,
        )
        return x, y

    def click(self, target: str | Place, *held: str) -> None:
        """Click on an element or a place while some keys are held."""
        place = self.middle(target) if isinstance(target, str) else target
        self.drag(place, held=held)

    def drag(self, *places: Place, held: Sequence[str] = ()) -> None:
        """Press at the first place, move along the others, and release."""
        first, *others = places
        moves = [_move(first), {"type": "pointerDown", "button": 0}, *map(_move, others)]
        self._press(held)
        self._pointer([*moves, {"type": "pointerUp", "button": 0}])
        self._release(held)

    def hover(self, place: Place) -> None:
        """Move the pointer."""
        self._pointer([_move(place)])

    def wheel(self, place: Place, by: int) -> None:
        """Turn the wheel; below 0 is away from the hand."""
        x, y = map(round, place)
        turn = {"type": "scroll", "x": x, "y": y, "deltaX": 0, "deltaY": by}
        self._act({"type": "wheel", "id": "wheel", "actions": [turn]})

    def press(self, *keys: str) -> None:
        """Press keys together, such as ``Control`` and ``z``."""
        self._press(keys)
        self._release(keys)

    def write(self, text: str) -> None:
        """Type a text where the focus is."""
        for letter in text:
            self.press(letter)

    def _press(self, keys: Sequence[str]) -> None:
        self._keys("keyDown", keys)

    def _release(self, keys: Sequence[str]) -> None:
        self._keys("keyUp", keys[::-1])

    def _keys(self, kind: str, keys: Sequence[str]) -> None:
        actions = [{"type": kind, "value": KEYS.get(key, key)} for key in keys]
        if actions:
            self._act({"type": "key", "id": "keys", "actions": actions})

    def _pointer(self, moves: Sequence[object]) -> None:
        self._act({"type": "pointer", "id": "mouse", "actions": list(moves)})

    def _act(self, action: object) -> None:
        self._send("input.performActions", context=self._context, actions=[action])

    def shot(self) -> Image.Image:
        """What is seen."""
        drawn = "new Promise(drawn => requestAnimationFrame(() => requestAnimationFrame(drawn)))"
        self.run(f"() => {drawn}")
        taken = self._send("browsingContext.captureScreenshot", context=self._context)
        with Image.open(BytesIO(b64decode(taken["data"]))) as picture:
            return picture.convert("RGB")

    def print(self) -> bytes:
        """The page printed, as PDF."""
        return b64decode(self._send("browsingContext.print", context=self._context)["data"])


def _move(place: Place) -> dict[str, object]:
    x, y = map(round, place)
    return {"type": "pointerMove", "x": x, "y": y}


@contextmanager
def firefox(
    program: str, folder: Path, own: Sequence[str], *, screen: str | None
) -> Iterator[Window]:
    """A window of 1280 by 850 pixels; fails afterwards on any error and any foreign request.

    Args:
        program: Firefox.
        folder: for its profile and its downloads, empty.
        own: how the addresses begin that may be asked for.
        screen: the program Xvfb; without it there is no WebGL.
    """
    (folder / "downloads").mkdir()
    preferences = {**PREFERENCES, "browser.download.dir": str(folder / "downloads")}
    lines = [f"user_pref({json.dumps(k)}, {json.dumps(v)});\n" for k, v in preferences.items()]
    (folder / "user.js").write_text("".join(lines), "utf-8")
    command = [program, "--profile", str(folder), "--no-remote", "--remote-debugging-port", "0"]
    with ExitStack() as stack:
        shown = {"DISPLAY": stack.enter_context(_display(screen))} if screen else {}
        begun = subprocess.Popen(
            [*command, *([] if screen else ["--headless"])],
            env={**os.environ, **shown, "LIBGL_ALWAYS_SOFTWARE": "1"},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )
        stack.enter_context(_ended(begun))
        assert begun.stderr is not None
        address = _found(begun.stderr, r"WebDriver BiDi listening on (ws://\S+)")
        threading.Thread(target=begun.stderr.read, daemon=True).start()  # or the pipe fills up
        socket = stack.enter_context(connect(f"{address}/session", max_size=None))
        window = Window(socket, own)
        window.open(1280, 850)
        yield window
    assert not window.trouble, window.trouble


@contextmanager
def _display(program: str) -> Iterator[str]:
    """A screen in memory; its name."""
    begun = subprocess.Popen(
        [program, "-displayfd", "1", "-screen", "0", "1400x1000x24", "-nolisten", "tcp"],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    with _ended(begun):
        assert begun.stdout is not None
        yield ":" + _found(begun.stdout, r"(\d+)")


@contextmanager
def _ended(process: subprocess.Popen[str]) -> Iterator[None]:
    with process:
        try:
            yield
        finally:
            process.kill()


def _found(lines: IO[str], pattern: str) -> str:
    said = []
    for line in lines:
        said.append(line)
        if found := re.search(pattern, line):
            return found[1]
    raise AssertionError("".join(said))
