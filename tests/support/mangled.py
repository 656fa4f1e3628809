"""Mangles copies of an atlas and uses them; run as a script, which prints what went wrong.

``python mangled.py ATLAS FOLDER SEED COUNT``. Each copy is mangled in one way: bytes of the
catalog or of the settings, values of any column, packed values, the schema. Then one command is
run on it. Wrong are a command that blames tagatlas, ends in an exception, takes more than 5 s of
processor time or too much memory, kills its process, or writes outside of the atlas.

Commands run in children that are forked before any library has started a thread.
"""

# ruff: noqa: S608 - statements of known names
from __future__ import annotations

import contextlib
import hashlib
import io
import json
import os
import pkgutil
import random
import re
import resource
import shutil
import signal
import sqlite3
import sys
import traceback
import zlib
from collections.abc import Callable
from functools import cache
from importlib import import_module
from pathlib import Path

import numpy as np
import polars as pl
from map_tables import map_file, map_table, replace_map_table

from tagatlas.atlas import Atlas, open_atlas
from tagatlas.cli import COMMANDS, exit_status
from tagatlas.contracts import KeptAnswer, Reading, Tag, TagResult
from tagatlas.errors import TagatlasError
from tagatlas.plugins import RENDERERS, load_plugins
from tagatlas.step_options import step_owners
from tagatlas_parts import ANSWERS

SECONDS = 5
MEMORY = 2 << 30
TOGETHER = 500
"""Copies that one child uses; it loads what is compiled once."""

ODD_TEXTS = (
    *("", "0", "../../out", "/abs/out", "x" * 100_000, "\0", "\n", "{}", "[]", "null", "NaN"),
    *('{"a": "\\ud800"}', "[" * 5000, '{"a": 1e999}', "<b>&amp;</b>", "=1+1", "ok", "failed"),
    *("2020-13-45T99:99:99", "99999-01-01", "\u202e", "http://[::1", "https://x.org/a.jpg"),
)
ODD_NUMBERS = (0, 1, -1, 2**31, 2**53, 2**63 - 1, -(2**63), 0.5, 1e308, -1e308, 5e-324)
ODD_SETTINGS = (
    *("true", "-1", "0", "1e400", "nan", "inf", "-inf", '""', '"x"', '"../../out"', "[]", "[1]"),
    *("{}", "{a = 1}", "99999999999999999999", "1979-05-27", '"\\u0000"', "1_000_000_000", "0.5"),
)


def odd_value(rng: random.Random) -> object:
    """Any value that SQLite holds, and some that no text holds."""
    choice = rng.randrange(6)
    if choice == 0:
        return rng.choice(ODD_NUMBERS)
    if choice == 1:
        return rng.choice(ODD_TEXTS)
    if choice == 2:
        return rng.randbytes(rng.choice((0, 1, 7, 64, 5000)))
    if choice == 3:
        return float(rng.choice(("inf", "-inf", "nan")))
    if choice == 4:
        return odd_frame(rng)
    return None


def odd_frame(rng: random.Random) -> bytes:
    """A packed table or packed bytes, of another kind or size than is expected."""
    choice = rng.randrange(4)
    if choice == 0:
        return zeros(rng.choice((0, 10, 100 << 20)))
    if choice == 1:
        return zlib.compress(rng.randbytes(100))[: rng.randrange(100)]
    return frame(rng.choice((0, 1, 5, 20_000_000 if choice == 2 else 7)))


@cache
def zeros(count: int) -> bytes:
    """Packed bytes."""
    return zlib.compress(bytes(count))


@cache
def frame(rows: int) -> bytes:
    """A packed table."""
    written = io.BytesIO()
    table = {"id": np.zeros(rows), "x": np.full(rows, np.nan)}
    pl.DataFrame(table).write_ipc(written, compression="zstd")
    return written.getvalue()


