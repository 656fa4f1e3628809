"""Search by meaning in ``tagatlas view``, with a small backend that embeds texts and pictures."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager, nullcontext
from pathlib import Path
from threading import Barrier, Thread
from typing import TYPE_CHECKING

import numpy as np
import pytest
import uvicorn
from numpy.typing import NDArray
from PIL import Image

import tagatlas as library
from tagatlas import hookimpl
from tagatlas.contracts import (
    ImageInput,
    Tag,
    Tagger,
    TaggerSpec,
    TagResult,
    TextEmbedder,
    no_progress,
)
from tagatlas.errors import TagatlasError, UsageError
from tagatlas.plugins import RENDERERS, Plugins, load_plugins
from tagatlas.steps.opened import opened, select
from tagatlas_web import NAME
from tagatlas_web.server.address import Address, listen
from tagatlas_web.server.app import make_app
from tagatlas_web.server.files import MapFiles
from tagatlas_web.server.meaning import Meaning

if TYPE_CHECKING:
    from playwright.sync_api import Browser

COLOURS = {"red": (220, 30, 30), "green": (30, 200, 40), "blue": (30, 40, 210)}
EACH = 8


class Painter(Tagger, TextEmbedder):
    """Sees the mean colour of a picture, and knows the words for three."""

    made = 0

    def __init__(self, options: object) -> None:
        del options
        Painter.made += 1

    def tag(self, images: Sequence[ImageInput]) -> list[TagResult]:
        means = [np.asarray(image.open().convert("RGB")).mean(axis=(0, 1)) for image in images]
        return [TagResult.ok([Tag("paint", 0.9)], embedding=mean) for mean in means]

    def embed_texts(self, texts: Sequence[str]) -> NDArray[np.float32]:
        unknown = [text for text in texts if text not in COLOURS]
        if unknown:
            raise ValueError(f"the colour {unknown[0]} is in no box of paints")
        return np.array([COLOURS[text] for text in texts], dtype=np.float32)

    def fingerprint(self) -> str:
        return "painter 1"


@hookimpl
def tagatlas_taggers() -> list[TaggerSpec]:
    return [
        TaggerSpec(name="painter", summary="Colours.", factory=Painter, embeds_texts=True),
        TaggerSpec(name="blind", summary="Sees nothing.", factory=Painter),
    ]


@pytest.fixture(scope="module")
def plugins() -> Plugins:
    return load_plugins(modules=[sys.modules[__name__]])


def painted(folder: Path, plugins: Plugins, backend: str) -> Path:
    """An atlas of pictures of three colours, named after them."""
    pictures = folder / "pictures"
    pictures.mkdir()
    generator = np.random.default_rng(0)
    for colour, mean in COLOURS.items():
        for number in range(EACH):
            noise = generator.integers(-25, 25, (48, 64, 3))
            pixels = np.clip(np.array(mean) + noise, 0, 255).astype(np.uint8)
            Image.fromarray(pixels).save(pictures / f"{colour}{number}.png")
    atlas = folder / "paint.atlas"
    library.run(pictures, atlas, backend=backend, plugins=plugins, duplicates="keep")
    return atlas


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory, plugins: Plugins) -> MapFiles:
    return files_of(painted(tmp_path_factory.mktemp("painted"), plugins, "painter"), plugins)


def files_of(atlas: Path, plugins: Plugins) -> MapFiles:
    with opened(atlas, plugins, write=False) as its_atlas:
        web = select(its_atlas, {}, "render").look_up(RENDERERS, NAME)
    return MapFiles(atlas, plugins, {NAME: web}, {}, lambda: nullcontext(no_progress))


def named(files: MapFiles, images: Sequence[str]) -> list[str]:
    """The colours of pictures, as their files are called."""
    with files.open() as atlas:
        known = library.load_map(atlas, "painter").images.select("id", "label")
    label_of = dict(known.iter_rows())
    return [re.sub(r"\d+\.png", "", label_of[image]) for image in images]


def test_what_fits_a_text_best_comes_first(files: MapFiles) -> None:
    with closing(Meaning(files)) as meaning:
        assert meaning.backend() == "painter"
        for colour in COLOURS:
            found = meaning.find(colour)
            assert named(files, found.images[:EACH]) == [colour] * EACH
            assert len(found.images) == EACH * len(COLOURS)
            assert found.cosines == sorted(found.cosines, reverse=True)
            assert found.cosines[EACH - 1] >= found.least


def test_the_model_is_made_once_and_late(files: MapFiles) -> None:
    with closing(Meaning(files)) as meaning:
        before = Painter.made
        assert meaning.backend()
        assert Painter.made == before
        together = Barrier(3)

        def ask() -> None:
            together.wait()
            meaning.find("red")

        threads = [Thread(target=ask) for _ in range(3)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert Painter.made == before + 1


@pytest.mark.parametrize("text", ["", "  ", "octarine"])
def test_a_text_that_cannot_be_read_is_refused_in_words(files: MapFiles, text: str) -> None:
    with closing(Meaning(files)) as meaning, pytest.raises(TagatlasError, match=r"say|octarine"):
        meaning.find(text)


def test_a_backend_that_reads_no_texts_is_not_offered(tmp_path: Path, plugins: Plugins) -> None:
    files = files_of(painted(tmp_path, plugins, "blind"), plugins)
    with closing(Meaning(files)) as meaning:
        assert meaning.backend() == ""
        with pytest.raises(UsageError, match="no backend that reads texts"):
            meaning.find("red")


@contextmanager
def served(files: MapFiles) -> Iterator[str]:
    """The address of a server in a thread."""
    files.viewer("painter")
    with listen(0, otherwise_any=True) as listening, closing(Meaning(files)) as meaning:
        address = Address(listening.getsockname()[1])
        app = make_app(files, "painter", address, meaning)
        server = uvicorn.Server(uvicorn.Config(app, lifespan="off", log_config=None, ws="none"))
        thread = Thread(target=server.run, kwargs={"sockets": [listening]})
        thread.start()
        try:
            yield address.url
        finally:
            server.should_exit = True
            thread.join()


@pytest.mark.slow
@pytest.mark.browser
def test_the_page_searches_by_meaning(files: MapFiles, browser: Browser) -> None:
    with served(files) as url:
        page = browser.new_page(reduced_motion="reduce")
        page.goto(url)
        page.wait_for_selector("html[data-ready]", state="attached")
        page.get_by_label("Search by").select_option("meaning (painter)")
        page.fill("#query", "blue")
        page.get_by_role("button", name="Search", exact=True).click()
        page.wait_for_selector("#chosen:has-text('“blue” by meaning')")
        labels = page.locator("#best button[aria-label]")
        shown = [str(each.get_attribute("aria-label")) for each in labels.all()]
        assert len(shown) >= EACH
        assert all(label.startswith("blue") for label in shown[:EACH])
        slider = page.get_by_label("Lowest score")
        slider.fill(slider.get_attribute("min") or "")
        everything = f"{EACH * len(COLOURS)} images"
        page.wait_for_selector(f"#found .images:has-text('{everything}')")
        page.fill("#query", "octarine")
        page.press("#query", "Enter")
        page.wait_for_selector("#found [role=alert]")
        assert "octarine is in no box of paints" in page.inner_text("#found")
        page.get_by_label("Search by").select_option("words")
        page.fill("#query", "red*")
        page.press("#query", "Enter")
        page.wait_for_selector(f"#chosen:has-text('{EACH} images')")
        page.close()
