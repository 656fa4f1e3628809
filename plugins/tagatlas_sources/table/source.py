"""The source ``table``: reads records from a file."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import polars as pl

from tagatlas import Records, Source
from tagatlas.errors import ImageRejected, InputError
from tagatlas.toolkit import (
    count,
    is_archive,
    open_archive,
    read_table,
    shown,
    shown_columns,
    tables_in,
    unique_names,
)
from tagatlas_sources.table.exports import GENERIC, MEDIA_FREQUENCY
from tagatlas_sources.table.forms import columns_to_keep, form_of, frequency_column, plain
from tagatlas_sources.table.frequencies import to_frequencies
from tagatlas_sources.table.places import places_of

if TYPE_CHECKING:
    from tagatlas.toolkit import Archive, Table
    from tagatlas_sources.table import TableOptions
    from tagatlas_sources.table.exports import Form
    from tagatlas_sources.table.places import Places

_LARGEST_TABLE = 1 << 30
_OTHER_ARCHIVES = (".tar", ".tgz", ".tar.gz", ".tar.bz2", ".tar.xz", ".rar", ".7z")


class TableSource(Source):
    """Reads a table of URLs, or of names of files."""

    def __init__(self, options: TableOptions) -> None:
        self._options = options

    def read(self, location: str) -> Records:
        """Read the file at ``location``, a path; for a ZIP archive, the table in it.

        One record per picture and row, in the file's order, a cell's pictures in the cell's order;
        of several columns, in the order of the columns, and each address once per row. For a TCAT
        media frequency, one record per URL, in the order of first appearance: its frequency is the
        sum over all intervals, and its kept columns are those of its first row.

        Kept columns with the name of a record's own column get a number: ``location (2)``.
        """
        path = Path(location)
        try:
            return self._read(location, path)
        except InputError as error:
            raise InputError(f"{shown(path.name or location)}: {error}") from error

    def _read(self, location: str, path: Path) -> Records:
        if path.name.lower().endswith(_OTHER_ARCHIVES):
            raise InputError("an archive: unpack it and give the folder, or pack it as ZIP")
        if is_archive(location):
            return self._from_archive(open_archive(location))
        table = self._table(path)
        return self._records(table, path.resolve().parent)

    def _table(self, path: Path) -> Table:
        options = self._options
        return read_table(path, options.encoding, sheet=options.sheet, skip_rows=options.skip_rows)

    def _from_archive(self, archive: Archive) -> Records:
        """The records of the one table in an archive; its pictures are beside it."""
        tables = tables_in(archive.members)
        if len(tables) != 1:
            found = f"{count(len(tables), 'table')} ({', '.join(map(shown, tables[:5]))})"
            raise InputError(
                f"a ZIP archive with {found if tables else 'no table and no picture'}: "
                "unpack it, and give the one that is meant"
            )
        with TemporaryDirectory() as folder:
            path = Path(folder, PurePosixPath(tables[0]).name)
            try:
                with path.open("xb") as file:
                    file.write(archive.read(tables[0], _LARGEST_TABLE))
            except ImageRejected as rejected:
                raise InputError(f"{shown(tables[0])} inside: {rejected.reason}") from rejected
            table = self._table(path)
        inside = (f"read from {shown(tables[0])} in the archive",)
        return self._records(replace(table, notes=(*inside, *table.notes)), archive)

    def _records(self, table: Table, beside: Path | Archive) -> Records:
        if table.frame.is_empty():
            raise InputError(f"no rows under the columns {shown_columns(table.frame.columns)}")
        form = form_of(table)
        places = places_of(table, form, beside, self._options)
        has_place = places.found.list.len() > 0
        counting, notes = frequency_column(table, form, has_place, self._options)
        kept = columns_to_keep(table, form, (*places.columns, counting), self._options)
        rows = pl.DataFrame({"row": pl.int_range(table.frame.height, eager=True)})
        found = rows.with_columns(places.found.alias("location")).filter(has_place)
        found = found.with_columns(_frequencies(table, counting, found["row"]))
        found = found.explode("location")
        if form.name == MEDIA_FREQUENCY:
            found = found.group_by("location", maintain_order=True).agg(
                pl.col("frequency").sum(), pl.col("row").first()
            )
        names = unique_names(kept, taken=("location", "frequency"))
        records = found.select("location", "frequency").with_columns(
            table.column(column).gather(found["row"]).alias(name)
            for name, column in zip(names, kept, strict=True)
        )
        return Records(
            table=records,
            recognised=_sentence(table, form, places, records, counting),
            local=places.local,
            notes=(*places.notes, *notes, *table.notes),
        )


def _frequencies(table: Table, column: str | None, rows: pl.Series) -> pl.Series:
    """The frequency of each of ``rows``: 1 without a frequency column."""
    if column is None:
        return pl.repeat(1, len(rows), dtype=pl.Int64, eager=True).alias("frequency")
    cells = table.column(column).gather(rows)
    frequencies = to_frequencies(cells)
    wrong = frequencies.is_null().arg_max()
    if wrong is not None and frequencies[wrong] is None:
        raise InputError(
            f"row {table.first_row + rows[wrong]:,}: the frequency {shown(cells[wrong])} in the "
            f"column {shown(column)} is not a whole number of 1 or more; correct it, or name "
            "another column with --frequency-column"
        )
    return frequencies.alias("frequency")


def _sentence(
    table: Table, form: Form, places: Places, records: pl.DataFrame, counting: str | None
) -> str:
    """A one-line summary of how the table was read."""
    if table.contents and places.columns == (table.frame.columns[0],):
        return f"{table.kind}: {table.contents}"
    distinct = records["location"].n_unique()
    says = f"{table.kind if form.name == GENERIC else form.name}: "
    says += count(records.height, "file" if places.local else "URL")
    if distinct < records.height:
        says += f" ({distinct:,} distinct)"
    if table.frame.width > 1 and places.columns:
        says += f" in the column{'s' * (len(places.columns) > 1)} "
        says += " and ".join(shown(name) for name in places.columns)
    if counting is not None:
        says += f", {count(int(records['frequency'].sum()), 'occurrence')}"
        if form.name == MEDIA_FREQUENCY:
            has_place = places.found.list.len() > 0
            interval = next(name for name in table.frame.columns if plain(name) == "interval")
            intervals = table.column(interval).filter(has_place).n_unique()
            says += f" in {count(intervals, 'interval')}"
        else:
            says += f" by the column {shown(counting)}"
    return f"{says}{places.left_out(table)}"