def mangle_bytes(folder: Path, rng: random.Random) -> str:
    """Overwrite, cut or double some bytes of the catalog."""
    path = folder / "catalog.sqlite"
    data = bytearray(path.read_bytes())
    for _ in range(rng.choice((1, 3, 40))):
        at = rng.randrange(100 if rng.random() < 0.2 else len(data))
        data[at : at + rng.choice((1, 4, 200))] = rng.randbytes(rng.choice((1, 4, 200)))
    if rng.random() < 0.1:
        del data[rng.randrange(len(data)) :]
    path.write_bytes(data)
    return "bytes"


def mangle_value(folder: Path, rng: random.Random) -> str:
    """Set a column of one row, or of all, to an odd value."""
    catalog = sqlite3.connect(folder / "catalog.sqlite", isolation_level=None)
    catalog.execute("PRAGMA ignore_check_constraints = ON")
    tables = [
        name for (name,) in catalog.execute("SELECT name FROM sqlite_schema WHERE type='table'")
    ]
    filled = [each for each in tables if catalog.execute(f"SELECT 1 FROM {each}").fetchone()]
    table = rng.choice(filled)
    column = rng.choice([row[1] for row in catalog.execute(f"PRAGMA table_info({table})")])
    value = odd_value(rng)
    said = f"{table}.{column} = {ascii(value)[:60]}"
    expression, values = "?", [value]
    if rng.random() < 0.15:
        expression, values, said = "CAST(x'ff80' AS TEXT)", [], f"{table}.{column} = no UTF-8"
    rest = "" if rng.random() < 0.5 else f" ORDER BY 1 LIMIT 1 OFFSET {rng.randrange(3)}"
    key = "rowid" if table not in WITHOUT_ROWID else None
    where = f" WHERE {key} IN (SELECT {key} FROM {table}{rest})" if key and rest else ""
    with contextlib.suppress(sqlite3.Error, OverflowError):
        catalog.execute(f"UPDATE OR REPLACE {table} SET {column} = {expression}{where}", values)
    catalog.close()
    return said


WITHOUT_ROWID = {
    "answers",
    "tags",
    "copied_answers",
    "unswept",
    "refused",
    "given_names",
    "given_changes",
    "groupings",
    "model_versions",
    "parts",
    "stale",
}


def mangle_part(folder: Path, rng: random.Random) -> str:
    """Change a sealed part, which the list of parts goes along with or not."""
    path = rng.choice(sorted((folder / ANSWERS).iterdir()))
    choice = rng.randrange(5)
    if choice == 0:
        path.unlink()
        return "no part"
    data = bytearray(path.read_bytes())
    if choice == 1:
        del data[rng.randrange(len(data)) :]
    for _ in range(rng.choice((1, 3, 40))):
        if data:
            data[rng.randrange(len(data))] = rng.randrange(256)
    if choice == 2:
        values = pl.read_parquet(path)
        odd = values.select(pl.lit(rng.choice(ODD_TEXTS)).alias(values.columns[0]))
        written = io.BytesIO()
        rng.choice((odd, values.reverse(), pl.concat([values, values]))).write_parquet(written)
        data = bytearray(written.getvalue())
    if rng.random() < 0.3:
        path.write_bytes(data)
        return "a part"
    name = hashlib.sha256(data).hexdigest()
    path.with_name(f"{name}.parquet").write_bytes(data)
    catalog = sqlite3.connect(folder / "catalog.sqlite", isolation_level=None)
    catalog.execute(
        "UPDATE parts SET name = ?, bytes = ? WHERE name = ?", [name, len(data), path.stem]
    )
    catalog.close()
    return "a part, as is listed"


def mangle_packed(folder: Path, rng: random.Random) -> str:
    """Change bytes of a packed value."""
    catalog = sqlite3.connect(folder / "catalog.sqlite", isolation_level=None)
    table, column = rng.choice(
        [
            *(("maps", each) for each in ("clusters", "subclusters")),
            *(("answers", "raw"), ("embeddings", "vector"), ("signatures", "sketch")),
        ]
    )
    row = catalog.execute(f"SELECT {column} FROM {table} WHERE {column} IS NOT NULL").fetchone()
    if row and isinstance(row[0], bytes) and row[0]:
        data = bytearray(row[0])
        for _ in range(rng.choice((1, 2, 10))):
            data[rng.randrange(len(data))] = rng.randrange(256)
        if rng.random() < 0.3:
            del data[rng.randrange(len(data)) :]
        catalog.execute(f"UPDATE {table} SET {column} = ?", [bytes(data)])
    catalog.close()
    return f"packed {table}.{column}"


