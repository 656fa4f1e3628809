"""Locations of the pictures of a table's rows: on the web, or in files named by the table."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl

from tagatlas.errors import InputError
from tagatlas.toolkit import count, pictures_in, shown, shown_columns, urls_in, why_no_url
from tagatlas_sources.table.forms import FIELD, Pictures, pictures_of, url_columns
from tagatlas_sources.table.named_files import Named, named_beside, named_files, named_inside

if TYPE_CHECKING:
    from tagatlas.toolkit import Archive, Table
    from tagatlas_sources.table import TableOptions
    from tagatlas_sources.table.exports import Form

_LIST = pl.List(pl.String)


@dataclass(frozen=True, eq=False)
class Places:
    """Locations of the pictures of each row.

    Attributes:
        found: a list of locations per row, empty for none.
        columns: the columns that were searched.
        local: whether locations are paths.
        notes: for the user.
    """

    found: pl.Series
    columns: tuple[str, ...]
    local: bool
    notes: tuple[str, ...]

    def left_out(self, table: Table) -> str:
        """The number of rows without a picture, to append to a sentence; empty if none."""
        nothing = self.found.list.len() == 0
        rows = table.frame.filter(nothing).filter(pl.any_horizontal(pl.all() != ""))
        if rows.is_empty():
            return ""
        what = "a file" if self.local else "a usable URL"
        return f"; {count(rows.height, 'row')} without {what} left out"


def places_of(table: Table, form: Form, beside: Path | Archive, options: TableOptions) -> Places:
    """Find the pictures of a table.

    Args:
        table: as read.
        form: its kind.
        beside: its folder or archive.
        options: of the source.

    Raises:
        InputError: it has no pictures.
    """
    if options.files is not None:
        columns = url_columns(table, options) if options.url_column else ()
        return _in_files(named_files(table, options.files, columns))
    if not isinstance(beside, Path) and (inside := named_inside(table, beside, options)):
        return _in_files(inside)
    if table.pictures and (not options.url_column or options.url_column == table.pictures[:1]):
        return _in_table(table, beside)
    try:
        pictures = pictures_of(table, form, options)
    except InputError:
        if form.is_certain or options.url_column or not isinstance(beside, Path):
            raise
        found = named_beside(table, beside)
        if found is None:
            raise
        return _in_files(found)
    places = _from_web(table, pictures, options)
    if isinstance(beside, Path) or not (number := len(pictures_in(beside.members))):
        return places
    note = (
        f"{count(number, 'picture file')} in the archive left out: its table has addresses, "
        "and names no file"
    )
    return replace(places, notes=(note, *places.notes))


def _in_table(table: Table, beside: Path | Archive) -> Places:
    """The pictures embedded in the table itself, in the first column that has any."""
    if not isinstance(beside, Path):
        raise InputError("pictures are in a table in an archive: unpack the archive")
    column, *others = table.pictures
    found = table.column(column)
    lists = pl.select(pl.when(found != "").then(pl.concat_list(found)).otherwise([])).to_series()
    note = f"further pictures in {shown_columns(others)}: choose with --url-column"
    return Places(lists, (column,), local=True, notes=(note,) if others else ())


def _in_files(named: Named) -> Places:
    found = pl.Series([[path] if path else [] for path in named.paths], dtype=_LIST)
    return Places(found, (named.column,), local=True, notes=named.notes)


def _from_web(table: Table, pictures: Pictures, options: TableOptions) -> Places:
    """The addresses of the pictures.

    Raises:
        InputError: it has no pictures.
    """
    found = _empty(table)
    for name in pictures.columns:
        cells = table.column(name)
        if options.base_url:
            cells = _made_whole(cells, options.base_url)
        found = _joined(found, urls_in(cells, options.separator))
    notes = list(pictures.notes)
    for name in pictures.stills:
        stills = urls_in(table.column(name), options.separator)
        used = (found.list.len() == 0) & (stills.list.len() > 0)
        if used.any():
            notes.append(f"stills of videos, from {shown(name)}: {count(int(used.sum()), 'row')}")
        found = _where_empty(found, stills)
    if pictures.address:
        built = _built(table, pictures.address)
        used = (found.list.len() == 0) & (built.list.len() > 0)
        if used.any():
            rows = count(int(used.sum()), "row")
            notes.append(f"addresses are built as {pictures.address}: {rows}")
        found = _where_empty(found, built)
    reasons = _reasons(table, pictures, found)
    if not (found.list.len() > 0).any():
        said = f" ({reasons})" if reasons else ""
        raise InputError(
            f"{_columns_said(pictures)} no http or https URL{said}; "
            f"columns found: {shown_columns(table.frame.columns)}; "
            "name another with --url-column"
        )
    if reasons:
        notes.append(f"left out: {reasons}")
    return Places(found, pictures.all_columns, local=False, notes=tuple(notes))


def _columns_said(pictures: Pictures) -> str:
    names = " and ".join(shown(name) for name in pictures.all_columns)
    one = len(pictures.all_columns) == 1
    return f"the column{'' if one else 's'} {names} {'has' if one else 'have'}"


def _empty(table: Table) -> pl.Series:
    return pl.Series([[]] * table.frame.height, dtype=_LIST)


def _joined(first: pl.Series, second: pl.Series) -> pl.Series:
    """The lists of both columns joined, without repetitions; unchanged if one is empty."""
    frame = pl.DataFrame({"a": first, "b": second})
    a, b = pl.col("a"), pl.col("b")
    both = pl.concat_list(a, b.list.set_difference(a))
    alone = pl.when(a.list.len() == 0).then(b).when(b.list.len() == 0).then(a)
    return frame.select(alone.otherwise(both)).to_series()


def _where_empty(first: pl.Series, second: pl.Series) -> pl.Series:
    frame = pl.DataFrame({"a": first, "b": second})
    return frame.select(pl.when(pl.col("a").list.len() == 0).then("b").otherwise("a")).to_series()


def _built(table: Table, address: str) -> pl.Series:
    """Addresses made from a template, in rows where none of its columns is empty."""
    fields = FIELD.findall(address)
    cells = [table.column(name).str.strip_chars() for name in fields]
    usable = [cell.str.contains(r"^[\w.-]+$") for cell in cells]
    frame = pl.DataFrame({str(number): cell for number, cell in enumerate(cells)})
    built = frame.select(pl.format(FIELD.sub("{}", address), *frame.columns)).to_series()
    fits = usable[0]
    for one in usable[1:]:
        fits = fits & one
    pair = pl.DataFrame({"url": built, "fits": fits})
    nothing = pl.lit([], dtype=_LIST)
    return pair.select(pl.when("fits").then(pl.concat_list("url")).otherwise(nothing)).to_series()


def _made_whole(cells: pl.Series, base_url: str) -> pl.Series:
    """Prepend the base to addresses without a host; the others are unchanged."""
    text = cells.str.strip_chars()
    whole = pl.concat_str(
        pl.lit(base_url.rstrip("/") + "/"), text.str.strip_prefix("./").str.strip_chars_start("/")
    )
    has_scheme = text.str.contains(r"(?i)^(//|[a-z][a-z0-9+.-]*:)|^$")
    return pl.select(pl.when(has_scheme).then(text).otherwise(whole)).to_series()


def _reasons(table: Table, pictures: Pictures, found: pl.Series) -> str:
    """The reasons why rows have no URL; empty if all are just empty."""
    nothing = found.list.len() == 0
    if pictures.all_columns:
        cells = pl.select(
            pl.concat_str(*(table.column(name) for name in pictures.all_columns), separator=" ")
        ).to_series()
    else:
        cells = pl.repeat("", table.frame.height, eager=True)
    counted = why_no_url(cells.filter(nothing))
    if not counted.keys() - {"empty"}:
        return ""
    return ", ".join(f"{number:,} {why}" for why, number in counted.items())
