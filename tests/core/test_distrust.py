"""Catalogs that somebody else wrote: a line that says what is wrong, and one thing costs itself."""

# ruff: noqa: S608 - statements of known names
from __future__ import annotations

import ast
import io
import shutil
import sqlite3
import zlib
from collections.abc import Callable, Iterable
from contextlib import closing
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from map_tables import map_table, replace_map_table
from viewed_atlas import viewed_atlas

import tagatlas
from tagatlas.catalog import Catalog
from tagatlas.catalog.database import Database
from tagatlas.catalog.distrust import LARGEST_ANSWER, Patience, unpack
from tagatlas.catalog.schema import MIGRATIONS
from tagatlas.cli import exit_status
from tagatlas.contracts import KeptAnswer, Reading, Tag, TagResult
from tagatlas.errors import AtlasDamaged, PluginFailed
from tagatlas_tables.arrow import read_frame, unpacked_size

ROOT = Path(__file__).parents[2]
ENDLESS = "WITH RECURSIVE r(image) AS (SELECT 1 UNION ALL SELECT image + 1 FROM r)"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return viewed_atlas(tmp_path_factory.mktemp("made"), count=8)


@pytest.fixture
def atlas(made: Path, tmp_path: Path) -> Path:
    shutil.copytree(made, tmp_path / "x.atlas")
    return tmp_path / "x.atlas"


def change(atlas: Path, script: str, values: Iterable[object] = ()) -> None:
    with closing(sqlite3.connect(atlas / "catalog.sqlite", isolation_level=None)) as catalog:
        if values:
            catalog.execute(script, list(values))
        else:
            catalog.executescript(script)


def frame_bytes(frame: pl.DataFrame) -> bytes:
    written = io.BytesIO()
    frame.write_ipc(written, compression="zstd")
    return written.getvalue()


@pytest.mark.parametrize(
    ("script", "wrong"),
    [
        (
            f"DROP VIEW collection; CREATE VIEW collection AS {ENDLESS} SELECT * FROM r",
            "collection",
        ),
        ("CREATE TRIGGER mine AFTER UPDATE ON maps BEGIN DELETE FROM records; END", "mine"),
        ("CREATE TABLE mine (a)", "mine"),
        (
            (
                "PRAGMA writable_schema = ON; INSERT INTO sqlite_schema VALUES ('view', "
                "'sqlite_stat1', 'sqlite_stat1', 0, 'CREATE VIEW sqlite_stat1 AS SELECT 1')"
            ),
            "view sqlite_stat1",
        ),
        ("CREATE INDEX mine ON maps(abs(made_at))", "mine"),
        ("DROP INDEX records_by_source", "records_by_source"),
        ("ALTER TABLE maps ADD COLUMN mine", "maps"),
        ("DROP TABLE tags", "tags"),
        ("PRAGMA user_version = 0", "none of tagatlas"),
        ("PRAGMA user_version = 3", "none of tagatlas"),
    ],
)
def test_a_schema_that_is_not_ours_is_refused(
    atlas: Path, script: str, wrong: str, capsys: pytest.CaptureFixture[str]
) -> None:
    change(atlas, script)
    assert exit_status(["info", str(atlas)]) == 1
    [line] = capsys.readouterr().err.splitlines()
    assert "catalog.sqlite is damaged: its" in line
    assert wrong in line
    assert line.endswith("restore a backup, or make the atlas again from its sources")


def test_statistics_of_sqlite_are_no_fault(atlas: Path) -> None:
    change(atlas, "ANALYZE")
    with Catalog(atlas / "catalog.sqlite") as catalog:
        assert not catalog.faults()


@pytest.mark.parametrize("version", range(1, len(MIGRATIONS)))
def test_catalogs_of_each_older_version_open(tmp_path: Path, version: int) -> None:
    path = tmp_path / "catalog.sqlite"
    with closing(sqlite3.connect(path)) as connection:
        for script in MIGRATIONS[:version]:
            connection.executescript(script)
        connection.executescript(
            f"PRAGMA user_version = {version}; PRAGMA application_id = {0x7A617461}"
        )
    with Catalog(path) as catalog:
        assert not catalog.faults()


