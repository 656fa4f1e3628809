"""Identifies a table: a known export, or any table with a column of addresses."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tagatlas.errors import InputError
from tagatlas.toolkit import column_looks, shown, shown_columns, suggestion
from tagatlas_sources.table.columns import Column, columns_with_urls, relative_column
from tagatlas_sources.table.exports import ANY_TABLE, FORMS
from tagatlas_sources.table.frequencies import to_frequencies

if TYPE_CHECKING:
    from collections.abc import Sequence

    import polars as pl

    from tagatlas.toolkit import Table
    from tagatlas_sources.table import TableOptions
    from tagatlas_sources.table.exports import Form

ALL = ("all",)
NONE = ("none",)
FIELD = re.compile(r"\{([^{}]+)\}")
"""A column in a template of addresses."""


@dataclass(frozen=True)
class Pictures:
    """The columns of a table with its pictures.

    Attributes:
        columns: all of which are taken, in this order.
        stills: taken for rows without a picture in the columns.
        address: template of the picture's address from other columns; empty for none.
        notes: for the user, on the choice.
    """

    columns: tuple[str, ...]
    stills: tuple[str, ...] = ()
    address: str = ""
    notes: tuple[str, ...] = ()

    @property
    def all_columns(self) -> tuple[str, ...]:
        """Every column that may give an address."""
        return (*self.columns, *self.stills)


def form_of(table: Table) -> Form:
    """The first known export with all its marks in the table, or else any table.

    Letter case and punctuation of names do not count: R writes ``media.url`` for ``media url``.
    """
    if table.contents:  # the reader knows it already
        return ANY_TABLE
    names = {plain(name) for name in table.frame.columns}
    return next((form for form in FORMS if names.issuperset(map(plain, form.marks))), ANY_TABLE)


def columns_to_keep(
    table: Table, form: Form, taken: Sequence[str | None], options: TableOptions
) -> tuple[str, ...]:
    """The further columns of a record.

    Raises:
        InputError: a named column is missing.
    """
    names = table.frame.columns
    others = tuple(name for name in names if name not in taken)
    if options.columns_to_keep == ALL:
        return others
    if options.columns_to_keep == NONE:
        return ()
    if options.columns_to_keep:
        return named_columns(options.columns_to_keep, names)
    usual = None if form.kept is None else set(map(plain, form.kept))
    return tuple(name for name in others if usual is None or plain(name) in usual)


def frequency_column(
    table: Table, form: Form, rows: pl.Series, options: TableOptions
) -> tuple[str | None, tuple[str, ...]]:
    """The frequency column, and a note on one that seems to be but is not.

    Args:
        table: the whole table.
        form: its kind.
        rows: the rows that become records.
        options: with the columns that the user named.

    Raises:
        InputError: a named column is missing.
    """
    names = table.frame.columns
    if options.frequency_column is not None:
        return named_column(options.frequency_column, names), ()
    by_plain = {plain(name): name for name in reversed(names)}  # the first of two alike wins
    counting = [by_plain[name] for name in form.frequency_columns if name in by_plain]
    if not counting or form.frequency_is_certain:
        return (counting[0] if counting else None), ()
    notes = []
    for name in counting:
        cells = table.column(name).filter(rows)
        wrong = cells.filter(to_frequencies(cells).is_null())
        if wrong.is_empty():
            return name, ()
        notes.append(
            f"the column {shown(name)} is not used as frequency, each address counts once: "
            f"{shown(wrong[0])} is not surely a whole number of 1 or more"
        )
    return None, tuple(notes)


def url_columns(table: Table, options: TableOptions) -> tuple[str, ...]:
    """The columns named by ``--url-column``; in JSON also by their paths.

    Raises:
        InputError: one is missing.
    """
    return named_columns([table.meant(",".join(options.url_column))], table.frame.columns)


def named_columns(wanted: Sequence[str], names: Sequence[str]) -> tuple[str, ...]:
    """The columns named by an option, separated by commas.

    Raises:
        InputError: one is missing.
    """
    whole = ",".join(wanted)
    pieces = [whole] if whole in names else []
    pieces = pieces or [
        piece.strip()
        for entry in wanted
        for piece in ([entry] if entry in names else entry.split(","))
    ]
    return tuple(dict.fromkeys(named_column(piece, names) for piece in pieces if piece))


def pictures_of(table: Table, form: Form, options: TableOptions) -> Pictures:
    """The columns of the pictures; those named by options come first.

    Raises:
        InputError: a named column is missing, or there is no column with pictures.
    """
    names = table.frame.columns
    if options.url_column:
        columns = url_columns(table, options)
        looks = [
            Column(name, column_looks(table.column(name), options.separator)) for name in columns
        ]
        return Pictures(columns, notes=_pages_note(table, looks))
    if table.contents:
        return Pictures((names[0],))
    candidates = columns_with_urls(table, options.separator)
    filled = {plain(column.name): column.name for column in reversed(candidates)}
    columns = tuple(filled[plain(name)] for name in form.pictures if plain(name) in filled)
    stills = tuple(filled[plain(name)] for name in form.stills if plain(name) in filled)
    if columns or stills or (form.address and set(FIELD.findall(form.address)) <= set(names)):
        others = _others_note(candidates, (*columns, *stills))
        return Pictures(columns, stills, form.address, notes=others)
    if form.is_certain:
        raise _no_pictures(form, candidates)
    if options.base_url and (column := relative_column(table)) is not None:
        return Pictures((column,))
    if not candidates:
        raise _no_urls(table)
    best = max(candidates, key=lambda column: column.rank)
    notes = (*_pages_note(table, [best]), *_others_note(candidates, (best.name,)))
    if best.is_portrait:
        hint = f": {form.hint}" if form.hint else ""
        said = f"the column {shown(best.name)} looks like portraits, not like what was posted{hint}"
        notes = (said, *notes)
    return Pictures((best.name,), notes=notes)


def _pages_note(table: Table, columns: Sequence[Column]) -> tuple[str, ...]:
    """A note if columns look like pages, before all of them are fetched as pictures."""
    return tuple(
        f"the column {shown(column.name)} looks like pages, not pictures: pages are blocked, "
        "unless they name their picture (og:image): --recover page"
        for column in columns
        if _looks_like_pages(column, alone=table.frame.width == 1)
    )


def _looks_like_pages(column: Column, *, alone: bool) -> bool:
    if column.looks.urls == 0 or column.looks.pictures >= 0.5:
        return False
    unknown = column.looks.pictures == 0 and not (column.is_named_picture or alone)
    return column.looks.pages >= 0.5 or (unknown and not column.is_portrait)


def _others_note(candidates: Sequence[Column], taken: Sequence[str]) -> tuple[str, ...]:
    others = [
        column
        for column in candidates
        if column.name not in taken and column.has_pictures and not column.is_portrait
    ]
    if not others:
        return ()
    listed = ", ".join(f"{shown(column.name)}{column.described}" for column in others[:8])
    chosen = " and ".join(shown(name) for name in taken) or "addresses built from other columns"
    note = (
        f"pictures are taken from {chosen}; there are more in {listed}: "
        "--url-column NAME takes another column, --url-column NAME,NAME several"
    )
    return (note,)


def _no_pictures(form: Form, candidates: Sequence[Column]) -> InputError:
    places = (*form.pictures, *form.stills)
    looked = f" in {', '.join(shown(name) for name in places)}" if places else ""
    hint = f"; {form.hint}" if form.hint else ""
    listed = ", ".join(f"{shown(column.name)}{column.described}" for column in candidates[:8])
    others = f"; addresses are in {listed}: take one with --url-column" if listed else ""
    return InputError(f"{form.name}: no pictures{looked}{hint}{others}")


def _has_formulas(cells: pl.Series) -> bool:
    return cells.str.contains(r"^\s*=.*(?:[A-Z]+\$?\d|&)").any()


def _no_urls(table: Table) -> InputError:
    names = table.frame.columns
    column = relative_column(table)
    if column is not None:
        example = next(cell for cell in table.column(column).to_list() if cell.strip())
        return InputError(
            f"no column has URLs; the column {shown(column)} looks like files or addresses "
            f"without a host ({shown(example)}): --base-url https://… says what stands before "
            "them, --files FOLDER where the files are"
        )
    formulas = next((name for name in names if _has_formulas(table.column(name))), None)
    if formulas is not None:
        return InputError(
            f"no column has URLs; the column {shown(formulas)} has formulas that name other cells: "
            "paste it as values, and save again"
        )
    return InputError(
        f"no column has URLs; columns found: {shown_columns(names)}; "
        "name the right one with --url-column if it is among them"
        + "".join(f"; {note}" for note in table.notes)
    )


def plain(name: str) -> str:
    """A column's name without letter case, spaces, dots and hyphens, which programs change."""
    return re.sub(r"[\s._-]+", "_", name.strip().lower())


def named_column(name: str, names: Sequence[str]) -> str:
    """The column named by an option.

    Raises:
        InputError: it is missing.
    """
    if name not in names:
        raise InputError(
            f"there is no column {shown(name)}{suggestion(name, names)}; "
            f"columns found: {shown_columns(names)}"
        )
    return name
