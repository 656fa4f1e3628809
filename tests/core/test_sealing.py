"""Answers in sealed parts: the same for every reader, whatever happens to them."""

from __future__ import annotations

import hashlib
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing, suppress
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sealed_catalogs import OUTSIDE, answer, contents, fill, kept, read

from tagatlas.catalog import Catalog, Target
from tagatlas.contracts import Tag, TagResult
from tagatlas.errors import AtlasDamaged
from tagatlas_parts import ANSWERS, KINDS

COUNT = 16
FILE = "catalog.sqlite"
Step = tuple[str, object, object]
IMAGES = st.lists(st.integers(0, COUNT - 1), min_size=1, max_size=COUNT, unique=True)
STEPS = st.one_of(
    st.tuples(st.just("store"), IMAGES, st.integers(0, 9999)),
    st.tuples(st.just("copy"), IMAGES, st.integers(0, 9999)),
    st.tuples(st.just("remove"), IMAGES.map(lambda some: some[:3]), st.booleans()),
    st.tuples(st.just("read"), st.booleans(), st.none()),
    st.tuples(st.just("seal"), st.integers(0, 3), st.integers(1, 7)),
    st.tuples(st.just("seal"), st.just(0), st.integers(1, 7)),
    st.tuples(st.just("unseal"), st.none(), st.none()),
    st.tuples(st.just("reopen"), st.none(), st.none()),
)


IN_THE_FILE = (
    "SELECT backend, image, status, kind, message, raw, sealed FROM answers",
    "SELECT backend, image, score, l.label FROM tags t, labels l WHERE id = t.label ORDER BY 1,2,4",
    "SELECT backend, image, vector FROM embeddings ORDER BY 1, 2",
    "SELECT * FROM copied_answers",
)


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("template") / FILE
    with Catalog(path) as catalog:
        fill(catalog, COUNT)
    return path


class Run:
    """A catalog that steps are taken in."""

    def __init__(self, template: Path, folder: Path, *, seals: bool) -> None:
        folder.mkdir()
        self.path = folder / FILE
        shutil.copy(template, self.path)
        self.seals = seals
        self.open()
        self.ids = [str(image) for (image,) in self.rows("SELECT sha256 FROM images ORDER BY id")]
        self.there = list(self.ids)

    def open(self) -> None:
        self.catalog = Catalog(self.path)
        tagging = self.catalog.tagging
        self.seer = tagging.use("seer", "1")
        self.reading = tagging.use_reading("cloud", "1", "first")
        self.backends = [self.seer, self.reading.id, self.reading.asked]

    def rows(self, query: str) -> list[tuple[object, ...]]:
        with closing(sqlite3.connect(self.path)) as connection:
            return connection.execute(query).fetchall()

    def take(self, kind: str, first: object, second: object) -> object:
        tagging = self.catalog.tagging
        chosen = [self.ids[each] for each in first] if isinstance(first, list) else []
        images = [each for each in chosen if each in self.there]
        if kind == "store":
            assert isinstance(second, int)
            for backend in (self.seer, self.reading.asked):
                given = [(each, answer(second + place)) for place, each in enumerate(images)]
                if backend != self.seer:
                    given = [(each, _without_tags(result)) for each, result in given]
                tagging.store(backend, given)
        elif kind == "copy" and len(images) > 1:
            original, *others = images
            if original in tagging.answered(self.seer):
                tagging.copy_answers(self.seer, dict.fromkeys(others, original))
        elif kind == "remove":
            self.there = [each for each in self.there if each not in images]
            target = Target(self.catalog.removals.numbers(images))
            extent = self.catalog.removals.extent(target)
            assert self.catalog.removals.take_out(target) == extent
            if second:
                self.catalog.removals.scrub()
            return extent
        elif kind == "read":
            tagging.update_reading(self.reading, read, collective=first is True)
        elif kind == "reopen":
            self.catalog.close()
            self.open()
        elif self.seals and kind == "seal":
            assert isinstance(first, int)
            assert isinstance(second, int)
            tagging.seal(*self.backends, unsealed=first, images=second)
        elif self.seals and kind == "unseal":
            for each in self.backends:
                tagging.unseal(each)
        return None


