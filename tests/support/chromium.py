"""A real browser for the viewer's tests."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from PIL import Image

from tagatlas.contracts import Map, loaded
from tagatlas_web import WebOptions, tagatlas_renderers

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

FLAGS = (
    "--no-sandbox",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--use-angle=swiftshader",
    "--enable-unsafe-swiftshader",
)


@contextmanager
def chromium(path: str) -> Iterator[Browser]:
    """Debian's browser with software rendering."""
    from playwright.sync_api import sync_playwright  # takes a second, and few tests use it

    with sync_playwright() as started:
        opened = started.chromium.launch(executable_path=path, args=list(FLAGS))
        yield opened
        opened.close()


@contextmanager
def watched(
    browser: Browser,
    *,
    width: int = 1280,
    height: int = 850,
    colours: Literal["light", "dark"] = "light",
    calm: bool = False,
    touch: bool = False,
) -> Iterator[Page]:
    """A page that fails its test on any error, and on any request outside the folder."""
    context = browser.new_context(
        viewport={"width": width, "height": height},
        color_scheme=colours,
        reduced_motion="reduce" if calm else "no-preference",
        has_touch=touch,
    )
    page = context.new_page()
    trouble: list[str] = []
    page.on("pageerror", lambda error: trouble.append(str(error)))
    page.on(
        "console", lambda message: trouble.append(message.text) if message.type == "error" else None
    )
    page.on(
        "request",
        lambda request: (
            None
            if request.url.startswith(("file:", "data:", "blob:"))
            else trouble.append(request.url)
        ),
    )
    yield page
    context.close()
    assert not trouble, trouble


def write_viewer(map_: Map, folder: Path) -> Path:
    """Render a map; returns the page to open."""
    (spec,) = tagatlas_renderers()
    return loaded(spec.factory)(WebOptions()).render(map_, folder)[0]


def open_viewer(page: Page, index: Path) -> None:
    """Open a viewer from its folder, like a double-click."""
    page.goto(index.as_uri())
    page.wait_for_selector("html[data-ready]", state="attached")


def image_under_pointer(page: Page, left: int = 500, right: int = 1200) -> tuple[int, int]:
    """Move over a part of the window until there is an image under the pointer; its position."""
    for x in range(left, right, 23):
        for y in range(150, 800, 29):
            page.mouse.move(x, y)
            if page.evaluate(
                "([x, y]) => document.elementFromPoint(x, y).matches('canvas.map')"
                " && document.elementFromPoint(x, y).title !== ''",
                [x, y],
            ):
                return x, y
    raise AssertionError("there is no image on the map")


def pixels_of(page: Page, selector: str, colour: tuple[int, int, int]) -> int:
    """Number of pixels of an element with about that colour."""
    with Image.open(BytesIO(page.locator(selector).screenshot())) as picture:
        counts = picture.convert("RGB").getcolors(1 << 24)
    assert counts is not None
    return sum(
        count
        for count, seen in counts
        if isinstance(seen, tuple)
        and all(abs(one - other) < 12 for one, other in zip(seen, colour, strict=True))
    )


def wait_for_frame(page: Page) -> None:
    """Wait until the next frame is drawn."""
    page.evaluate("() => new Promise(done => requestAnimationFrame(() => setTimeout(done)))")
