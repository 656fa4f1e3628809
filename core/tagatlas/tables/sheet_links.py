"""Addresses that a cell of an .xlsx workbook leads to but does not show.

They stand in formulas (``=HYPERLINK("https://…";"here")``, ``=IMAGE("https://…")``), of which a
reader of values sees the result only, and as links on cells.
"""

from __future__ import annotations

import html
import posixpath
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from zipfile import ZipFile

Links = dict[tuple[int, int], str]
"""By row and column, counted from 0, an address."""

_LARGEST_PART = 1 << 30
_ATTRIBUTE = re.compile(r'([\w:]+)="([^"]*)"')
_SHEET = re.compile(r"<(?:\w+:)?sheet\s[^>]*>")
_RELATION = re.compile(r"<(?:\w+:)?Relationship\s[^>]*>")
_LINK = re.compile(r"<(?:\w+:)?hyperlink\s[^>]*>")
_FORMULA = re.compile(r'<c r="([A-Z]{1,3}\d+)"[^>]*><f[^>]*>([^<]*(?:HYPERLINK|IMAGE)\([^<]*)</f>')
_ADDRESS = re.compile(r'"((?:https?:)?//[^"]*)"', re.IGNORECASE)
_PLACE = re.compile(r"([A-Z]{1,3})(\d+)")


def links_in(archive: ZipFile, sheet: str) -> Links:
    """The addresses behind the cells of a sheet; none where the archive is no .xlsx workbook."""
    part = _part_of(archive, sheet)
    if part is None or archive.getinfo(part).file_size > _LARGEST_PART:
        return {}
    text = _read(archive, part)
    links: Links = {}
    targets = _relations(archive, part)
    for tag in _LINK.findall(text):
        attributes = _attributes(tag)
        target = targets.get(attributes.get("r:id", ""), "")
        if target.startswith(("http:", "https:")):
            links[_place(attributes.get("ref", ""))] = target
    for reference, formula in _FORMULA.findall(text):
        if address := _ADDRESS.search(html.unescape(formula)):
            links[_place(reference)] = address[1]
    return links


def _part_of(archive: ZipFile, sheet: str) -> str | None:
    """The name of the file in the archive that holds a sheet."""
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


def _place(reference: str) -> tuple[int, int]:
    """Row and column of a cell such as ``B12``, or of the first cell of a range."""
    found = _PLACE.match(reference)
    if found is None:
        return (-1, -1)
    column = 0
    for letter in found[1]:
        column = column * 26 + ord(letter) - ord("A") + 1
    return int(found[2]) - 1, column - 1
