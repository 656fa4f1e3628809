from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from tagatlas.catalog import Catalog, StoredMap
from tagatlas.contracts import MapData
from tagatlas.contracts.annotation import (
    LONGEST_TEXT,
    Arrow,
    Caption,
    ClusterName,
    Content,
    Note,
    Outline,
    content_as_json,
    read_content,
)
from tagatlas.errors import AnnotationChanged, UsageError

RED = "#cc0000"
EACH: list[Content] = [
    ClusterName("cluster", 0, "Cups", ("ab" * 32,), "cup, mug"),
    Outline(((0.0, 0.0), (1.5, 0.0), (1.0, -2.5)), RED, "these <b>here</b>"),
    Arrow((0.0, 1.0), (1e6, -1e-6), RED),
    Caption((0.25, 0.5), "two\nlines \u202e", 12.5, RED),
    Note((1.0, 2.0), "odd", RED, image="cd" * 32),
    Note((1.0, 2.0), "odd", RED, cluster=3),
]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Of a catalog with the maps ``one`` and ``other``."""
    path = tmp_path / "catalog.sqlite"
    with Catalog(path) as catalog:
        backend = catalog.tagging.use("grey", "grey 1")
        empty = np.empty(0, dtype=np.int32)
        data = MapData(
            nodes=pl.DataFrame(),
            sources=empty,
            targets=empty,
            weights=empty.astype(np.float32),
            directed=True,
            clusters=pl.DataFrame(),
            subclusters=pl.DataFrame(),
            stability=1.0,
            outlines={},
        )
        for name in ("one", "other"):
            catalog.maps.save(StoredMap(name, backend, "abc", {}, data))
    return path


@pytest.fixture
def catalog(path: Path) -> Iterator[Catalog]:
    with Catalog(path) as opened:
        yield opened


def arrow(length: float) -> Arrow:
    return Arrow((0.0, 0.0), (length, 0.0), RED)


def test_every_kind_comes_back_as_it_went(catalog: Catalog) -> None:
    for number, content in enumerate(EACH):
        catalog.annotations.put(f"annotation-{number}", "one", content, base=0)
    assert [each.content for each in catalog.annotations.on("one")] == EACH
    assert catalog.annotations.on("other") == []


def test_a_change_is_told_by_its_revision(catalog: Catalog) -> None:
    first = catalog.annotations.put("a", "one", arrow(1), base=0)
    second = catalog.annotations.put("b", "one", arrow(2), base=0)
    changed = catalog.annotations.put("a", "one", arrow(3), base=first.revision)
    catalog.annotations.put("c", "other", arrow(4), base=0)
    assert first.revision < second.revision < changed.revision
    assert [each.content for each in catalog.annotations.on("one")] == [arrow(3), arrow(2)]
    assert catalog.annotations.changes("one", second.revision) == [changed]


def test_a_change_leaves_an_annotation_at_its_place(catalog: Catalog) -> None:
    first = catalog.annotations.put("z", "one", arrow(1), base=0)
    second = catalog.annotations.put("y", "one", arrow(2), base=0)
    removed = catalog.annotations.put("z", "one", None, base=first.revision)
    back = catalog.annotations.put("z", "one", arrow(4), base=removed.revision)
    assert first.number == back.number < second.number
    assert catalog.annotations.on("one") == [back, second]


def test_what_is_removed_is_told_and_can_be_put_back(catalog: Catalog) -> None:
    first = catalog.annotations.put("a", "one", arrow(1), base=0)
    removed = catalog.annotations.put("a", "one", None, base=first.revision)
    assert catalog.annotations.on("one") == []
    assert catalog.annotations.changes("one", first.revision) == [removed]
    back = catalog.annotations.put("a", "one", arrow(1), base=removed.revision)
    assert catalog.annotations.on("one") == [back]


@pytest.mark.parametrize("content", [arrow(3), None])
def test_a_change_of_what_somebody_else_changed_is_refused(
    path: Path, catalog: Catalog, content: Content | None
) -> None:
    first = catalog.annotations.put("a", "one", arrow(1), base=0)
    with Catalog(path) as other:
        theirs = other.annotations.put("a", "one", arrow(2), base=first.revision)
    with pytest.raises(AnnotationChanged):
        catalog.annotations.put("a", "one", content, base=first.revision)
    assert catalog.annotations.get("a") == theirs
    assert catalog.annotations.on("one") == [theirs]


def test_the_same_change_again_changes_nothing(catalog: Catalog) -> None:
    first = catalog.annotations.put("a", "one", arrow(1), base=0)
    changed = catalog.annotations.put("a", "one", arrow(2), base=first.revision)
    assert catalog.annotations.put("a", "one", arrow(2), base=first.revision) == changed
    assert catalog.annotations.changes("one", 0) == [changed]


def test_an_annotation_needs_its_map(catalog: Catalog) -> None:
    with pytest.raises(UsageError, match="there is no map third"):
        catalog.annotations.put("a", "third", arrow(1), base=0)
    kept = catalog.annotations.put("a", "one", arrow(1), base=0)
    with pytest.raises(UsageError, match="is on another map"):
        catalog.annotations.put("a", "other", arrow(2), base=kept.revision)


@pytest.mark.parametrize(
    "json",
    [
        "",
        "{}",
        "[" * 100_000,
        '{"kind":"circle"}',
        '{"kind":"arrow","begin":[0,1],"end":[NaN,2],"colour":"#aabbcc"}',
        '{"kind":"arrow","begin":[0,1],"end":[1e999,2],"colour":"#aabbcc"}',
        '{"kind":"arrow","begin":[0,1],"end":[1,2],"colour":"red;}</style>"}',
        '{"kind":"arrow","begin":[0,1],"end":[1,2],"colour":"#aabbcc\\n"}',
        '{"kind":"arrow","begin":[0,1],"end":[1,2],"colour":"#aabbcc","onload":"x"}',
        '{"kind":"outline","points":[[0,1],[1,2]],"colour":"#aabbcc"}',
        '{"kind":"text","place":[0,1],"text":"","size":1,"colour":"#aabbcc"}',
        '{"kind":"text","place":[0,1],"text":"a","size":0,"colour":"#aabbcc"}',
        '{"kind":"note","place":[0,1],"text":"a","colour":"#aabbcc","image":"../secret"}',
        '{"kind":"name","level":"cluster","number":-1,"name":"a"}',
        content_as_json(ClusterName("cluster", 0, "n" * 81)),
        content_as_json(Caption((0, 0), "n" * (LONGEST_TEXT + 1), 1, RED)),
        b"\xff",
    ],
)
def test_what_is_no_annotation_is_refused(json: str | bytes) -> None:
    with pytest.raises(UsageError, match="this is no annotation"):
        read_content(json)
