"""The deep zoom files in OpenSeadragon itself: first view, detail, and after a resize."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image
from playwright.sync_api import Browser, Page
from programs import FindProgram, node_modules
from themed_map import themed_map

from tagatlas.contracts import loaded
from tagatlas_posters.deepzoom import DeepZoomOptions, tagatlas_renderers

pytestmark = [pytest.mark.slow, pytest.mark.thorough, pytest.mark.browser]

WIDTH = 1500
PAGE = """<!doctype html><style>body {margin: 0} #map {width: 100vw; height: 100vh}</style>
<div id="map"></div><script src="openseadragon.min.js"></script><script>
const failed = [];
const viewer = OpenSeadragon({id: "map", tileSources: "map.dzi", drawer: "canvas",
  showNavigationControl: false, immediateRender: true, animationTime: 0});
viewer.addHandler("tile-load-failed", (event) => failed.push(event.message));
</script>"""
# OpenSeadragon asks for tiles and draws them once a frame.
DRAWN = "new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)))"
LOADED = "() => viewer.world.getItemAt(0)?.getFullyLoaded()"
IN_VIEW = """() => {
  const {x, y, width, height} = viewer.world.getItemAt(0).getBounds();
  const window = viewer.viewport.getBounds();
  return [x - window.x, y - window.y, window.x + window.width - x - width,
    window.y + window.height - y - height];
}"""


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base's name
        pass


@pytest.fixture(scope="module")
def address(
    tmp_path_factory: pytest.TempPathFactory, find_program: FindProgram
) -> Iterator[tuple[str, Path]]:
    """The address of the page, and the folder that it is served from."""
    packages = node_modules(find_program(["npm"], ["npm"]))
    folder = tmp_path_factory.mktemp("deepzoom")
    (spec,) = tagatlas_renderers()
    loaded(spec.factory)(DeepZoomOptions(width=WIDTH)).render(themed_map(40), folder)
    script = packages / "openseadragon" / "build" / "openseadragon" / "openseadragon.min.js"
    shutil.copy(script, folder)
    (folder / "index.html").write_text(PAGE, "utf-8")
    served = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=folder))
    thread = threading.Thread(target=served.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{served.server_port}/index.html", folder
    served.shutdown()
    thread.join()
    served.server_close()


def shot(page: Page) -> NDArray[np.float64]:
    page.evaluate(DRAWN)
    page.wait_for_function(LOADED)
    page.evaluate(DRAWN)
    with Image.open(BytesIO(page.screenshot())) as picture:
        return np.asarray(picture.convert("RGB"), dtype=float)


def test_openseadragon_shows_the_map_whole_and_in_detail(
    address: tuple[str, Path], browser: Browser
) -> None:
    url, folder = address
    page = browser.new_page(viewport={"width": 1280, "height": 800})
    page.goto(url)
    page.wait_for_function(LOADED)
    assert page.evaluate("viewer.world.getItemAt(0).getContentSize().x") == WIDTH
    whole = shot(page)
    assert min(page.evaluate(IN_VIEW)) >= -1e-6
    assert whole.std() > 10

    # At one screen pixel for each of the map's, a tile is what its file holds.
    page.evaluate(
        "viewer.viewport.zoomTo(viewer.viewport.imageToViewportZoom(1), null, true);"
        "viewer.viewport.panTo(viewer.viewport.imageToViewportCoordinates(640, 400), true)"
    )
    deepest = max((folder / "map_files").iterdir(), key=lambda level: int(level.name))
    tile = next(deepest.glob("0_0.*"))
    with Image.open(tile) as picture:
        expected = np.asarray(picture.convert("RGB"), dtype=float)[:200, :200]
    assert np.abs(shot(page)[:200, :200] - expected).mean() < 6

    page.set_viewport_size({"width": 900, "height": 500})
    page.evaluate("viewer.viewport.resize({x: 900, y: 500}); viewer.viewport.goHome(true)")
    assert shot(page).std() > 10
    assert min(page.evaluate(IN_VIEW)) >= -1e-6
    assert page.evaluate("failed") == []
    page.close()