def _without_tags(result: TagResult) -> TagResult:
    return TagResult(result.status, (), result.raw, result.kind, result.message, result.embedding)


def same_in_both(template: Path, steps: list[Step]) -> None:
    """Take steps in a catalog that is never sealed, and in one that is now and then."""
    with TemporaryDirectory() as folder:
        sealed = Run(template, Path(folder) / "sealed", seals=True)
        plain = Run(template, Path(folder) / "plain", seals=False)
        last: Step = ("seal", 0, 3)
        for each in [("store", list(range(COUNT)), 7), *steps, last]:
            if each is last:
                assert_alike(sealed, plain)
            assert sealed.take(*each) == plain.take(*each)
        assert_alike(sealed, plain)
        for run in (sealed, plain):
            run.catalog.close()
        assert kept(sealed.path, "cloud") == kept(plain.path, "cloud")
        with Catalog(sealed.path) as catalog:
            for backend in sealed.backends:
                catalog.tagging.unseal(backend)
        for query in IN_THE_FILE:
            assert sealed.rows(query) == plain.rows(query)
        assert not list(sealed.path.parent.glob(f"{ANSWERS}/*"))


def assert_alike(sealed: Run, plain: Run) -> None:
    found = [contents(each.catalog, each.ids, each.backends) for each in (sealed, plain)]
    assert found[0] == found[1]
    assert sealed.catalog.faults() == []


@settings(max_examples=8, deadline=None, suppress_health_check=list(HealthCheck))
@given(steps=st.lists(STEPS, min_size=3, max_size=12))
@pytest.mark.slow
def test_sealed_and_unsealed_catalogs_are_read_alike(template: Path, steps: list[Step]) -> None:
    same_in_both(template, steps)


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(steps=st.lists(STEPS, min_size=6, max_size=20))
@pytest.mark.thorough
@pytest.mark.slow
def test_sealed_and_unsealed_catalogs_are_read_alike_after_much(
    template: Path, steps: list[Step]
) -> None:
    same_in_both(template, steps)


def test_a_stale_image_that_no_section_had_is_sealed_again(template: Path) -> None:
    steps: list[Step] = [("read", True, None), ("store", [0, 13, 1], 271), ("read", False, None)]
    steps += [("seal", 0, 5), ("store", [0], 0), ("store", [0, 2, 1, 10], 0)]
    same_in_both(template, steps)


@pytest.fixture
def sealed(template: Path, tmp_path: Path) -> Run:
    """A catalog with sealed answers in several sections, closed."""
    run = Run(template, tmp_path / "x", seals=True)
    run.take("store", list(range(COUNT)), 11)
    run.take("seal", 0, 5)
    run.catalog.close()
    return run


def test_what_is_sealed_leaves_the_file(sealed: Run) -> None:
    for table in ("tags", "embeddings", "answers WHERE raw IS NOT NULL OR NOT sealed"):
        assert sealed.rows(f"SELECT count(*) FROM {table}") == [(0,)]  # noqa: S608
    names = {path.stem for path in (sealed.path.parent / ANSWERS).iterdir()}
    assert names >= {name for (name,) in sealed.rows("SELECT name FROM parts")}
    sections = sealed.rows("SELECT DISTINCT first FROM parts WHERE backend = 1")
    assert len(sections) > 2


def test_sealed_tags_are_read_where_they_lie(sealed: Run) -> None:
    with Catalog(sealed.path) as catalog:
        before = catalog.tagging.tags(1).collect()
        outside = set(sealed.ids[:OUTSIDE])
        assert before.height
        assert not outside & set(before["image"])
        mixed = len(list(sealed.path.parent.glob(".scratch-*/*.parquet")))
        catalog.removals.take_out(catalog.removals.unused())
        catalog.removals.scrub()
        assert catalog.tagging.tags(1).collect().equals(before)
        assert len(list(sealed.path.parent.glob(".scratch-*/*.parquet"))) == mixed


