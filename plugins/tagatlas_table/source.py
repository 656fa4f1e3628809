"""The source ``table``: from a file to records."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl

from tagatlas.contracts import Records, Source
from tagatlas.errors import InputError
from tagatlas.tables.files import read_file
from tagatlas.tables.table import unique_names
from tagatlas.tables.urls import urls_in
from tagatlas.tables.wording import count, shown, shown_columns
from tagatlas_table.forms import GENERIC, MEDIA_FREQUENCY, recognise
from tagatlas_table.frequencies import is_frequency, to_frequency

if TYPE_CHECKING:
    from tagatlas.tables.table import Table
    from tagatlas_table import TableOptions
    from tagatlas_table.forms import Recognised


class TableSource(Source):
    """Reads a table of URLs."""

    def __init__(self, options: TableOptions) -> None:
        self._options = options

    def read(self, location: str) -> Records:
        """Read the file at ``location``, a path.

        One record per URL and row, in the file's order, a cell's URLs in the cell's order. Of a
        TCAT media frequency, one record per URL, in the order of first appearance: its frequency
        is the sum over all intervals, and its kept columns are those of its first row.

        Kept columns named like one of the records' own get a number: ``location (2)``.
        """
        path = Path(location)
        try:
            options = self._options
            table = read_file(
                path, options.encoding, sheet=options.sheet, skip_rows=options.skip_rows
            )
            return self._records(table)
        except InputError as error:
            raise InputError(f"{shown(path.name or location)}: {error}") from error

    def _records(self, table: Table) -> Records:
        if table.frame.is_empty():
            raise InputError(f"no rows under the columns {shown_columns(table.frame.columns)}")
        recognised = recognise(table, self._options)
        urls = urls_in(table.column(recognised.url_column), self._options.separator)
        has_url = urls.list.len() > 0
        if not has_url.any():
            raise InputError(
                f"the column {shown(recognised.url_column)} has no http or https URL; columns "
                f"found: {shown_columns(table.frame.columns)}; name another with --url-column"
            )
        found = pl.DataFrame({"row": pl.int_range(len(urls), eager=True), "location": urls})
        found = found.filter(has_url).explode("location")
        found = found.with_columns(_frequencies(table, recognised.frequency_column, found["row"]))
        if recognised.form == MEDIA_FREQUENCY:
            found = found.group_by("location", maintain_order=True).agg(
                pl.col("frequency").sum(), pl.col("row").first()
            )
        names = unique_names(recognised.kept, taken=("location", "frequency"))
        kept = {
            name: table.column(column).gather(found["row"])
            for name, column in zip(names, recognised.kept, strict=True)
        }
        records = pl.DataFrame(
            {"location": found["location"], "frequency": found["frequency"], **kept}
        )
        line = _sentence(table, recognised, records, has_url)
        return Records(table=records, recognised=line, notes=table.notes)


def _frequencies(table: Table, column: str | None, rows: pl.Series) -> pl.Series:
    """The frequency of each of ``rows``: 1 if no column counts."""
    if column is None:
        return pl.repeat(1, len(rows), dtype=pl.Int64, eager=True).alias("frequency")
    cells = table.column(column).gather(rows)
    is_right = is_frequency(cells)
    if not is_right.all():
        wrong = is_right.arg_min() or 0
        raise InputError(
            f"row {table.first_row + rows[wrong]:,}: the frequency {shown(cells[wrong])} in the "
            f"column {shown(column)} is not a whole number of 1 or more; correct it, or name "
            "another column with --frequency-column"
        )
    return to_frequency(cells).alias("frequency")


def _sentence(
    table: Table, recognised: Recognised, records: pl.DataFrame, has_url: pl.Series
) -> str:
    """What the table was taken for, in one line."""
    if table.contents and recognised.url_column == table.frame.columns[0]:
        return f"{table.kind}: {table.contents}"
    distinct = records["location"].n_unique()
    says = f"{table.kind if recognised.form == GENERIC else recognised.form}: "
    says += count(records.height, "URL")
    if distinct < records.height:
        says += f" ({distinct:,} distinct)"
    if table.frame.width > 1:
        says += f" in the column {shown(recognised.url_column)}"
    if recognised.frequency_column is not None:
        says += f", {count(int(records['frequency'].sum()), 'occurrence')}"
        if recognised.form == MEDIA_FREQUENCY:
            says += f" in {count(table.column('interval').filter(has_url).n_unique(), 'interval')}"
        else:
            says += f" by the column {shown(recognised.frequency_column)}"
    without = table.frame.filter(~has_url).filter(pl.any_horizontal(pl.all() != "")).height
    if without:
        says += f"; {count(without, 'row')} without a usable URL left out"
    return says
