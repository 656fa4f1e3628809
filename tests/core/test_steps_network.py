"""What graph builders read beside tags, from the catalog to the map."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

import polars as pl
import pytest
from map_plugins import map_plugins

from tagatlas.atlas import Atlas, open_atlas
from tagatlas.contracts import ImageStatus, Records, Tag, TagResult
from tagatlas.errors import UsageError
from tagatlas.plugins import load_plugins
from tagatlas.steps.map import MapReport, map_collection
from tagatlas.steps.network import builder_images
from tagatlas_builders.columns import ColumnsOptions
from tagatlas_builders.columns.builder import ColumnsBuilder
from tagatlas_builders.knn import KnnOptions
from tagatlas_builders.knn.builder import KnnBuilder
from tagatlas_fetching import FetchOutcome, StoredImage
from tagatlas_mapping.maps.options import MapOptions

COUNT = 12
IDS = [f"{number:064x}" for number in range(COUNT)]
USERS = ["Ann", "Ben", "Ann", "Cem"]
MENTIONS = ["Ben", "Ann; Cem", "", "Ann"]


def add_records(atlas: Atlas, users: list[str]) -> None:
    """Two records of each image."""
    numbers = [number % COUNT for number in range(2 * COUNT)]
    table = pl.DataFrame(
        {
            "location": [f"https://x.org/{number}.jpg" for number in numbers],
            "frequency": [1 + row % 3 for row in range(len(numbers))],
            "user": [users[row % len(users)] for row in range(len(numbers))],
            "mentions": [MENTIONS[row % len(MENTIONS)] for row in range(len(numbers))],
        }
    )
    atlas.catalog.records.add("list", "table", Records(table, "a list"))


@pytest.fixture
def atlas(tmp_path: Path) -> Iterator[Atlas]:
    """An atlas of 12 images: ``seer`` stored embeddings for all but the first, ``blind`` none."""
    with open_atlas(tmp_path / "x.atlas", load_plugins(), create=True) as opened:
        add_records(opened, USERS)
        pending = opened.catalog.addresses.with_status([ImageStatus.PENDING])
        opened.catalog.addresses.store(
            [
                FetchOutcome(
                    address.key, ImageStatus.OK, image=StoredImage(image, 640, 480, "jpeg", 1000, 1)
                )
                for address, image in zip(pending, IDS, strict=True)
            ]
        )
        for name in ("seer", "blind"):
            backend = opened.catalog.tagging.use(name, f"{name} 1")
            answers = [
                TagResult.ok(
                    [Tag("cat" if number % 2 else "dog", 0.9)],
                    embedding=[1.0 + number, number % 2, 1.0]
                    if number and name == "seer"
                    else None,
                )
                for number in range(COUNT)
            ]
            opened.catalog.tagging.store(backend, list(zip(IDS, answers, strict=True)))
        yield opened


def map_with(
    atlas: Atlas, builder: str, options: Mapping[str, object], tagger: str = "seer"
) -> MapReport:
    return map_collection(
        atlas,
        "m",
        tagger,
        map_plugins(atlas.plugins, builder, building=options, placing={"iterations": 20}),
        MapOptions(),
    )


def test_a_builder_gets_what_it_reads(atlas: Atlas) -> None:
    images = pl.DataFrame({"id": IDS, "label": IDS, "frequency": 1, "records": 2})
    backend = atlas.catalog.tagging.last_used("seer")
    assert backend is not None
    embeddings = atlas.catalog.tagging.embeddings(backend.id, IDS)
    seen = builder_images(atlas, backend, KnnBuilder(KnnOptions()), images, embeddings)
    assert seen.columns == ["id", "label", "frequency", "embedding"]
    assert seen.schema["embedding"] == pl.Array(pl.Float32, 3)
    assert seen["embedding"].to_list()[:3] == [None, [2.0, 1.0, 1.0], [3.0, 0.0, 1.0]]
    told = builder_images(atlas, backend, ColumnsBuilder(ColumnsOptions()), images, embeddings)
    assert told.columns == ["id", "label", "frequency", "records"]
    assert told["records"].to_list()[1] == [
        {"frequency": 2, "columns": '{"user": "Ben", "mentions": "Ann; Cem"}'},
        {"frequency": 2, "columns": '{"user": "Ben", "mentions": "Ann; Cem"}'},
    ]


def test_a_map_of_embeddings(atlas: Atlas) -> None:
    report = map_with(atlas, "knn", {"links_per_node": 3})
    assert (report.images, report.tags) == (COUNT - 1, 0)
    assert map_with(atlas, "knn", {"links_per_node": 3}).unchanged


def test_a_backend_without_embeddings_is_one_line_that_names_one_with(atlas: Atlas) -> None:
    with pytest.raises(UsageError, match=r"^blind stored no .*: map seer \(--backend\)"):
        map_with(atlas, "knn", {}, tagger="blind")


def test_a_map_of_images_and_the_values_of_a_column(atlas: Atlas) -> None:
    report = map_with(atlas, "columns", {"node_column": "user"})
    assert (report.images, report.tags) == (COUNT, 3)


@pytest.mark.parametrize(
    ("options", "values"),
    [
        ({"link": "citation"}, {"user:Ann", "user:Ben", "user:Cem"}),
        ({}, {"user:Ann", "user:Ben", "user:Cem", *(f"mentions:{user}" for user in USERS)}),
    ],
)
def test_images_are_put_among_the_values_of_their_records(
    atlas: Atlas, options: dict[str, object], values: set[str]
) -> None:
    columns = {"node_column": "user", "second_column": "mentions", "second_separator": ";"}
    report = map_with(atlas, "columns", columns | options)
    stored = atlas.catalog.maps.load("m")
    assert stored is not None
    nodes = stored.data.nodes
    assert set(nodes.filter(kind="tag")["id"]) == values
    assert report.images == COUNT
    place = {node: (x, y) for node, x, y in nodes.select("id", "x", "y").iter_rows()}
    assert len({place[image] for image in IDS}) == COUNT
    assert stored.data.directed is ("link" in options)


def test_other_columns_make_another_map(atlas: Atlas) -> None:
    first = map_with(atlas, "columns", {"node_column": "user"})
    assert map_with(atlas, "columns", {"node_column": "user"}).unchanged
    add_records(atlas, ["Ann", "Ben"])
    second = map_with(atlas, "columns", {"node_column": "user"})
    assert not second.unchanged
    assert (first.tags, second.tags) == (3, 2)