def mangle_map_file(folder: Path, rng: random.Random) -> str:
    """Change, cut off or take away a file of a map, or have another named."""
    path = map_file(folder, rng.choice(("nodes", "edges")))
    way = rng.choice(("bytes", "cut", "gone", "named", "packed"))
    if way == "named":
        catalog = sqlite3.connect(folder / "catalog.sqlite", isolation_level=None)
        name = rng.choice(("../../atlas.toml", "/etc/hostname", "", "0" * 64 + ".arrow", "\0"))
        catalog.execute("UPDATE maps SET nodes_file = ?", [name])
        catalog.close()
    elif way == "gone":
        path.unlink()
    else:
        data = bytearray(path.read_bytes())
        for _ in range(rng.choice((1, 2, 10))):
            data[rng.randrange(len(data))] = rng.randrange(256)
        if way == "cut":
            del data[rng.randrange(len(data)) :]
        name = hashlib.sha256(data).hexdigest() + ".arrow" if way == "packed" else path.name
        (path.parent / name).write_bytes(data)
        catalog = sqlite3.connect(folder / "catalog.sqlite", isolation_level=None)
        for column in ("nodes_file", "edges_file"):
            catalog.execute(
                f"UPDATE maps SET {column} = ? WHERE {column} = ?",
                [name, path.name],
            )
        catalog.close()
    return f"{way} of a map's file"


def mangle_table(folder: Path, rng: random.Random) -> str:
    """Give a column of a map's tables odd values of its own type, in one row or in all."""
    catalog = sqlite3.connect(folder / "catalog.sqlite", isolation_level=None)
    table = rng.choice(("nodes", "nodes", "edges", "clusters", "subclusters"))
    is_file = table in ("nodes", "edges")
    if is_file:
        frame = map_table(folder, table)
    else:
        [packed] = catalog.execute(f"SELECT {table} FROM maps").fetchone()
        frame = pl.read_ipc(io.BytesIO(packed))
    column = rng.choice(frame.columns)
    value = rng.choice([*ODD_NUMBERS, *ODD_TEXTS, True, False, float("nan"), float("inf"), None])
    kind = frame.schema[column]
    odd = pl.Series([[str(value)]] if kind == pl.List else [value], strict=False)
    try:
        odd = odd.cast(kind, strict=False)
    except pl.exceptions.PolarsError:  # nothing of that type comes near it
        odd = pl.Series([None], dtype=kind)
    row = pl.int_range(frame.height) == rng.randrange(max(frame.height, 1))
    where = row if rng.random() < 0.5 else pl.lit(value=True)
    frame = frame.with_columns(pl.when(where).then(pl.lit(odd)).otherwise(column).alias(column))
    if is_file:
        replace_map_table(folder, table, frame)
    else:
        written = io.BytesIO()
        frame.write_ipc(written, compression="zstd")
        catalog.execute(f"UPDATE maps SET {table} = ?", [written.getvalue()])
    catalog.close()
    return f"{table}.{column} = {ascii(value)[:60]}"


def mangle_schema(folder: Path, rng: random.Random) -> str:
    """Add or replace what runs by itself, or claim another version."""
    catalog = sqlite3.connect(folder / "catalog.sqlite", isolation_level=None)
    endless = "WITH RECURSIVE r(image) AS (SELECT 1 UNION ALL SELECT image + 1 FROM r)"
    script = rng.choice(
        (
            f"DROP VIEW collection; CREATE VIEW collection AS {endless} SELECT image FROM r",
            "CREATE TRIGGER t AFTER UPDATE ON maps BEGIN DELETE FROM records; END",
            "CREATE TABLE mine (a)",
            "DROP INDEX records_by_source",
            "ALTER TABLE maps ADD COLUMN mine DEFAULT (randomblob(1000000000))",
            "DROP VIEW readable",
            f"PRAGMA user_version = {rng.choice((-5, 0, 3, 9, 12, 99, 2**31 - 1))}",
            f"PRAGMA application_id = {rng.randrange(2**31)}",
            "CREATE INDEX mine ON maps(abs(made_at))",
            "PRAGMA writable_schema = ON; UPDATE sqlite_schema SET rootpage = 2",
            "PRAGMA writable_schema = ON; UPDATE sqlite_schema SET sql = 'CREATE TABLE x (' ",
            "PRAGMA encoding = 'UTF-16'; VACUUM",
        )
    )
    with contextlib.suppress(sqlite3.Error):
        catalog.executescript(script)
    catalog.close()
    return script


