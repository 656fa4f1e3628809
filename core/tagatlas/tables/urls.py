"""Which cells are URLs, and how a cell with several is split."""

from __future__ import annotations

import re

import polars as pl

_BEGINS = r"(?i)^\s*(https?:)?//[^\s/]"
_USABLE = r"(?i)^https?://[^\s/?#[:cntrl:]][^[:cntrl:]]*$"
_LOOKS_LIKE_IMAGE = (
    r"(?i)\.(jpe?g|jfif|png|gif|webp|avif|bmp|tiff?|heic|svg)([?#&:!/]|$)|format=(jpe?g|png|webp)"
)
_PIECE_END = "\x1f"  # a control character, which no usable URL has


def begins_with_url(text: str) -> bool:
    """Whether ``text`` begins with the scheme and the host of a web address."""
    return re.match(_BEGINS, text) is not None


def may_hold_url(cells: pl.Series) -> pl.Series:
    """Whether each cell has something of a URL in it; true for all with a usable one."""
    return cells.str.contains("//", literal=True)


def share_of_urls(cells: pl.Series) -> float:
    """How many of the cells that are not empty begin with a URL, in [0, 1]."""
    filled = cells.filter(cells != "")
    return _share(filled.str.contains(_BEGINS))


def share_of_images(cells: pl.Series) -> float:
    """How many of the cells with a URL look like the address of an image, in [0, 1]."""
    urls = cells.filter(cells.str.contains(_BEGINS))
    return _share(urls.str.contains(_LOOKS_LIKE_IMAGE))


def urls_in(cells: pl.Series, separator: str | None) -> pl.Series:
    """The usable URLs of each cell, as a list; empty where there is none.

    Args:
        cells: String, without nulls.
        separator: what stands between two URLs; None for any run of ``, ; |`` and white space.
    """
    between = r"[,;|\s]+" if separator is None else r"\s*" + re.escape(separator) + r"\s*"
    pieces = (
        cells.str.replace_all(_PIECE_END, "\0", literal=True)
        .str.strip_chars()
        .str.replace("^//", "https://")
        .str.replace_all(between + "((?i:https?)://)", _PIECE_END + "${1}")
        .str.split(_PIECE_END)
    )
    usable = pl.element().filter(pl.element().str.contains(_USABLE))
    return pieces.list.eval(
        usable.str.replace("^(?i:https):", "https:").str.replace("^(?i:http):", "http:")
    )


def _share(hits: pl.Series) -> float:
    return len(hits.filter(hits)) / len(hits) if len(hits) else 0.0
