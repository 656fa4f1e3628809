"""Servers of notebooks, and a map in one, in a browser."""

from __future__ import annotations

import socket
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import Frame, Page


def free_port() -> int:
    """A free port on 127.0.0.1."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def running(
    command: Sequence[str | Path], folder: Path, variables: Mapping[str, str], said: str
) -> Iterator[None]:
    """A server for a ``with`` block, which begins at its first output."""
    log = folder / "server.log"
    with (
        log.open("wb") as written,
        subprocess.Popen(
            command, cwd=folder, env=variables, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
        ) as server,
    ):
        assert server.stdout is not None
        try:
            for line in server.stdout:
                written.write(line)
                if said in line.decode():
                    break
            else:
                raise AssertionError(f"the server ended: {log.read_text()}")
            # What it says from now on is read as well: with a full pipe it would stand still.
            rest = Thread(target=written.writelines, args=(server.stdout,), daemon=True)
            rest.start()
            try:
                yield
            finally:
                server.terminate()
                rest.join()
        finally:
            server.terminate()


def map_frame(page: Page) -> Frame:
    """The frame of the first map on a page, once the map is complete."""
    handle = page.wait_for_selector("iframe[title=Map]", timeout=120_000)
    assert handle is not None
    handle.scroll_into_view_if_needed()
    frame = handle.content_frame()
    assert frame is not None
    frame.wait_for_selector("html[data-ready]", state="attached", timeout=60_000)
    return frame


def lasso_all(page: Page, frame: Frame) -> None:
    """Draw around the whole map."""
    frame.click(".draw")
    canvas = frame.locator("canvas.map")
    canvas.scroll_into_view_if_needed()
    box = canvas.bounding_box()
    assert box is not None
    left, top = box["x"] + 3, box["y"] + 3
    right, bottom = left + box["width"] - 6, top + box["height"] - 6
    page.mouse.move(left, bottom)
    page.mouse.down()
    for x, y in ((right, bottom), (right, top), (left, top), (left, bottom - 9)):
        page.mouse.move(x, y, steps=4)
    page.mouse.up()
    frame.wait_for_selector("#chosen:not([hidden])")


def wait_for_pictures(frame: Frame) -> None:
    """Wait until all pictures of the card are loaded."""
    frame.wait_for_selector("#card h2")
    frame.wait_for_function(
        "() => { const all = [...document.querySelectorAll('#card img')];"
        " return all.length > 1 && all.every(each => each.naturalWidth > 0) }"
    )