def mangle_settings(folder: Path, rng: random.Random) -> str:
    """Give options odd values, or change bytes of the file."""
    path = folder / "atlas.toml"
    if rng.random() < 0.3:
        data = bytearray(path.read_bytes())
        for _ in range(rng.choice((1, 5))):
            data[rng.randrange(len(data))] = rng.randrange(256)
        path.write_bytes(bytes(data))
        return "bytes of the settings"
    table, name = rng.choice(OPTIONS)
    value = rng.choice(ODD_SETTINGS)
    line = rng.choice((f"[{table}]\n{name} = {value}\n", f"{table} = {value}\n"))
    path.write_text(line)
    return line


MANGLERS: tuple[Callable[[Path, random.Random], str], ...] = (
    *(mangle_value,) * 6,
    *(mangle_bytes, mangle_bytes, mangle_packed, mangle_schema),
    *(mangle_table, mangle_table, mangle_map_file, mangle_part, mangle_part),
    *(mangle_settings, mangle_settings, mangle_settings),
)
PLUGINS = load_plugins(commands=COMMANDS)
OPTIONS = sorted(
    (owner.table, option.name) for owner in step_owners(PLUGINS) for option in owner.fields
)
CHEAP = sorted(
    {
        "tables",
        "page",
        "methods",
        "gephi",
        "graphml",
        "parquet",
        "lists",
        "svg",
        "vikus",
        "web",
        "pdf",
    }
    & PLUGINS.of_kind(RENDERERS).keys()
)


def use(folder: Path, rng: random.Random) -> str:
    """Run one command; returns what is wrong with how it ended, empty if nothing."""
    words = rng.choice(
        (
            *(["info", "."],) * 4,
            *(["doctor", "."],) * 2,
            *(["export", ".", "--format", rng.choice(CHEAP), "--out", "./out"],) * 5,
            *(["render", "."],) * 1,
            *(["map", ".", "--backend", "teller", "--map", "one"],) * 2,
            *(["search", ".", "cat"], ["fetch", "."], ["remove", ".", "--image", "00000.jpg"]),
            *(["tag", ".", "--backend", "imagenet", "--dry-run"], ["fetch", ".", "--repair"]),
            *(["read"],) * 2,
        )
    )
    place = [
        str(folder) if word == "." else word.replace("./out", f"{folder}/out") for word in words
    ]
    out, err = io.StringIO(), io.StringIO()
    try:
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            status = read_answers(folder) if words == ["read"] else exit_status(place)
    except BaseException:  # noqa: BLE001 - it is what is looked for
        return f"{words}: {traceback.format_exc()[-1500:]}"
    said = out.getvalue() + err.getvalue()
    blames = "fault of tagatlas" in said or "Traceback" in said
    if blames or status not in (0, 1, 2, 3):
        return f"{words}: {status}: {said[-600:]}"
    return ""


def read_answers(folder: Path) -> int:
    """Read the kept answers of a backend, as a tagger with other thresholds does."""

    def read(answers: object) -> Reading:
        assert not isinstance(answers, KeptAnswer)
        return Reading((each.id, _tags(each)) for each in answers)  # type: ignore[attr-defined]

    def work(atlas: Atlas) -> None:
        backend = atlas.catalog.tagging.use_reading("cloud", "1", "other")
        atlas.catalog.tagging.update_reading(backend, read, collective=False)

    try:
        with open_atlas(folder, PLUGINS) as atlas:
            work(atlas)
    except TagatlasError as error:
        print(error)  # noqa: T201 - it is looked at
        return 1
    return 0


