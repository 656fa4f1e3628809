"""The viewer in a real browser: how soon it shows, how it moves, what it takes.

    apt-get install chromium && pip install playwright
    python benchmarks/web.py [--images 10000 50000 200000] [--rounds 3]

Maps of planted topics, with drawn pictures of 256 pixels, are written by the renderer ``web`` and
served on loopback; headless Chromium draws them in software. Printed are, as medians over the
rounds, each in a fresh browser: the seconds until the middle of the window looks as it does in the
end; frames per second while it is dragged and zoomed for some seconds; the longest time that
scripts take in one frame (the main thread's, from the browser's own trace); the memory of all
processes of the browser (their proportional sets); the bytes that were transferred until then.

Further, the milliseconds from a word that is put into the search until the page shows what it
found.

With ``--embedding-atlas BIN``, the program of Embedding Atlas (``pip install embedding-atlas``),
and ``--vikus FOLDER``, a copy of https://github.com/cpietsch/vikus-viewer, the same images at the
same places also go through their viewers, in turn with ours in one run, and a table of ratios to
ours is printed. ``--atlas ATLAS`` takes the map of an atlas in the place of planted ones, and
``--page FOLDER`` a page of ours that was written before, and the word to search::

    python benchmarks/web.py --atlas stamps.atlas --vikus vikus-viewer \
        --embedding-atlas peer/bin/embedding-atlas
    python benchmarks/web.py --images 10000000 --page kept/viewer --word "tag 3"
"""

from __future__ import annotations

import argparse
import json
import math
import statistics
import tempfile
import threading
import time
from base64 import b64decode
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import astuple, dataclass
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from io import BytesIO
from pathlib import Path

import numpy as np
from fetch import memory_of
from numpy.typing import NDArray
from PIL import Image
from planted_map import planted_map
from playwright.sync_api import CDPSession, Page, sync_playwright
from web_peers import Program, Search, embedding_atlas, ours, vikus, written

from tagatlas.atlas import open_atlas
from tagatlas.contracts import Map
from tagatlas.plugins import load_plugins
from tagatlas.steps.load import load_map

FLAGS = (
    "--no-sandbox",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--use-angle=swiftshader",
    "--enable-unsafe-swiftshader",
)
WINDOW = (1280, 800)
MIDDLE = (480, 160, 1120, 640)
"""Left, upper, right and lower edge of the part of the window that is looked at."""
ALIKE = 0.9
"""The share of that part which looks as in the end, once it counts as shown."""
STILL_SECONDS = 4.0
MOVES = 60
"""Of the pointer and of the wheel, each."""


@dataclass(frozen=True)
class Shown:
    """What one run in a browser took.

    Attributes:
        first: seconds until the first view.
        frames_per_second: while it is dragged and zoomed.
        script: milliseconds that scripts take in one frame at most.
        megabytes: memory of the browser.
        transferred: megabytes until the first view.
        searched: milliseconds until a word is found.
    """

    first: float
    frames_per_second: float
    script: float
    megabytes: float
    transferred: float
    searched: float


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """The URL of a folder, on a server of its own."""
    handler = partial(_Quiet, directory=str(folder))
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}/index.html"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


