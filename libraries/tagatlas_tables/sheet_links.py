"""Reads addresses that cells of an .xlsx workbook link to but do not show.

They are in formulas (``=HYPERLINK("https://…";"here")``, ``=IMAGE("https://…")``), of which a
reader of values sees only the result, and in links on cells.
"""

from __future__ import annotations

import html
import posixpath
import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

from tagatlas_tables.formulas import UnresolvedAddress, address_of, place_of

if TYPE_CHECKING:
    from zipfile import ZipFile

_Place = tuple[int, int]
Links = dict[_Place, str]
"""Addresses by row and column, from 0."""

_LARGEST_PART = 1 << 30
_ATTRIBUTE = re.compile(r'([\w:]+)="([^"]*)"')
_SHEET = re.compile(r"<(?:\w+:)?sheet\s[^>]*>")
_RELATION = re.compile(r"<(?:\w+:)?Relationship\s[^>]*>")
_LINK = re.compile(r"<(?:\w+:)?hyperlink\s[^>]*>")
_FORMULA = re.compile(r'<c r="([A-Z]{1,3}\d+)"([^>]*)><f([^>]*?)(?:/>|>([^<]*)</f>)')
_LEADS = re.compile(r"HYPERLINK\(|IMAGE\(")
_REFERENCE = re.compile(r"([A-Z]{1,3})(\d+)")


class Behind(NamedTuple):
    """Addresses behind the cells of a sheet.

    Attributes:
        links: the addresses.
        unresolved: rows, from 0, of formulas whose address cannot be resolved.
    """

    links: Links
    unresolved: list[int]


def links_in(archive: ZipFile, sheet: str, rows: Sequence[Sequence[str]]) -> Behind:
    """The addresses behind the cells of a sheet; none if the archive is not an .xlsx workbook.

    Args:
        archive: the workbook.
        sheet: its name.
        rows: values of its cells, from the first row and column of the sheet.
    """
    part = _part_of(archive, sheet)
    if part is None or archive.getinfo(part).file_size > _LARGEST_PART:
        return Behind({}, [])
    text = _read(archive, part)
    links: Links = {}
    targets = _relations(archive, part)
    for tag in _LINK.findall(text):
        attributes = _attributes(tag)
        target = targets.get(attributes.get("r:id", ""), "")
        if target.startswith(("http:", "https:")):
            links[_place(attributes.get("ref", ""))] = target
    formulas = {each.place: each for each in _formulas(text)}
    waiting = {place for place, each in formulas.items() if not (each.is_text or _at(rows, place))}

    def cell(row: int, column: int) -> str | None:
        return None if (row, column) in waiting else _at(rows, (row, column))

    unresolved = []
    for place, each in formulas.items():
        if place in waiting or (_LEADS.search(each.text) and _at(rows, place)):
            try:
                address = address_of(each.text, cell, each.shift)
            except UnresolvedAddress:
                unresolved.append(place[0])
                continue
            if address is not None:
                links[place] = address
    return Behind(links, unresolved)


class _Formula(NamedTuple):
    place: _Place
    text: str
    shift: _Place  # how far it is from the cell that its text is for
    is_text: bool  # whether its value was worked out, and is text


def _formulas(sheet: str) -> Iterator[_Formula]:
    """The formulas of a sheet's XML."""
    shared: dict[str, tuple[_Place, str]] = {}
    for reference, of_cell, of_formula, written in _FORMULA.findall(sheet):
        place, text = _place(reference), html.unescape(written)
        number = _attributes(of_formula).get("si", "")
        first = place
        if number and text:
            shared[number] = (place, text)
        elif number:
            first, text = shared.get(number, (place, ""))
        shift = (place[0] - first[0], place[1] - first[1])
        yield _Formula(place, text, shift, _attributes(of_cell).get("t") == "str")


def _at(rows: Sequence[Sequence[str]], place: _Place) -> str:
    """The value of a cell; empty without one."""
    row, column = place
    is_there = 0 <= row < len(rows) and 0 <= column < len(rows[row])
    return rows[row][column] if is_there else ""


def _part_of(archive: ZipFile, sheet: str) -> str | None:
    """The name of a sheet's file in the archive."""
    if "xl/workbook.xml" not in archive.namelist():
        return None
    sheets = [_attributes(tag) for tag in _SHEET.findall(_read(archive, "xl/workbook.xml"))]
    identifier = next((each.get("r:id") for each in sheets if each.get("name") == sheet), None)
    target = _relations(archive, "xl/workbook.xml").get(identifier or "")
    if target is None:
        return None
    part = posixpath.normpath(posixpath.join("/xl", target)).lstrip("/")
    return part if part in archive.namelist() else None


def _relations(archive: ZipFile, part: str) -> dict[str, str]:
    folder, name = posixpath.split(part)
    path = f"{folder}/_rels/{name}.rels"
    if path not in archive.namelist():
        return {}
    relations = [_attributes(tag) for tag in _RELATION.findall(_read(archive, path))]
    return {each.get("Id", ""): each.get("Target", "") for each in relations}


def _read(archive: ZipFile, part: str) -> str:
    with archive.open(part) as file:
        return file.read(_LARGEST_PART).decode(errors="replace")


def _attributes(tag: str) -> dict[str, str]:
    return {name: html.unescape(value) for name, value in _ATTRIBUTE.findall(tag)}


def _place(reference: str) -> _Place:
    """Row and column of a cell such as ``B12``, or of the first cell of a range."""
    found = _REFERENCE.match(reference)
    if found is None:
        return (-1, -1)
    return place_of(found[1], found[2])
