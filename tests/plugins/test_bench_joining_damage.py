"""Whatever is changed in the results of others: they are refused in a line, or make a page."""

from __future__ import annotations

import copy
import json
import shutil
import warnings
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from bench_plugins import PLANTED, dark_and_light
from strangers import lay_plugin

from tagatlas.errors import InputError
from tagatlas_compare import bench, join_results
from tagatlas_compare.benching.results.folder import read_tasks

pytestmark = pytest.mark.slow

Place = tuple[str | int, ...]

REMOVED = object()
VALUES: tuple[object, ...] = (
    REMOVED,
    None,
    "text\x1b\n",
    "x" * 3000,
    10**400,
    1e300,
    -1e300,
    -1,
    0.25,
    True,
    [],
    {},
)
CELLS = ("", "text", "NaN", "-inf", "1e308", "-1", "2000000000", "0 1", '"\x1b')


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in which ``mine`` and ``theirs`` have one backend each, on the same task."""
    folder = tmp_path_factory.mktemp("damage")
    lay_plugin(folder / "site", "planted_taggers", PLANTED)
    pictures = dark_and_light(folder / "pictures")
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(folder / "site")
        bench(pictures, "tones", out=folder / "mine", labels="folder", timed=0)
        bench(pictures, "swapped", out=folder / "theirs", labels="folder", timed=2, perturbed=2)
    return folder


def places(value: object, at: Place = ()) -> Iterator[Place]:
    """All places in a document, of lists the first and the last item."""
    if at:
        yield at
    if isinstance(value, dict):
        for name in value:
            yield from places(value[name], (*at, name))
    elif isinstance(value, list) and value:
        for number in sorted({0, len(value) - 1}):
            yield from places(value[number], (*at, number))


def changed(document: object, at: Place, value: object) -> str:
    """The text of a document with one place changed."""
    whole = copy.deepcopy(document)
    inner = whole
    for step in at[:-1]:
        assert isinstance(inner, dict | list)
        inner = inner[step]  # type: ignore[index, call-overload, unused-ignore]
    assert isinstance(inner, dict | list)
    if value is REMOVED:
        del inner[at[-1]]  # type: ignore[arg-type, unused-ignore]
        return json.dumps(whole)
    inner[at[-1]] = "here" if value == 10**400 else value  # type: ignore[index, call-overload, unused-ignore]
    return json.dumps(whole).replace('"here"', "1" + 400 * "0")


def refusal(folder: Path) -> str:
    """How results are refused; empty if they are not."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            read_tasks(folder)
    except InputError as error:
        return str(error)
    return ""


def contents(folder: Path) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_no_damage_of_a_document_gives_a_traceback_or_changes_anything(
    folder: Path, tmp_path: Path
) -> None:
    theirs, mine = tmp_path / "theirs", tmp_path / "mine"
    shutil.copytree(folder / "theirs" / "results", theirs / "results")
    shutil.copytree(folder / "mine" / "results", mine / "results")
    [path] = (theirs / "results").rglob("entrants/*.json")
    document = json.loads(path.read_text("utf-8"))
    before = contents(mine)
    changes = [(at, value) for at in places(document) for value in VALUES]
    refused: list[str] = []
    accepted: list[str] = []
    for number in np.random.default_rng(17).choice(len(changes), 300, replace=False).tolist():
        text = changed(document, *changes[number])
        path.write_text(text, "utf-8")
        said = refusal(theirs)
        assert not said or (str(theirs) in said and said.isprintable() and len(said) < 1000)
        (refused if said else accepted).append(text)
    assert len(refused) > len(accepted) > 0
    for text in refused[:5]:
        path.write_text(text, "utf-8")
        with pytest.raises(InputError):
            join_results(mine, [theirs])
        assert contents(mine) == before
    for text in accepted[:5]:
        path.write_text(text, "utf-8")
        shutil.rmtree(mine)
        shutil.copytree(folder / "mine" / "results", mine / "results")
        join_results(mine, [theirs])
        assert read_tasks(mine)


def test_no_damage_of_a_table_of_images_gives_a_traceback(folder: Path, tmp_path: Path) -> None:
    theirs = tmp_path / "theirs"
    shutil.copytree(folder / "theirs" / "results", theirs / "results")
    [path] = (theirs / "results").rglob("images/*.csv")
    table = pl.read_csv(path, infer_schema=False)
    measured = {"image", "status", "clusters", "probe", "neighbours", "average_precision", "recall"}
    for column in table.columns:
        for cell in CELLS:
            first = pl.int_range(pl.len()) == 0
            table.with_columns(
                pl.when(first).then(pl.lit(cell)).otherwise(pl.col(column)).alias(column)
            ).write_csv(path)
            assert refusal(theirs) or column not in measured, (column, cell)
        table.drop(column).write_csv(path)
        assert refusal(theirs) or column not in {"image", "status", "clusters", "probe"}