class _Quiet(SimpleHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Say nothing."""


class Film:
    """What a page shows, frame by frame, with the time of each."""

    def __init__(self, session: CDPSession) -> None:
        self._session = session
        self._frames: list[tuple[float, bytes]] = []
        session.on("Page.screencastFrame", self._take)
        session.send("Page.startScreencast", {"format": "png", "everyNthFrame": 1})

    def _take(self, frame: dict[str, object]) -> None:
        self._frames.append((time.time(), str(frame["data"]).encode()))
        self._session.send("Page.screencastFrameAck", {"sessionId": frame["sessionId"]})

    @property
    def last(self) -> float:
        """When the last frame came."""
        return self._frames[-1][0] if self._frames else time.time()

    def shown_after(self, begun: float) -> float:
        """Seconds until the middle looks, for good, much as it does in the end."""
        pictures = [(when - begun, _middle(data)) for when, data in self._frames]
        final = pictures[-1][1]
        shown = pictures[-1][0]
        for when, picture in reversed(pictures):
            near = np.abs(picture - final).max(axis=2) <= 48
            if near.mean() < ALIKE:
                break
            shown = when
        return shown


def _middle(data: bytes) -> NDArray[np.int64]:
    picture = Image.open(BytesIO(b64decode(data))).convert("RGB").resize(WINDOW)
    return np.asarray(picture.crop(MIDDLE)).astype(np.int64)


class NotDrawnError(Exception):
    """A page cannot draw its map in this browser; the words are its own."""


def show(url: str, program: Program, word: str) -> Shown:
    """Open a page in a fresh browser, move about in it, and search a word."""
    with sync_playwright() as started:
        browser = started.chromium.launch(executable_path="/usr/bin/chromium", args=list(FLAGS))
        page = browser.new_page(viewport={"width": WINDOW[0], "height": WINDOW[1]})
        session = page.context.new_cdp_session(page)
        transferred = Counter[str]()
        session.send("Network.enable")
        session.on(
            "Network.loadingFinished",
            lambda event: transferred.update(bytes=int(event["encodedDataLength"])),
        )
        film = Film(session)
        begun = time.time()
        page.goto(url)
        while time.time() - max(film.last, begun) < STILL_SECONDS:
            page.wait_for_timeout(200)
        if program.refusal and (said := page.get_by_text(program.refusal)).count():
            raise NotDrawnError(said.first.inner_text())
        first = film.shown_after(begun)
        megabytes_read = transferred["bytes"] / 1e6
        session.send("Page.stopScreencast")
        [process] = [
            each["id"]
            for each in browser.new_browser_cdp_session().send("SystemInfo.getProcessInfo")[
                "processInfo"
            ]
            if each["type"] == "browser"
        ]
        megabytes = memory_of(process) / 1e6
        browser.start_tracing(page=page, categories=["devtools.timeline"])
        frames = move_about(page)
        trace = json.loads(browser.stop_tracing())
        searched = find(page, program.search, word) if program.search else math.nan
        browser.close()
    return Shown(first, frames, _longest_script(trace), megabytes, megabytes_read, searched)


def find(page: Page, search: Search, word: str) -> float:
    """Search a word; the milliseconds until the page has drawn what it found."""
    if search.opens:
        page.click(search.opens)
    page.focus(search.field)
    begun = time.perf_counter()
    page.keyboard.insert_text(word)
    page.keyboard.press("Enter")
    page.wait_for_function(search.found)
    page.evaluate("() => new Promise(done => requestAnimationFrame(() => setTimeout(done)))")
    return 1000 * (time.perf_counter() - begun)


def move_about(page: Page) -> float:
    """Drag and zoom in the middle; the frames a second that the page drew meanwhile."""
    page.evaluate(
        "() => { window.frames_ = 0;"
        " const count = () => { window.frames_++; requestAnimationFrame(count); };"
        " requestAnimationFrame(count); }"
    )
    left, upper, right, lower = MIDDLE
    x, y = (left + right) / 2, (upper + lower) / 2
    begun, before = time.perf_counter(), page.evaluate("window.frames_")
    page.mouse.move(x, y)
    page.mouse.down()
    for step in range(MOVES):
        angle = 4 * np.pi * step / MOVES
        page.mouse.move(x + 120 * np.sin(angle), y + 80 * np.cos(angle))
    page.mouse.up()
    for step in range(MOVES):
        page.mouse.wheel(0, -60 if step < MOVES // 2 else 60)
    drawn = page.evaluate("window.frames_") - before
    return float(drawn / (time.perf_counter() - begun))


def _longest_script(trace: dict[str, list[dict[str, object]]]) -> float:
    """The longest time, in milliseconds, that scripts take from one frame to the next."""
    events = trace["traceEvents"]
    drawn = [each for each in events if each["name"] == "FireAnimationFrame"]
    threads = Counter((each["pid"], each["tid"]) for each in drawn)
    main = threads.most_common(1)[0][0]
    starts = sorted(_number(each["ts"]) for each in drawn if (each["pid"], each["tid"]) == main)
    calls = sorted(
        (_number(each["ts"]), _number(each["dur"]))
        for each in events
        if each["name"] == "FunctionCall" and "dur" in each and (each["pid"], each["tid"]) == main
    )
    spent = np.zeros(len(starts) + 1)
    ended = 0.0
    for begun, lasts in calls:
        if begun >= ended:  # one within another counts once
            spent[np.searchsorted(starts, begun, side="right")] += lasts
            ended = begun + lasts
    return float(spent.max()) / 1000


def _number(value: object) -> float:
    assert isinstance(value, int | float)
    return float(value)


def programs(map_: Map, folder: Path, arguments: argparse.Namespace) -> list[Program]:
    """The pages of a map; ours is the first."""
    begun = time.perf_counter()
    made = [ours(map_, folder)]
    print(f"written in {time.perf_counter() - begun:.0f} s")
    if arguments.vikus:
        made.append(vikus(map_, folder, arguments.vikus))
    if arguments.embedding_atlas:
        made.append(embedding_atlas(map_, folder / "peer", arguments.embedding_atlas))
    return made


def measure(map_: Map, arguments: argparse.Namespace) -> None:
    """Measure a map in all viewers, in turn, and print."""
    counts = map_.likely_tags.group_by("tag").len().sort("len", "tag").collect()
    word = str(counts["tag"][-1])
    with tempfile.TemporaryDirectory() as folder:
        made = programs(map_, Path(folder), arguments)
        measure_pages(made, map_.images.height, word, arguments.rounds)


def measure_pages(made: list[Program], images: int, word: str, rounds: int) -> None:
    """Measure pages of the same images, in turn, and print; ours is the first."""
    runs: dict[str, list[Shown]] = {each.name: [] for each in made}
    for _ in range(rounds):
        for each in made:
            try:
                with served(each.folder) as url:
                    runs[each.name].append(show(url, each, word))
            except NotDrawnError as error:
                print(f"{each.name}: {error}")
    medians = {name: _median(found) for name, found in runs.items() if found}
    for name, found in medians.items():
        print(
            f"{name:16} {images:8,} {found.first:6.2f} s {found.frames_per_second:9.1f}"
            f" {found.script:6.1f} ms {found.megabytes:6.0f} MB {found.transferred:9.1f} MB"
            f" {found.searched:6.0f} ms",
            flush=True,
        )
    own = astuple(medians.pop(made[0].name))
    for name, found in medians.items():
        ratios = (theirs / mine for theirs, mine in zip(astuple(found), own, strict=True))
        print(f"{name} / {made[0].name}:", *(f"{ratio:.2f}" for ratio in ratios), flush=True)


def _median(found: list[Shown]) -> Shown:
    return Shown(*(statistics.median(each) for each in zip(*map(astuple, found), strict=True)))


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="The viewer in a real browser.")
    parser.add_argument("--images", type=int, nargs="+", default=[10_000, 50_000, 200_000])
    parser.add_argument("--atlas", type=Path, help="Measure the map of this atlas instead.")
    parser.add_argument("--page", type=Path, help="Measure this page of ours instead.")
    parser.add_argument("--word", default="", help="What is searched in it.")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--vikus", type=Path, help="A copy of VIKUS Viewer's source.")
    parser.add_argument("--embedding-atlas", help="The program embedding-atlas.")
    arguments = parser.parse_args()
    print(
        f"{'viewer':16} {'images':>8} {'first':>8} {'frames/s':>9} {'script':>9} {'memory':>9}"
        f" {'transferred':>12} {'search':>9}"
    )
    if arguments.page:
        measure_pages(
            [written(arguments.page)], arguments.images[0], arguments.word, arguments.rounds
        )
        return
    if arguments.atlas:
        with open_atlas(arguments.atlas, load_plugins(), write=False) as atlas:
            measure(load_map(atlas), arguments)
        return
    for images in arguments.images:
        measure(planted_map(images), arguments)


if __name__ == "__main__":
    main()