def test_images_in_the_order_of_ids_fill_sections_that_are_never_written_again(
    template: Path, tmp_path: Path
) -> None:
    run = Run(template, tmp_path / "x", seals=True)
    names: set[str] = set()
    for begin in range(0, COUNT, 4):
        some = sorted(run.ids)[begin : begin + 4]
        run.catalog.tagging.store(
            run.seer, [(each, TagResult.ok([Tag("cat", 0.5)])) for each in some]
        )
        run.catalog.tagging.seal(run.seer, unsealed=0, images=4)
        found = {str(name) for (name,) in run.rows("SELECT name FROM parts")}
        assert len(found) == begin // 4 + 1
        assert names < found
        names = found
    run.catalog.close()


def test_few_answers_stay_in_the_file(template: Path, tmp_path: Path) -> None:
    run = Run(template, tmp_path / "x", seals=True)
    run.take("store", list(range(COUNT)), 11)
    run.catalog.tagging.seal(run.seer)
    assert run.rows("SELECT count(*) FROM parts") == [(0,)]
    run.catalog.close()


def test_a_reader_goes_on_while_parts_are_written_again(sealed: Run) -> None:
    with Catalog(sealed.path) as catalog, Catalog(sealed.path, write=False) as reader:
        lazy = reader.tagging.tags(1)
        before = lazy.collect()
        catalog.tagging.store(1, [(image, TagResult.empty()) for image in sealed.ids[::2]])
        catalog.tagging.seal(1, unsealed=0, images=5)
        assert lazy.collect().equals(before)


def test_files_that_no_row_names_are_swept(sealed: Run) -> None:
    folder = sealed.path.parent / ANSWERS
    left = [folder / f"{'0' * 64}.parquet", folder / ".writing-0123456789abcdef"]
    for path in left:
        path.write_bytes(b"half")
    mine = folder / "notes.txt"
    mine.write_text("mine")
    with Catalog(sealed.path) as catalog:
        catalog.tagging.store(1, [(sealed.ids[0], answer(3))])
        catalog.tagging.seal(1, unsealed=0)
    assert not any(path.exists() for path in left)
    assert mine.exists()


def _missing(path: Path) -> None:
    path.unlink()


def _cut_off(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-9])