@pytest.mark.slow
def test_a_statement_without_end_is_ended(tmp_path: Path) -> None:
    database = Database(tmp_path / "catalog.sqlite")
    with pytest.raises(AtlasDamaged, match="takes longer than"):
        database.rows(f"{ENDLESS} SELECT count(*) FROM r")
    assert database.rows("SELECT 1") == [(1,)]
    database.close()


@pytest.mark.parametrize("command", ["info", "doctor", "render", "export"])
def test_text_that_is_no_unicode(
    atlas: Path, command: str, capsys: pytest.CaptureFixture[str]
) -> None:
    change(atlas, "UPDATE sources SET location = CAST(x'ff80' AS TEXT)")
    further = ["--format", "methods", "--out", str(atlas / "out")] if command == "export" else []
    assert exit_status([command, str(atlas), *further]) == 1
    said = capsys.readouterr()
    assert "damaged" in said.err + said.out
    assert "fault of tagatlas" not in said.err + said.out


def test_a_value_that_makes_something_fail_is_named(
    atlas: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    change(atlas, "UPDATE addresses SET status = 'odd', image = NULL WHERE id = 1")
    assert exit_status(["doctor", str(atlas)]) == 1
    said = capsys.readouterr()
    assert "addresses has a row without status IN ('pending'" in said.err + said.out


def test_a_failure_on_a_sound_catalog_is_left_as_it_is(atlas: Path) -> None:
    with pytest.raises(PluginFailed, match="it failed"), tagatlas.open_atlas(atlas):
        raise PluginFailed("it failed", "it")
    with pytest.raises(KeyError), tagatlas.open_atlas(atlas):
        raise KeyError("of the user")


@pytest.mark.parametrize(
    "packed",
    [None, "text", b"", b"rubbish", zlib.compress(b"cut off")[:-1], zlib.compress(bytes(101))],
)
def test_what_is_not_packed_or_unpacks_to_too_much(packed: object) -> None:
    with pytest.raises(ValueError, match=r"."):
        unpack(packed, 100)
    assert unpack(zlib.compress(bytes(100)), 100) == bytes(100)


def test_a_table_says_its_size_before_it_is_unpacked() -> None:
    frame = pl.DataFrame({"a": np.zeros(1_000_000), "b": ["abc"] * 1_000_000})
    packed = frame_bytes(frame)
    assert unpacked_size(packed) > 20_000_000
    assert len(packed) < 200_000
    assert read_frame(frame_bytes(frame.head(1000))).equals(frame.head(1000))
    large = frame_bytes(pl.DataFrame({"a": np.zeros(20_000_000)}))
    with pytest.raises(ValueError, match="unpacks to"):
        read_frame(large)


@pytest.mark.parametrize("cut", [0, 1, 7, 20, 100, -1, -7, -12])
def test_a_table_that_is_cut_off(cut: int) -> None:
    with pytest.raises(ValueError, match=r"."):
        read_frame(frame_bytes(pl.DataFrame({"a": [1.0]}))[:cut])


def _read(answers: Iterable[KeptAnswer]) -> Reading:
    return Reading(
        (each.id, TagResult.ok([Tag((each.raw or b"").decode(), 1)])) for each in answers
    )


@pytest.mark.parametrize("kind", [_read, lambda answers: Reading(list(_read(answers).results))])
def test_a_damaged_answer_costs_its_image_alone(
    atlas: Path, kind: Callable[[Iterable[KeptAnswer]], Reading]
) -> None:
    bomb = zlib.compress(bytes(LARGEST_ANSWER + 1))
    with tagatlas.open_atlas(atlas) as opened:
        tagging = opened.catalog.tagging
        images = opened.catalog.addresses.images()["id"].to_list()
        asked = tagging.use_reading("cloud", "1", "first").asked
        answers = [TagResult.ok([Tag("a", 1)], b"a", [1.0, 0.0]) for _ in images]
        tagging.store(asked, list(zip(images, answers, strict=True)))
    for row, packed in enumerate((b"rubbish", bomb), start=1):
        change(
            atlas,
            "UPDATE answers SET raw = ? WHERE backend = ? AND image = ?",
            [packed, asked, row],
        )
    change(atlas, "UPDATE embeddings SET vector = x'00' WHERE image = 3")
    with tagatlas.open_atlas(atlas) as opened:
        tagging = opened.catalog.tagging
        backend = tagging.use_reading("cloud", "1", "second")
        tagging.update_reading(backend, kind, collective=False)
        assert tagging.counts(backend.id) == {"pending": 0, "ok": 5, "empty": 0, "failed": 3}
        assert tagging.tags(backend.id).collect()["tag"].to_list() == ["a"] * 5
        assert len(tagging.unanswered(asked, retry_failed=True)) == 3
        assert not opened.catalog.faults()


MAPS = {
    "nodes": [
        lambda frame: frame.with_columns(x=pl.lit(float("nan"))),
        lambda frame: frame.with_columns(cluster=pl.lit(99, pl.Int32)),
        lambda frame: frame.with_columns(id=pl.lit("same")),
        lambda frame: frame.with_columns(id=pl.concat_str(pl.lit("../"), "id")),
        lambda frame: frame.with_columns(kind=pl.lit("odd")),
        lambda frame: frame.drop("label"),
        lambda frame: frame.with_columns(frequency=pl.lit("1")),
        lambda frame: frame.head(1),
    ],
    "edges": [
        lambda frame: frame.with_columns(source=pl.lit(10_000, pl.Int32)),
        lambda frame: frame.with_columns(target=pl.lit(-1, pl.Int32)),
        lambda frame: frame.with_columns(weight=pl.lit(float("inf"), pl.Float32)),
        lambda frame: frame.drop("weight"),
    ],
    "clusters": [
        lambda frame: frame.with_columns(name=pl.lit("same")),
        lambda frame: frame.reverse(),
        lambda frame: frame.with_columns(typical=pl.lit(["0" * 64])),
        lambda frame: frame.with_columns(tags=pl.lit([None], pl.List(pl.String))),
        lambda frame: frame.with_columns(x=pl.lit(None, pl.Float64)),
    ],
}


@pytest.mark.parametrize(
    ("column", "wrong"), [(name, wrong) for name, each in MAPS.items() for wrong in each]
)
def test_a_map_with_wrong_values_is_to_be_made_again(
    atlas: Path, column: str, wrong: Callable[[pl.DataFrame], pl.DataFrame]
) -> None:
    if column in ("nodes", "edges"):
        replace_map_table(atlas, column, wrong(map_table(atlas, column)))
    else:
        with closing(sqlite3.connect(atlas / "catalog.sqlite")) as catalog:
            [packed] = catalog.execute(f"SELECT {column} FROM maps").fetchone()
        frame = pl.read_ipc(io.BytesIO(packed))
        change(atlas, f"UPDATE maps SET {column} = ?", [frame_bytes(wrong(frame))])
    with (
        pytest.raises(AtlasDamaged, match=r"the map one in .* make it again with tagatlas map"),
        tagatlas.open_atlas(atlas) as opened,
    ):
        tagatlas.load_map(opened)


def test_a_file_that_grows_may_take_as_long_as_a_large_one() -> None:
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as grown:
        grown.execute("CREATE TABLE a (b)")
        patience = Patience(grown, least=10_000, at_once=1000)
        grown.execute("BEGIN")
        grown.executemany("INSERT INTO a VALUES (?)", ((str(row),) for row in range(20_000)))
        grown.execute("COMMIT")
        patience.begin()
        assert grown.execute("SELECT count(*) FROM a WHERE b LIKE '%9'").fetchone() == (2000,)
        patience.begin()
        with pytest.raises(sqlite3.OperationalError, match="interrupted"):
            grown.execute(f"{ENDLESS} SELECT count(*) FROM r").fetchall()


@pytest.mark.slow
@pytest.mark.parametrize(
    "script", ["nodes_file = NULL", "nodes_file = '../../x'", "outlines = '[1]'", "settings = '{'"]
)
def test_a_damaged_map_is_made_again(
    atlas: Path, script: str, capsys: pytest.CaptureFixture[str]
) -> None:
    change(atlas, f"UPDATE maps SET {script}")
    assert exit_status(["info", str(atlas)]) == 0
    assert "damaged: to be made again" in capsys.readouterr().out
    assert exit_status(["render", str(atlas)]) == 1
    assert "make it again with tagatlas map --map one" in capsys.readouterr().err
    assert exit_status(["map", str(atlas), "--backend", "teller", "--map", "one"]) == 0
    assert tagatlas.info(atlas).maps[0].state == "current"


@pytest.mark.slow
@pytest.mark.parametrize("formats", [("lists",), ("lists", "parquet")])
def test_a_cell_of_a_record_that_is_no_text(
    atlas: Path, tmp_path: Path, formats: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    change(atlas, "UPDATE records SET columns = ?", ['{"a": {"b": [1]}}'])
    words = [word for each in formats for word in ("--format", each)]
    assert exit_status(["export", str(atlas), *words, "--out", str(tmp_path / "out")]) == 1
    assert "damaged: records.columns has a value that is wrong: a cell" in capsys.readouterr().err


@pytest.mark.parametrize("content", ['{"kind":"arrow"', "[]", '{"kind": "text", "size": NaN}'])
def test_an_annotation_that_is_none_is_damage(atlas: Path, content: str) -> None:
    change(atlas, "INSERT INTO annotations VALUES (1, 'a', 'one', ?, 1, '2026-01-01')", [content])
    with (
        tagatlas.open_atlas(atlas, write=False) as opened,
        pytest.raises(AtlasDamaged, match=r"is damaged: .*annotation.*; restore a backup"),
    ):
        opened.catalog.annotations.changes("one", 0)


def test_a_label_as_long_as_a_book_is_not_mapped(atlas: Path) -> None:
    change(atlas, "UPDATE labels SET label = ? WHERE id = 1", ["a" * (1 << 22)])
    with pytest.raises(AtlasDamaged, match="a label has over 65,536 bytes"):
        tagatlas.map(atlas, backend="teller", seed=5)


def test_a_call_that_gives_money_back_lifts_no_budget(atlas: Path) -> None:
    change(
        atlas,
        "INSERT INTO calls (backend, images, units, dollars, begun_at, billed) "
        "SELECT id, 1, -9, -5000.0, '2026-01-01', 'yes' FROM backends",
    )
    with tagatlas.open_atlas(atlas, write=False) as opened:
        tagging = opened.catalog.tagging
        spent = [tagging.spent(each.name) for each in tagging.backends()]
    assert spent
    assert all(each.calls and each.dollars == each.units == 0 for each in spent)


@pytest.mark.slow
def test_pictures_are_opened_in_known_formats_alone() -> None:
    """Pillow has decoders of many more, and starts a program for PostScript."""
    found = [
        f"{path}:{node.lineno}"
        for folder in ("core", "libraries", "plugins")
        for path in (ROOT / folder).rglob("*.py")
        if not {"tagatlas_testing", "derive"} & {*path.parts}
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Call)
        and ast.unparse(node.func) == "Image.open"
        and "formats" not in {each.arg for each in node.keywords}
    ]
    assert found == []


def test_settings_of_any_length_are_a_line(atlas: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (atlas / "atlas.toml").write_text("[a]\n" + "b = 1\n" * 100_000)
    assert exit_status(["info", str(atlas)]) == 2
    assert capsys.readouterr().err.count("\n") == 1
