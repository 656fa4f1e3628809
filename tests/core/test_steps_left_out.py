"""Images that are not on the map are counted, by reason, wherever the map is shown."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest
from map_plugins import map_plugins
from picture_atlas import picture_atlas
from PIL import Image

from tagatlas.atlas import Atlas, open_atlas
from tagatlas.contracts import NetworkDescription, Records, Tag, TagResult
from tagatlas.plugins import RENDERERS, load_plugins
from tagatlas.steps.fetch import fetch_collection
from tagatlas.steps.load import load_map
from tagatlas.steps.map import MapReport, map_collection
from tagatlas.steps.render import render_map
from tagatlas.steps.trust import trust
from tagatlas_fetching import FetchOptions
from tagatlas_mapping.maps.left_out import count_left_out
from tagatlas_mapping.maps.options import MapOptions

REASONS = {
    "no tag of at least 0.2": 2,
    "could not be tagged": 1,
    "no other tags than stop tags": 1,
    "nothing seen in them": 1,
    "not tagged yet": 1,
    "joined to one that looks the same": 1,
}
TEXT = "7 of 13 left out: 2 no tag of at least 0.2, 1 could not be tagged"


@pytest.fixture(scope="module")
def atlas(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Atlas]:
    folder = tmp_path_factory.mktemp("left out")
    with open_atlas(picture_atlas(folder, 12, (320, 240)), load_plugins()) as opened:
        ids = opened.catalog.addresses.images()["id"].to_list()
        place = opened.catalog.addresses.images().row(by_predicate=pl.col("id") == ids[0])[1]
        with Image.open(place) as first:
            first.resize((first.width * 3 // 4, first.height * 3 // 4)).save(folder / "copy.png")
        table = pl.DataFrame({"location": [str(folder / "copy.png")], "frequency": [1]})
        opened.catalog.records.add("copy", "folder", Records(table, "copy", local=True))
        trust(opened)
        fetch_collection(opened, FetchOptions())
        good = [TagResult.ok([Tag(f"tag {number % 2}", 0.9)]) for number in range(6)]
        others = [
            TagResult.ok([Tag("tag 0", 0.1)]),
            TagResult.ok([Tag("tag 1", 0.1), Tag("stopped", 0.9)]),
            TagResult.failed("transient", "too late"),
            TagResult.ok([Tag("stopped", 0.9)]),
            TagResult.empty(),
        ]
        backend = opened.catalog.tagging.use("some", "1")
        answers = list(zip(ids, [*good, *others], strict=False))
        opened.catalog.tagging.store(backend, answers)
        yield opened


def draw(atlas: Atlas, options: MapOptions | None = None) -> MapReport:
    selection = {"threshold": 0.2, "stop_tags": "stopped"}
    plugins = map_plugins(atlas.plugins, building=selection, placing={"iterations": 5})
    return map_collection(atlas, "some", "some", plugins, options or MapOptions())


def test_the_report_counts_them_by_reason(atlas: Atlas) -> None:
    report = draw(atlas)
    assert report.images == 6
    assert report.left_out == REASONS
    assert next(iter(report.left_out)) == "no tag of at least 0.2"
    assert draw(atlas).left_out == REASONS  # as it was


def test_near_duplicates_that_are_kept_count_for_themselves(atlas: Atlas) -> None:
    report = draw(atlas, MapOptions(duplicates="keep"))
    assert report.left_out["not tagged yet"] == 2
    assert sum(report.left_out.values()) + report.images == 13


def test_of_a_network_of_other_things_than_tags_only_the_number_is_known(atlas: Atlas) -> None:
    draw(atlas)
    stored = atlas.catalog.maps.load("some")
    assert stored is not None
    tags = atlas.catalog.tagging.tags(stored.backend)
    statuses = atlas.catalog.tagging.statuses(stored.backend)
    mapped = stored.data.images["id"]
    counted = count_left_out(statuses, mapped, NetworkDescription(), tags, None)
    assert counted == {"no link within the limits of the network": 7}


def test_poster_page_and_methods_say_so(atlas: Atlas, tmp_path: Path) -> None:
    draw(atlas)
    map_ = load_map(atlas)
    renderers = [
        atlas.plugins.choose(RENDERERS, name, options)
        for name, options in (("svg", {"width": 1500}), ("methods", {}), ("page", {}))
    ]
    files = {path.name: path for path in render_map(map_, renderers, tmp_path)}
    assert TEXT in files["map.svg"].read_text()
    assert f"Of the images, {TEXT}" in files["methods.md"].read_text()
    assert TEXT in files["map.html"].read_text()


def test_nothing_is_said_where_all_are_there(atlas: Atlas) -> None:
    draw(atlas)
    provenance = load_map(atlas).provenance
    assert replace(provenance, left_out={}).left_out_text == ""
    alone = replace(provenance, left_out={"not tagged yet": 7})
    assert alone.left_out_text == f"7 of {provenance.images} left out: not tagged yet"
