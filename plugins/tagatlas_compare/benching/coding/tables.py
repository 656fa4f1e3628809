"""Tables of the codes that people gave to images, in each form in which they are kept.

A row for each image, with its codes in a cell; several rows for each image; a column for each
code, with 1 or 0, yes or no; or a column for each coder.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

import polars as pl

from tagatlas.errors import InputError
from tagatlas.toolkit import count, shown_columns
from tagatlas.toolkit.tables import Table, read_table

NONE = "none"
"""In a cell of codes: the image was coded, and has none of them; an empty list says the same."""

_IMAGES = (
    *("image", "url", "image_url", "media_url", "filename", "file_name", "file", "path"),
    *("location", "image_location", "picture", "photo", "sha256", "image_id", "id"),
)
_CODERS = ("coder", "coder_id", "annotator", "annotator_id", "rater", "rater_id", "coded_by")
_CODES = (
    "code",
    "codes",
    "label",
    "labels",
    "category",
    "categories",
    "class",
    "theme",
    "tag",
    "tags",
)
_VALUES = ("value", "present", "given", "applies")
_NUMBERED = re.compile(r"(code|label|category|theme|tag)[ _.-]?\d+", re.IGNORECASE)
_OF_CODER = re.compile(r"(coder|annotator|rater)[ _.-]?\w+", re.IGNORECASE)
_YES = frozenset({"1", "1.0", "yes", "y", "true", "x", "✓", "✔"})
_NO = frozenset({"0", "0.0", "no", "n", "false", "-"})
_BETWEEN = re.compile(r"[;|\n]")
_ROWS = pl.Schema({"image": pl.String(), "coder": pl.String(), "codes": pl.List(pl.String)})


@dataclass(frozen=True)
class CodingColumns:
    """The columns of a coding; those not given are found by their names and cells.

    Attributes:
        image: that names the image.
        codes: with the codes in cells; several, with 1 and 0 or the like, are a column for each
            code; other ones are called ``code 1``, ``code 2``, or are of a coder each.
        coder: that names who coded the row.
    """

    image: str | None = None
    codes: Sequence[str] = ()
    coder: str | None = None


@dataclass(frozen=True, eq=False)
class CodingTable:
    """What a file says, whose images are as it names them.

    Attributes:
        rows: ``image``, ``coder`` (String, empty if the file names none), ``codes`` (a list of
            String; empty where none applies). An image may have several rows.
        uncoded: names of images with a row that says nothing.
        notes: for the user, on how the file was read.
    """

    rows: pl.DataFrame
    uncoded: Sequence[str]
    notes: Sequence[str]


def read_coding_table(path: Path) -> Table:
    """A file with a coding, in any format of tables.

    Raises:
        InputError: it cannot be read.
    """
    try:
        return read_table(path)
    except InputError as error:
        raise InputError(f"{path}: {error}") from error


def coding_of_table(
    table: Table, columns: CodingColumns, images: Collection[str], name: str
) -> CodingTable:
    """The coding that a table has.

    Args:
        table: as from :func:`read_coding_table`.
        columns: those that the user named.
        images: the cells of the table that name an image of the collection.
        name: of the file, for messages.

    Raises:
        InputError: a column is missing, or cannot be determined.
    """
    found = _layout(table, columns, images, name)
    pictures = table.column(found.image).str.strip_chars().to_list()
    nothing = [""] * len(pictures)
    people = nothing if found.coder is None else table.column(found.coder).to_list()
    values = nothing if found.value is None else table.column(found.value).to_list()
    cells = [table.column(each).to_list() for each in found.codes]
    rows: list[tuple[str, str, list[str]]] = []
    uncoded: list[str] = []
    nameless = 0
    for picture, person, value, *own in zip(pictures, people, values, *cells, strict=True):
        said = list(_said(found, own, value))
        if picture and said:
            rows += [(picture, person.strip() or column, codes) for column, codes in said]
        elif picture:
            uncoded.append(picture)
        else:
            nameless += bool(said)
    notes = [*(f"{name}: {each}" for each in table.notes), f"{name}: {found.described}"]
    if found.unread:
        notes.append(f"{name}: not read: {', '.join(found.unread)}")
    if nameless:
        notes.append(f"{name}: {count(nameless, 'row')} with codes, but without an image: left out")
    return CodingTable(pl.DataFrame(rows, schema=_ROWS, orient="row"), uncoded, notes)


class _Form(StrEnum):
    """How the columns of codes are meant."""

    CELLS = "codes"
    NUMBERED = "the codes of an image"
    MARKS = "a column for each code"
    CODERS = "a column for each coder"


@dataclass(frozen=True)
class _Layout:
    """The columns of a table, and how they are meant."""

    image: str
    coder: str | None
    value: str | None
    codes: Sequence[str]
    form: _Form
    unread: Sequence[str]

    @property
    def described(self) -> str:
        """What was read as what."""
        said = f"read {self.image} as image, {', '.join(self.codes)} as {self.form}"
        said += f", {self.value} as whether the code applies" if self.value else ""
        return said + (f", {self.coder} as coder" if self.coder else "")


def _layout(table: Table, columns: CodingColumns, images: Collection[str], name: str) -> _Layout:
    there = table.frame.columns
    for each in (columns.image, columns.coder, *columns.codes):
        if each is not None and each not in there:
            raise InputError(f"{name}: no column is called {each!r}: {shown_columns(there)}")
    image = columns.image or _image_column(table, images, name)
    others = [each for each in there if each != image]
    coder = columns.coder or _known(others, _CODERS)
    others = [each for each in others if each != coder]
    codes = list(columns.codes) or _code_columns(table, others, name)
    others = [each for each in others if each not in codes]
    form = _form(table, codes)
    value = None if form is _Form.MARKS else _known(_marked(table, others), _VALUES)
    return _Layout(image, coder, value, codes, form, [each for each in others if each != value])


def _form(table: Table, codes: Sequence[str]) -> _Form:
    if len(codes) == 1 and codes[0].lower() in _CODES:
        return _Form.CELLS
    if len(_marked(table, codes)) == len(codes):
        return _Form.MARKS
    if len(codes) == 1:
        return _Form.CODERS if _OF_CODER.fullmatch(codes[0]) else _Form.CELLS
    return _Form.NUMBERED if all(map(_NUMBERED.fullmatch, codes)) else _Form.CODERS


def split_codes(cell: str) -> list[str]:
    """The codes in a cell: a JSON list, or text with ``;`` or ``|`` between them."""
    if cell.lstrip().startswith("["):
        try:
            listed = json.loads(cell)
        except ValueError:
            listed = None
        if isinstance(listed, list) and all(isinstance(each, str) for each in listed):
            return [each.strip() for each in listed if each.strip()]
    return [each.strip() for each in _BETWEEN.split(cell) if each.strip()]


def _said(layout: _Layout, cells: Sequence[str], value: str) -> Iterator[tuple[str, list[str]]]:
    """What a row says: for each coder with a column (empty if there is none) the codes."""
    if layout.value is not None and not value.strip():
        return
    if layout.form is _Form.MARKS:
        if any(cell.strip() for cell in cells):
            marked = zip(layout.codes, cells, strict=True)
            yield "", [column for column, cell in marked if _mark(cell) is True]
        return
    of_coders = layout.form is _Form.CODERS
    parts = [(each, [cell]) for each, cell in zip(layout.codes, cells, strict=True)]
    for column, own in parts if of_coders else [("", cells)]:
        codes = [code for cell in own for code in split_codes(cell)]
        if not codes and "[]" not in [cell.strip() for cell in own]:
            continue
        is_none = [each.casefold() for each in codes] == [NONE]
        applies = layout.value is None or _mark(value) is True
        yield column, codes if applies and not is_none else []


def _image_column(table: Table, images: Collection[str], name: str) -> str:
    """The column whose cells name most images; of several, that with the usual name."""
    there = table.frame.columns
    named = {
        each: int(table.column(each).str.strip_chars().is_in(list(images)).sum()) for each in there
    }
    most = max(named.values(), default=0)
    if not most:
        raise InputError(
            f"{name} names no image of the collection by its path, file name, URL or id; "
            f"its columns are {', '.join(map(repr, there))}"
        )
    best = [each for each in there if named[each] == most]
    return _known(best, _IMAGES) or best[0]


def _code_columns(table: Table, others: Sequence[str], name: str) -> list[str]:
    """The columns with codes."""
    marked = _marked(table, others)
    unmarked = [each for each in others if each not in marked]
    usual = _known(unmarked, _CODES)
    if usual is not None:
        return [usual]
    for pattern in (_OF_CODER, _NUMBERED):
        if fitting := [each for each in unmarked if pattern.fullmatch(each)]:
            return fitting
    if marked:
        return marked
    filled = [each for each in others if (table.column(each) != "").any()]
    if len(filled) != 1:
        raise InputError(
            f"{name}: which column has the codes cannot be told from"
            f" {', '.join(map(repr, others)) or 'none'}: name it with --code-columns"
        )
    return filled


def _marked(table: Table, columns: Sequence[str]) -> list[str]:
    """The columns that have nothing but yes and no."""
    return [each for each in columns if _has_marks(table.column(each))]


def _has_marks(cells: pl.Series) -> bool:
    """Whether a column has nothing but yes, no and blanks, and not blanks alone."""
    marks = {_mark(cell) for cell in cells.unique()}
    return marks != {None} and all(_mark(cell) is not None or not cell.strip() for cell in cells)


def _mark(cell: str) -> bool | None:
    plain = cell.strip().casefold()
    return True if plain in _YES else False if plain in _NO else None


def _known(names: Sequence[str], usual: Sequence[str]) -> str | None:
    by_lower = {name.lower(): name for name in reversed(names)}
    return next((by_lower[name] for name in usual if name in by_lower), None)
