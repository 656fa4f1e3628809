"""Finds the column of pictures in any table, by its name and its contents."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tagatlas.toolkit import PORTRAIT_NAME, column_looks

if TYPE_CHECKING:
    from tagatlas.toolkit import ColumnLooks, Table

_PICTURE = re.compile(
    r"image|img|photo|picture|pict?(?![a-z])|pics|media|bild|foto|imagen|imagem|immagin|afbeelding"
    r"|obraz|display|artwork|illustration|scan",
    re.IGNORECASE,
)
_SMALL = re.compile(
    r"thumb|preview|small|tiny|mini(?!s)|lowres|low_res|150|200|square|snippet",
    re.IGNORECASE,
)
_LARGE = re.compile(r"orig|large|full|max|hi_?res|high|hd(?![a-z])|4k", re.IGNORECASE)
_NO_PICTURE = re.compile(r"video|audio|music|sound|mp[34]", re.IGNORECASE)
_PATH = re.compile(r"file|path|image|img|photo|picture|bild|foto|datei|fichier|archivo", re.I)


@dataclass(frozen=True)
class Column:
    """A column that holds addresses.

    Attributes:
        name: its name.
        looks: estimated contents.
    """

    name: str
    looks: ColumnLooks

    @property
    def is_portrait(self) -> bool:
        """Whether its name means people's own pictures."""
        return PORTRAIT_NAME.search(self.name) is not None

    @property
    def is_small(self) -> bool:
        """Whether its name means thumbnails."""
        return _SMALL.search(self.name) is not None

    @property
    def is_named_picture(self) -> bool:
        """Whether its name means pictures."""
        return not self._is_video and (self.is_small or _PICTURE.search(self.name) is not None)

    @property
    def _is_video(self) -> bool:
        return _NO_PICTURE.search(self.name) is not None and not self.is_small

    @property
    def has_pictures(self) -> bool:
        """Whether it has pictures, not pages, by its contents or its name."""
        if self.looks.pictures >= 0.5:
            return not self._is_video
        return self.is_named_picture and self.looks.pages < 0.5

    @property
    def rank(self) -> tuple[int, bool, bool, float]:
        """Sort key, higher for likelier posted pictures: pictures, thumbnails, pages."""
        if self.is_portrait:
            tier = 0
        elif not self.has_pictures:
            tier = 1
        else:
            tier = 2 if self.is_small else 3
        is_large = tier == 3 and _LARGE.search(self.name) is not None
        number = round(self.looks.number, 1) if tier > 1 else 0.0
        return tier, self.is_named_picture, is_large, number

    @property
    def described(self) -> str:
        """Its contents in a word, in brackets; empty for pictures."""
        if self.is_portrait:
            return " (portraits)"
        return " (thumbnails)" if self.is_small else ""


def columns_with_urls(table: Table, separator: str | None) -> list[Column]:
    """The candidate columns, in the table's order.

    At least half of the non-empty cells have an address, or any of them if the column's name means
    pictures.
    """
    columns = [
        Column(name, column_looks(table.column(name), separator)) for name in table.frame.columns
    ]
    return [
        column
        for column in columns
        if column.looks.urls >= 0.5 or (column.looks.urls > 0 and column.is_named_picture)
    ]


def relative_column(table: Table) -> str | None:
    """The column that looks like paths of pictures without a host, if any."""
    found = [
        (looks.relative, _PATH.search(name) is not None, -number, name)
        for number, name in enumerate(table.frame.columns)
        if (looks := column_looks(table.column(name))).relative >= 0.5
    ]
    best = max(found, key=lambda one: (one[1], one[0], one[2]), default=None)
    return None if best is None else best[3]
