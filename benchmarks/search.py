"""What the search of the web map finds, against the folders that people sorted the pictures into.

    apt-get install chromium tuxpaint-stamps-default && pip install playwright
    tagatlas run /usr/share/tuxpaint/stamps --out stamps.atlas
    python benchmarks/search.py stamps.atlas

Each word is typed into the search of the page, and what is saved as CSV is compared with the
pictures in the folders of its kind: precision and recall. The page of this trial knows neither the
pictures' names nor their folders, in which the search finds words as well. Beside them stand those
of the score that is best for the word (by their harmonic mean, among all scores of the tags of that
name, or of those that hold the word where none is called so): what the backend's tags allow.
"""

from __future__ import annotations

import argparse
import csv
import re
import shutil
import tempfile
from collections.abc import Set as AbstractSet
from dataclasses import replace
from pathlib import Path

import polars as pl
from playwright.sync_api import Page, sync_playwright

from tagatlas import Map, load_map, open_atlas
from tagatlas_web import WebOptions
from tagatlas_web.page.renderer import WebRenderer

KINDS = {
    "bird": "animals/birds/",
    "insect": "animals/insects/",
    "mammal": "animals/(mammals|marsupials)/",
    "car": "vehicles/(auto|race)/|emergency/sedan",
    "fish": "animals/fish/",
    "dog": "mammals/dogs/",
    "fruit": "food/fruit/",
    "flower": "plants/flowers/",
}
"""Words, and the folders of what they name."""

FLAGS = ("--no-sandbox", "--use-angle=swiftshader", "--enable-unsafe-swiftshader")

Rates = tuple[int, float, float]
"""How many were found, precision and recall."""


def main() -> None:
    """Print a table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("atlas", type=Path)
    given = parser.parse_args()
    with (
        tempfile.TemporaryDirectory() as folder,
        open_atlas(given.atlas, write=False) as atlas,
        sync_playwright() as playwright,
    ):
        map_ = load_map(atlas, atlas.map_names()[0])
        index = WebRenderer(WebOptions(maps="this")).render(_of_tags(map_), Path(folder))[0]
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=list(FLAGS)
        )
        page = browser.new_page(reduced_motion="reduce")
        page.goto(index.as_uri())
        page.wait_for_selector("html[data-ready]", state="attached")
        print("| word | in folders | found | precision | recall | at the best score |")
        print("|---|---|---|---|---|---|")
        for word, folders in KINDS.items():
            right = _in_folders(map_, folders)
            found, precision, recall = _rates(_found(page, word), right)
            best = _best(map_, word, right)
            print(
                f"| {word} | {len(right)} | {found} | {precision:.2f} | {recall:.2f} |"
                f" {best[1]:.2f}, {best[2]:.2f} |"
            )
        browser.close()


def _of_tags(map_: Map) -> Map:
    """The map without what people called the pictures."""
    is_image = pl.col("kind") == "image"
    label = pl.when(is_image).then(pl.lit("")).otherwise("label").alias("label")
    records = map_.records.with_columns(columns=pl.lit("{}"))
    return replace(map_, nodes=map_.nodes.with_columns(label), records=records, other_maps={})


def _in_folders(map_: Map, folders: str) -> set[str]:
    known = map_.records.filter(map_.records["location"].str.contains(folders))
    return set(known["image"])


def _found(page: Page, word: str) -> set[str]:
    """Ids of the images that the page finds."""
    page.fill("#query", word)
    page.press("#query", "Enter")
    page.wait_for_function(
        "word => document.querySelector('#chosen').innerText.includes(`“${word}”`)", arg=word
    )
    with page.expect_download() as saved:
        page.get_by_role("button", name="CSV").click()
    rows = list(csv.DictReader(Path(saved.value.path()).read_text("utf-8").splitlines()))
    return {row["image"] for row in rows}


def _best(map_: Map, word: str, right: AbstractSet[str]) -> Rates:
    tags = map_.tags.collect()
    called = tags.filter(tags["tag"].str.to_lowercase() == word)
    if called.is_empty():
        called = tags.filter(tags["tag"].str.contains(rf"(?i)\b{re.escape(word)}\b"))
    scores = called.group_by("image").agg(pl.col("score").max())
    rates = [
        _rates(set(scores.filter(pl.col("score") >= least)["image"]), right)
        for least in scores["score"].unique()
    ]
    return max(rates, key=_harmonic_mean, default=(0, 0.0, 0.0))


def _rates(found: AbstractSet[str], right: AbstractSet[str]) -> Rates:
    both = len(found & right)
    return len(found), both / max(len(found), 1), both / max(len(right), 1)


def _harmonic_mean(rates: Rates) -> float:
    _, precision, recall = rates
    return 2 * precision * recall / max(precision + recall, 1e-9)


if __name__ == "__main__":
    main()