def _tags(answer: KeptAnswer) -> TagResult:
    try:
        return TagResult.ok([Tag(label, 0.5) for label in json.loads(answer.raw or b"[]")])
    except ValueError:
        return TagResult.failed("transient", "no JSON")


def watched(copy: Path, rng: random.Random, mangler: Callable[[Path, random.Random], str]) -> str:
    """Mangle a copy and use it; returns what is wrong, empty if nothing."""
    said = mangler(copy, rng)
    begun = resource.getrusage(resource.RUSAGE_SELF)
    wrong = use(copy, rng)
    ended = resource.getrusage(resource.RUSAGE_SELF)
    seconds = ended.ru_utime + ended.ru_stime - begun.ru_utime - begun.ru_stime
    beside = sorted(each.name for each in copy.parent.iterdir() if each != copy)
    if not wrong and beside:
        wrong = f"wrote {beside}"
    if not wrong and ended.ru_maxrss * 1024 > MEMORY:
        wrong = f"{ended.ru_maxrss >> 10} MiB"
    if not wrong and seconds > SECONDS:
        wrong = f"{seconds:.1f} s"
    return f"{said}: {wrong}" if wrong else ""


def batch(atlas: Path, place: Path, seed: int, first: int, last: int, report: int) -> None:
    """Use some copies, one after the other; writes the number of each, and what is wrong."""
    with os.fdopen(report, "w", buffering=1) as out:
        for number in range(first, last):
            rng = random.Random(f"{seed} {number}")  # noqa: S311 - no secret
            folder = place / str(number)
            copy = folder / "x.atlas"
            shutil.copytree(atlas, copy, copy_function=link)
            out.write(json.dumps([number, None]) + "\n")
            signal.setitimer(signal.ITIMER_PROF, 4 * SECONDS)
            wrong = watched(copy, rng, MANGLERS[number % len(MANGLERS)])
            signal.setitimer(signal.ITIMER_PROF, 0)
            out.write(json.dumps([number, wrong]) + "\n")
            shutil.rmtree(folder)


def link(source: str, target: str) -> None:
    """Copy what is mangled; share the pictures."""
    if source.endswith(".jpg"):
        os.link(source, target)
    else:
        shutil.copyfile(source, target)


def main() -> None:
    """Print what is wrong, a line of JSON each."""
    atlas, place, seed, count = Path(sys.argv[1]), Path(sys.argv[2]), *map(int, sys.argv[3:])
    load_everything()
    first = 0
    while first < count:
        last = min(first + TOGETHER, count)
        readable, writable = os.pipe()
        child = os.fork()
        if not child:
            os.close(readable)
            quiet = os.open(os.devnull, os.O_WRONLY)
            os.dup2(quiet, 1)
            os.dup2(quiet, 2)
            batch(atlas, place, seed, first, last, writable)
            os._exit(0)
        os.close(writable)
        begun = first
        with os.fdopen(readable) as lines:
            for line in lines:
                begun, wrong = json.loads(line)
                if wrong:
                    say(f"{seed} {begun}: {wrong}")
        _, status = os.waitpid(child, 0)
        if status:
            say(f"{seed} {begun}: the process ended with {status}")
            last = begun + 1
        first = last


def load_everything() -> None:
    """Import what commands import late, so that children need not."""
    for name in ("tagatlas", "tagatlas_exports", "tagatlas_mapping", "tagatlas_rendering"):
        for module in pkgutil.walk_packages(import_module(name).__path__, f"{name}."):
            if not re.search(r"__main__|testing|\.cli\.demo", module.name):
                import_module(module.name)
    for name in ("tagatlas_posters.svg.document", "tagatlas_posters.pdf.renderer"):
        import_module(name)


def say(found: str) -> None:
    """Print something that is wrong."""
    print(json.dumps(found), flush=True)  # noqa: T201


if __name__ == "__main__":
    main()
