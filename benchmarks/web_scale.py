"""What many images take in the web map: to be written, to be searched, to be filtered.

The viewer of planted topics with tags of words that are made up is written in a process of its own,
which holds the map as well: its seconds, processor seconds and peak of memory are printed. Then
headless Chromium (software rendering) opens it: the milliseconds until a first search, with nothing
read before, the next ones and a filter by a column have an answer. ``--no-pictures`` leaves the
pictures out, without which a million images are written in minutes::

    python benchmarks/web_scale.py --images 1000000 --no-pictures

``benchmarks/web.py`` measures drawing and memory, beside other viewers.
"""

from __future__ import annotations

import argparse
import multiprocessing
import resource
import statistics
import tempfile
import time
from functools import partial
from pathlib import Path

from drawn_pictures import ThumbnailStore
from planted_map import planted_map, words
from playwright.sync_api import Page, sync_playwright

from tagatlas.contracts import Variant
from tagatlas.errors import ImageNotStored
from tagatlas_web import WebOptions
from tagatlas_web.page.renderer import WebRenderer
from web import FLAGS, WINDOW, served

WORDS = 6
SAID = """async (words) => {
  const now = performance.now();
  const said = () => document.querySelector('#chosen').innerText.includes(words);
  while (!said()) await new Promise((done) => requestAnimationFrame(done));
  return performance.now() - now;
}"""
SEARCH = f"""(word) => {{
  document.querySelector('#query').value = word;
  document.querySelector('#search').requestSubmit();
  return ({SAID})('“' + word + '”');
}}"""
FILTER = f"(hash) => {{ location.hash = hash; return ({SAID})('year'); }}"


class NoPictures(ThumbnailStore):
    """Has a picture of no image."""

    def get(self, image_id: str, variant: Variant) -> bytes:
        """None."""
        raise ImageNotStored(image_id, variant)


def write_ours(images: int, folder: Path, *, pictures: bool) -> tuple[float, float, float]:
    """Write our viewer; its seconds, processor seconds, and the process's peak of memory in GB."""
    map_ = planted_map(images, None if pictures else NoPictures())
    begun, worked = time.perf_counter(), time.process_time()
    WebRenderer(WebOptions()).render(map_, folder)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1 << 20)
    return time.perf_counter() - begun, time.process_time() - worked, peak


def answers(page: Page) -> list[float]:
    """Milliseconds until searches have an answer, in their order, and a filter at the end."""
    searches = [page.evaluate(SEARCH, word) for word in words(WORDS)[1:]]
    page.click("#clear")
    hash_ = page.evaluate("() => location.hash")
    return [*searches, page.evaluate(FILTER, f"{hash_}&only=range:year:2000:2004")]


def asked(url: str) -> list[float]:
    """The milliseconds of :func:`answers` in a fresh browser."""
    with sync_playwright() as started:
        browser = started.chromium.launch(executable_path="/usr/bin/chromium", args=list(FLAGS))
        page = browser.new_page(viewport={"width": WINDOW[0], "height": WINDOW[1]})
        page.goto(url)
        page.wait_for_selector("html[data-ready]", state="attached", timeout=600_000)
        found = answers(page)
        browser.close()
    return found


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="Many images in the web map.")
    parser.add_argument("--images", type=int, nargs="+", default=[10_000, 50_000, 200_000])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--no-pictures", action="store_true")
    arguments = parser.parse_args()
    for images in arguments.images:
        with tempfile.TemporaryDirectory() as folder:
            write = partial(write_ours, images, Path(folder), pictures=not arguments.no_pictures)
            with multiprocessing.get_context("spawn").Pool(1) as process:
                seconds, worked, peak = process.apply(write)
            with served(Path(folder) / "viewer") as url:
                rounds = [asked(url) for _ in range(arguments.rounds)]
        first = statistics.median(each[0] for each in rounds)
        later = statistics.median(ms for each in rounds for ms in each[1:-1])
        filtered = statistics.median(each[-1] for each in rounds)
        print(
            f"{images:9,} images: written in {seconds:.0f} s, {worked:.0f} of processors,"
            f" {peak:.2f} GB; first search {first:.0f} ms, others {later:.0f} ms,"
            f" filter {filtered:.0f} ms",
            flush=True,
        )


if __name__ == "__main__":
    main()
