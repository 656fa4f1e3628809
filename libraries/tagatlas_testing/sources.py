"""The suite of sources."""

from __future__ import annotations

import contextlib
from pathlib import Path

import polars as pl
import pytest

from tagatlas.contracts import PagedSource, Records, Source, SourceSpec, loaded
from tagatlas.errors import InputError
from tagatlas.options import without_secrets
from tagatlas_guards import guarded
from tagatlas_testing.specs import SpecContract, check_hidden, is_one_line


class SourceContract(SpecContract):
    """Rules of a :class:`~tagatlas.Source`. Override ``spec`` and ``location``."""

    @pytest.fixture
    def spec(self) -> SourceSpec:
        """The plugin's spec. To be overridden."""
        raise NotImplementedError("override the fixture `spec`: return your source's spec")

    @pytest.fixture
    def location(self) -> str:
        """Location of an input with at least two records, as a user types it. To be overridden."""
        raise NotImplementedError("override the fixture `location`: what a user would type")

    @pytest.fixture
    def bad_location(self, tmp_path: Path) -> str:
        """Location of a missing input; a missing file unless overridden."""
        return str(tmp_path / "there is no such file")

    @pytest.fixture
    def source(self, spec: SourceSpec, options: object) -> Source:
        """The source under test."""
        return guarded(loaded(spec.factory)(options), spec.name)

    @pytest.fixture
    def records(self, source: Source, location: str) -> Records:
        """The records that the source reads."""
        return source.read(location)

    def test_factory_makes_a_source(self, source: Source) -> None:
        """The factory, called with the options, makes a ``Source``."""
        assert isinstance(source, Source)

    def test_accepts_its_location(self, spec: SourceSpec, location: str) -> None:
        """The spec accepts the location that the source reads."""
        assert spec.accepts(location) is True

    def test_does_not_accept_everything(self, spec: SourceSpec) -> None:
        """``accepts`` is false, without an exception, for text that is not a location."""
        for text in ("", "\x00", "x" * 5_000):
            assert spec.accepts(text) is False

    def test_columns(self, records: Records) -> None:
        """``location`` is String, ``frequency`` Int64, and every further column String."""
        schema = dict(records.table.schema)
        assert schema.pop("location") == pl.String
        assert schema.pop("frequency") == pl.Int64
        assert all(kind == pl.String for kind in schema.values()), schema

    def test_there_are_records(self, records: Records) -> None:
        """The location gives at least two records, so that their order can be checked."""
        assert records.table.height >= 2

    def test_locations(self, records: Records) -> None:
        """No location is null; each is an absolute path if local, else an http(s) URL."""
        for location in records.table["location"]:
            assert location, "a location is null or empty"
            if records.local:
                assert Path(location).is_absolute(), location
            else:
                assert location.startswith(("http://", "https://")), location

    def test_frequencies(self, records: Records) -> None:
        """Every frequency is at least 1."""
        frequency = records.table["frequency"]
        assert frequency.null_count() == 0
        assert (frequency >= 1).all()

    def test_recognised_is_one_line(self, records: Records) -> None:
        """``recognised`` is one line."""
        assert is_one_line(records.recognised)

    def test_notes_are_lines(self, records: Records) -> None:
        """Each note is one line."""
        assert all(is_one_line(note) for note in records.notes)

    def test_secrets_are_in_no_record(self, options: object, records: Records) -> None:
        """Secrets are in no record, and in no line that a user reads."""
        said = (records.recognised, *records.notes, records.table.write_json())
        for text in said:
            check_hidden(without_secrets(text, options) == text, "a record, or a line about them")

    def test_order_is_stable(
        self, spec: SourceSpec, options: object, source: Source, location: str, records: Records
    ) -> None:
        """The same input gives the same records in the same order."""
        for again in (source.read(location), loaded(spec.factory)(options).read(location)):
            assert again.table.equals(records.table)
            assert again.recognised == records.recognised
            assert again.notes == records.notes
            assert again.local is records.local

    def test_reading_goes_on_after_any_page(
        self, spec: SourceSpec, options: object, source: Source, location: str
    ) -> None:
        """After the token of a page, a ``PagedSource`` gives the same following pages."""
        if not isinstance(source, PagedSource):
            return  # it is read in one piece
        pages = list(source.pages(location, None))
        assert pages, "there is at least one page"
        for number, page in enumerate(pages, 1):
            assert isinstance(page.token, str)
            assert page.total == 0 or page.done <= page.total
            again = loaded(spec.factory)(options)
            assert isinstance(again, PagedSource)
            rest = list(again.pages(location, page.token))
            assert [each.token for each in rest] == [each.token for each in pages[number:]]
            for each, before in zip(rest, pages[number:], strict=True):
                assert each.records.table.equals(before.records.table)
                assert each.records.recognised == before.records.recognised
                assert each.records.notes == before.records.notes

    def test_relative_paths(self, source: Source, location: str, records: Records) -> None:
        """A path gives the same records, from any working directory."""
        path = Path(location)
        if not path.exists():
            return  # from anywhere, it is the same location
        with contextlib.chdir(path.parent):
            assert source.read(path.name).table.equals(records.table)

    def test_input_is_left_alone(self, source: Source, location: str) -> None:
        """Reading does not modify the input, and leaves no file beside it."""
        before = _bytes_at(location)
        source.read(location)
        assert _bytes_at(location) == before

    def test_missing_input(self, source: Source, bad_location: str) -> None:
        """For a missing input, ``InputError`` is raised, with a one-line message."""
        with pytest.raises(InputError) as caught:
            source.read(bad_location)
        assert is_one_line(str(caught.value))


def _bytes_at(location: str) -> dict[Path, bytes]:
    """The files at a location and, for a single file, beside it; none for a URL."""
    path = Path(location)
    if not path.exists():
        return {}
    folder = path if path.is_dir() else path.parent
    return {file: file.read_bytes() for file in folder.rglob("*") if file.is_file()}
