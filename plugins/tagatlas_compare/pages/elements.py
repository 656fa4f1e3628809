"""Elements of pages: text, numbers, tables, matrices."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from html import escape
from importlib.resources import files

from tagatlas.toolkit import page_head

NOTHING = "n/a"
_SHADES = 10
_PARTS = re.compile(r"(?<=[:=,_/])")


def head_of_page(title: str, images: str = "data:") -> str:
    """A page up to the start of its body, with the style of these pages."""
    style = (files("tagatlas_compare.pages") / "page.css").read_text("utf-8")
    return page_head(title, style, images)


def text_of(text: str) -> str:
    """Text as HTML: escaped, isolated in its direction, and never broken before ``%``."""
    return f"<bdi>{escape(text, quote=True).replace(' %', '&nbsp;%')}</bdi>"


def name_of(label: str) -> str:
    """A backend's label as HTML, which may be broken between its parts but not within a word."""
    parts = _PARTS.split(label)
    return f"<bdi>{'<wbr>'.join(escape(part, quote=True) for part in parts if part)}</bdi>"


def number(value: float | None, digits: int = 2) -> str:
    """A number with thousands separated, never minus zero; ``n/a`` for None and NaN."""
    if value is None or not math.isfinite(value):
        return NOTHING
    return f"{value:z,.{digits}f}"


def per_cent(value: float | None) -> str:
    """A share as whole per cent; never 0 % or 100 % of what is more than none or less than all."""
    if value is None or not math.isfinite(value):
        return NOTHING
    if 0 < value < 0.005:
        return "under 1 %"
    if 0.995 <= value < 1:
        return "over 99 %"
    return f"{100 * value:z.0f} %"


def interval(low: float | None, high: float | None) -> str:
    """``0.10 to 0.20``; empty where there is no interval."""
    if low is None or high is None or not (math.isfinite(low) and math.isfinite(high)):
        return ""
    return f"{number(low)} to {number(high)}"


def listed(parts: Sequence[str], word: str = "and") -> str:
    """``a``, ``a and b``, ``a, b and c``; empty for none."""
    if len(parts) < 2:
        return "".join(parts)
    return f"{', '.join(parts[:-1])} {word} {parts[-1]}"


def row(*cells: str) -> str:
    """A row of a table, whose first cell is its heading; all cells are HTML."""
    first, *rest = cells
    return f'<tr><th scope="row">{first}</th>{"".join(f"<td>{cell}</td>" for cell in rest)}</tr>\n'


def table(heads: Iterable[str], body: str, kind: str = "") -> str:
    """A table that scrolls by itself where it is too wide.

    Args:
        heads: headings of the columns, as HTML.
        body: rows.
        kind: class of the table, for its style; empty for none.
    """
    start = f'<table class="{kind}">' if kind else "<table>"
    head = "".join(f'<th scope="col">{cell}</th>' for cell in heads)
    return (
        f'<div class="table" tabindex="0">{start}\n<thead><tr>{head}</tr></thead>\n'
        f"<tbody>\n{body}</tbody>\n</table></div>\n"
    )


@dataclass(frozen=True)
class Cell:
    """A field of a matrix.

    Attributes:
        value: shown, and shaded if it is known and counts; None for unknown.
        counts: whether it is more than chance; others are in parentheses, unshaded.
        link: fragment of the page that has more on it; empty for none.
        title: what it is, in words.
    """

    value: float | None
    counts: bool = True
    link: str = ""
    title: str = ""


def matrix(caption: str, labels: Sequence[str], cell: Callable[[int, int], Cell]) -> str:
    """A matrix of backends by backends.

    Args:
        caption: its name.
        labels: of the backends; columns are headed by letters, which stand before them in rows.
        cell: the field of two different backends, by number.
    """
    letters = [letter_of(place) for place in range(len(labels))]
    head = "".join(
        f'<th scope="col"><abbr title="{escape(label, quote=True)}">{letter}</abbr></th>'
        for letter, label in zip(letters, labels, strict=True)
    )
    body = ""
    for line, label in enumerate(labels):
        fields = "".join(
            '<td class="self">·</td>' if line == column else _field(cell(line, column))
            for column in range(len(labels))
        )
        body += f'<tr><th scope="row"><b>{letters[line]}</b> {name_of(label)}</th>{fields}</tr>\n'
    return (
        f'<div class="table" tabindex="0"><table class="matrix">\n<caption>{escape(caption)}'
        f"</caption>\n<thead><tr><td></td>{head}</tr></thead>\n<tbody>\n{body}</tbody>\n"
        "</table></div>\n"
    )


def letter_of(place: int) -> str:
    """``A`` to ``Z``, then ``AA``, ``AB`` and so on."""
    before, last = divmod(place, 26)
    return (letter_of(before - 1) if before else "") + chr(ord("A") + last)


def _field(cell: Cell) -> str:
    if cell.value is None or not math.isfinite(cell.value):
        return f'<td title="{escape(cell.title, quote=True)}">{NOTHING}</td>'
    shown = number(cell.value) if cell.counts else f"({number(cell.value)})"
    shade = min(max(round(cell.value * _SHADES), 0), _SHADES) if cell.counts else 0
    if cell.link:
        shown = f'<a href="#{cell.link}">{shown}</a>'
    return f'<td class="shade-{shade}" title="{escape(cell.title, quote=True)}">{shown}</td>'