def _changed(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[len(data) // 3] ^= 1
    path.write_bytes(data)


def _linked(path: Path) -> None:
    path.rename(path.with_name("elsewhere"))
    path.symlink_to("elsewhere")


def _a_folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


@pytest.mark.parametrize("damage", [_missing, _cut_off, _changed, _linked, _a_folder])
def test_a_damaged_part_is_told_of(sealed: Run, damage: Callable[[Path], None]) -> None:
    kinds = sealed.rows("SELECT kind, name FROM parts WHERE backend = 1 GROUP BY kind")
    assert len(kinds) == len(KINDS)
    for _, name in kinds:
        damage(sealed.path.parent / ANSWERS / f"{name}.parquet")
    with Catalog(sealed.path) as catalog:
        for read_it in (
            lambda: catalog.tagging.tags(1),
            lambda: catalog.tagging.embeddings(1, sealed.ids),
            lambda: catalog.tagging.unseal(1),
        ):
            with pytest.raises(AtlasDamaged, match="restore a backup"):
                read_it()
        assert catalog.faults()
        assert isinstance(catalog.damage(), AtlasDamaged)


IMAGE = "a" * 64
TRUE = pl.DataFrame({"image": [IMAGE], "tag": ["cat"], "score": [0.5]})
HOSTILE = {
    "other columns": TRUE.rename({"tag": "label"}),
    "of another type": TRUE.with_columns(pl.col("score").cast(pl.Float32)),
    "missing": TRUE.with_columns(tag=pl.lit(None, pl.String)),
    "not between 0 and 1": TRUE.with_columns(score=pl.lit(7.0)),
    "without an id": TRUE.with_columns(image=pl.lit("a/../b")),
    "outside of its range": TRUE.with_columns(image=pl.lit("f" * 64)),
    "label has over": TRUE.with_columns(tag=pl.lit("x" * 70_000)),
    "not in order": pl.concat([TRUE, TRUE.with_columns(image=pl.lit("1" * 64)), TRUE]),
    "more rows or bytes": TRUE.with_columns(tag=pl.lit("x" * 100_000_000)),
}


@pytest.mark.parametrize("wrong", HOSTILE)
@pytest.mark.slow
def test_a_part_of_somebody_else_is_refused(sealed: Run, wrong: str) -> None:
    folder = sealed.path.parent / ANSWERS
    [[old]] = sealed.rows("SELECT name FROM parts WHERE kind = 'tags' LIMIT 1")
    written = folder / "x"
    HOSTILE[wrong].write_parquet(written)
    with written.open("rb") as file:
        name = hashlib.file_digest(file, "sha256").hexdigest()
    size = written.stat().st_size
    written.rename(folder / f"{name}.parquet")
    with closing(sqlite3.connect(sealed.path)) as connection, connection:
        connection.execute(
            "UPDATE parts SET name = ?, bytes = ?, rows = ?, last = ?, first = ? WHERE name = ?",
            [name, size, HOSTILE[wrong].height, "e" * 64, "0" * 64, old],
        )
        connection.execute("DELETE FROM parts WHERE backend = 1 AND name != ?", [name])
    told = {"other columns": "columns are not", "of another type": "of another type"}
    with (
        Catalog(sealed.path) as catalog,
        pytest.raises(AtlasDamaged, match=told.get(wrong, wrong)),
    ):
        catalog.tagging.tags(1)


@pytest.mark.parametrize("name", ["../../x", "/etc/passwd", "", "A" * 64, "a" * 63])
def test_a_name_leads_nowhere(sealed: Run, name: str) -> None:
    with closing(sqlite3.connect(sealed.path)) as connection, connection:
        connection.execute("UPDATE parts SET name = ?", [name])
    with Catalog(sealed.path) as catalog, pytest.raises(AtlasDamaged, match="no part is called"):
        catalog.tagging.tags(1)


def test_parts_that_overlap_are_told_of(sealed: Run) -> None:
    with closing(sqlite3.connect(sealed.path)) as connection, connection:
        connection.execute("UPDATE parts SET last = ?", ["f" * 64])
    with Catalog(sealed.path) as catalog, pytest.raises(AtlasDamaged, match="overlap"):
        catalog.tagging.tags(1)


def test_tags_of_images_without_an_answer_are_told_of(sealed: Run) -> None:
    with closing(sqlite3.connect(sealed.path)) as connection, connection:
        connection.execute("UPDATE answers SET sealed = 0")
    with Catalog(sealed.path) as catalog:
        assert "a part has tags of an image without a sealed answer" in catalog.faults()


KILLED = """
import sys
from pathlib import Path
from tagatlas.catalog import Catalog

print("begun", flush=True)
with Catalog(Path(sys.argv[1])) as catalog:
    while True:
        catalog.tagging.seal(1, 3, unsealed=0, images=2)
        catalog.tagging.unseal(1)
        catalog.tagging.unseal(3)
"""


@pytest.mark.thorough
@pytest.mark.slow
def test_nothing_is_lost_when_sealing_is_killed(template: Path, tmp_path: Path) -> None:
    run = Run(template, tmp_path / "x", seals=True)
    run.take("store", list(range(COUNT)), 11)
    wanted = contents(run.catalog, run.ids, run.backends)
    run.catalog.close()
    dice = Random(5)  # noqa: S311 - for a test's moments
    for _ in range(20):
        words = [sys.executable, "-c", KILLED, str(run.path)]
        with subprocess.Popen(words, stdout=subprocess.PIPE) as process:
            assert process.stdout is not None
            process.stdout.readline()
            with suppress(subprocess.TimeoutExpired):
                process.wait(dice.uniform(0, 0.3))
            os.kill(process.pid, signal.SIGKILL)
        run.open()
        assert contents(run.catalog, run.ids, run.backends) == wanted
        assert run.catalog.faults() == []
        run.catalog.close()
