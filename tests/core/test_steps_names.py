"""Names of clusters outlive the file that they came from."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tagatlas.atlas import Atlas, open_atlas
from tagatlas.errors import UsageError
from tagatlas.plugins import load_plugins
from tagatlas.steps.names import dropped, given_names, keep_names
from tagatlas.steps.trust import trust


@pytest.fixture
def atlas(tmp_path: Path) -> Iterator[Atlas]:
    with open_atlas(tmp_path / "x.atlas", load_plugins(), create=True) as opened:
        yield opened


@pytest.fixture
def table(tmp_path: Path) -> Path:
    path = tmp_path / "names.csv"
    path.write_text("cluster,name\n0,Birds\n")
    return path


def remember(atlas: Atlas, table: Path) -> None:
    atlas.settings.update("map", {"cluster_names": [str(table)]})
    trust(atlas)


@pytest.mark.parametrize("damage", [b"", b"neither,column\nis,there\n", None])
def test_a_remembered_file_that_cannot_be_read_is_a_note(
    atlas: Atlas, table: Path, damage: bytes | None
) -> None:
    names, notes = given_names(atlas, [table])
    assert ([each.name for each in names], notes) == (["Birds"], [])
    keep_names(atlas, [table])
    remember(atlas, table)
    table.unlink()
    if damage is not None:
        table.write_bytes(damage)
    keep_names(atlas, [table])
    kept, notes = given_names(atlas, [table])
    assert kept == names
    assert notes[0].endswith("its names as last read count")


def test_without_a_copy_the_names_are_left_out(atlas: Atlas, table: Path) -> None:
    remember(atlas, table)
    table.unlink()
    names, notes = given_names(atlas, [table])
    assert names == []
    assert notes[0].endswith("there is no copy of its names")


def test_a_file_that_was_never_remembered_must_be_read(atlas: Atlas, table: Path) -> None:
    keep_names(atlas, [table])
    table.unlink()
    with pytest.raises(UsageError, match="cannot read the names"):
        given_names(atlas, [table])


def test_a_table_that_does_not_count_any_more_is_told(atlas: Atlas, table: Path) -> None:
    remember(atlas, table)
    other = table.with_name("other.csv")
    [line] = dropped(atlas, "cluster_names", [other])
    assert line == f"{table} does not count any more: --cluster-names takes all that shall"
    assert dropped(atlas, "cluster_names", [other, table]) == []
