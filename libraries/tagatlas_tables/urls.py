"""Finds cells with addresses, guesses what these lead to, and says why others have none."""

from __future__ import annotations

import re
from dataclasses import dataclass

import polars as pl

from tagatlas_tables.cells import addresses_in
from tagatlas_tables.endings import PICTURE_ENDING

_BEGINS = r"(?i)^\s*(https?:)?//[^\s/]"
_HOLDS = re.compile(r"[a-z][a-z0-9+.-]+://[^\s/?#]|^\s*//[^\s/]", re.IGNORECASE)
_MAY_HOLD = r"(?i)//|:\\/\\/|^\s*https?%3a%2f%2f|\\u002f"
_ONE = r"""https?://[^\s/?#"'<>\\,;|(){}\[\]&][^\s"'<>\\,;|(){}\[\][:cntrl:]]*[\w/=~%-]"""
_SIMPLE = rf"^{_ONE}([,;|\s]+{_ONE})*$"
_PIECE_END = "\x1f"  # a control character, which these have not
_ENTITY = r"(?i)&(amp|lt|gt|quot|apos|#\d+|#x[0-9a-f]+);"

_PICTURE = (
    rf"(?i){PICTURE_ENDING}([?#&:!/_%]|$)|(format|fm|fmt|ext|type)=(jpe?g|png|webp|gif)"
    r"|^https?://(img|image|images|pbs|media|photo|photos|pic|pics|thumb|thumbs|preview|i|upload"
    r"|scontent[\w-]*|sun\d[\w-]*|farm\d+|lh\d|yt\d|p\d+[\w-]*)\d*[.-][^/]*/[^/]"
    r"|^https?://[^/]*(cdninstagram|fbcdn|tiktokcdn|staticflickr|pinimg|ytimg|wixmp|imgix|cloudinary"
    r"|googleusercontent|gstatic|twimg|licdn|xhscdn|douyinpic|picsum)[^/]*/[^/]"
    r"|/full/[^/]+/[^/]+/(default|native|color)|/iiif/.+/(default|native)"
)
_PAGE = (
    r"(?i)/(status|statuses|videos?|watch|posts?|p|reel|reels|tv|shorts|wiki|photo\.php|permalink"
    r"|story\.php|comments|notice|note|explore|article|articles|news|item|items|record|records|pin"
    r"|thread|threads|questions)(/|\?|$)|\.(html?|php|aspx?|jsp)([?#]|$)"
    r"|^https?://[^/]+/?$|^https?://(t\.co|bit\.ly|youtu\.be|goo\.gl|tinyurl\.com|fb\.watch)/"
)
_RELATIVE = rf"(?i)^\s*[^\s:<>|\"?*#&][^:<>|\"\r\n]*{PICTURE_ENDING}([?#][^\s]*)?\s*$"
_FILE_PAGE = r"(?i)/wiki/[^/?#]+(:|%3a)[^/?#]+\.[a-z]{3,4}$|^https?://pic\.(twitter|x)\.com/"
_RECORDING = r"(?i)\.(mp4|m4[av]|mp3|mov|webm|m3u8|ogg|ogv|wav|avi|mkv)([?#]|$)"
_WITHOUT_SCHEME = r"(?i)^\s*www\.[^\s/]+\.[a-z]"
_NOTHING = r"(?i)^\s*(|\[\s*\]|\{\s*\}|null|none|nan|n/?a|-|<na>)\s*$"
_LOOKED_AT = 1_000


def begins_with_url(text: str) -> bool:
    """Whether ``text`` begins with scheme and host of a web address."""
    return re.match(_BEGINS, text) is not None


def holds_address(text: str) -> bool:
    """Whether ``text`` has an address of any scheme, with or without words around it."""
    return _HOLDS.search(text) is not None


def may_hold_url(cells: pl.Series) -> pl.Series:
    """Whether each cell may have a URL; true for all with a usable one."""
    return cells.str.contains(_MAY_HOLD)


def urls_in(cells: pl.Series, separator: str | None) -> pl.Series:
    """The usable URLs of each cell, as a list; empty for none.

    Args:
        cells: String, without nulls.
        separator: text between two URLs; None for any common one.
    """
    text = cells.alias("cell").str.strip_chars()
    simple = text.str.contains(_SIMPLE) & ~text.str.contains(_ENTITY)
    if separator is not None:
        simple &= ~text.str.contains(separator, literal=True)
    odd = text.filter(~simple & may_hold_url(text)).unique(maintain_order=True)
    lookup = pl.DataFrame(
        {"cell": odd, "urls": [addresses_in(cell, separator) for cell in odd]},
        schema={"cell": pl.String, "urls": pl.List(pl.String)},
    )
    return (
        pl.DataFrame({"cell": text, "simple": simple})
        .join(lookup, on="cell", how="left", maintain_order="left")
        .select(
            pl.when("simple")
            .then(
                pl.col("cell")
                .str.replace_all(r"[,;|\s]+(https?://)", _PIECE_END + "${1}")
                .str.split(_PIECE_END)
            )
            .otherwise(pl.col("urls").fill_null(pl.lit([], dtype=pl.List(pl.String))))
        )
        .to_series()
        .alias("")
    )


@dataclass(frozen=True)
class ColumnLooks:
    """Estimated contents of a column. Shares are in [0, 1].

    Attributes:
        urls: share of the non-empty cells with a URL.
        number: URLs per row of the table.
        pictures: share of the URLs that look like addresses of pictures.
        pages: share of the URLs that look like addresses of pages.
        relative: share of the non-empty cells that look like a picture's address or path without
            a host.
    """

    urls: float
    number: float
    pictures: float
    pages: float
    relative: float


def column_looks(cells: pl.Series, separator: str | None = None) -> ColumnLooks:
    """Estimate the contents of a column from up to 1,000 non-empty cells spread over it.

    ``[]``, ``null``, ``NaN`` and the like count as empty.
    """
    filled = cells.filter(~cells.str.contains(_NOTHING))
    some = filled.gather_every(max(1, len(filled) // _LOOKED_AT)).head(_LOOKED_AT)
    relative = _share(some.str.contains(_RELATIVE) & ~may_hold_url(some))
    found = urls_in(some, separator)
    if len(some) and not (found.list.len() > 0).any():  # rare ones may lie between those
        some = filled.filter(may_hold_url(filled)).head(_LOOKED_AT)
        found = urls_in(some, separator)
    holds = found.list.len() > 0
    urls = found.filter(holds).list.explode()
    file_pages = urls.str.contains(_FILE_PAGE)
    pictures = urls.str.contains(_PICTURE) & ~urls.str.contains(_RECORDING) & ~file_pages
    share = _share(holds) * (len(some) / min(len(filled), _LOOKED_AT) if len(some) else 0.0)
    return ColumnLooks(
        urls=share,
        number=share * len(urls) / max(1, len(some)) * len(filled) / max(1, len(cells)),
        pictures=_share(pictures),
        pages=_share(~pictures & (urls.str.contains(_PAGE) | file_pages)),
        relative=relative,
    )


def why_no_url(cells: pl.Series) -> dict[str, int]:
    """Reasons why cells have no usable URL, with counts, in words that follow a number.

    Args:
        cells: cells for which :func:`urls_in` found nothing.
    """
    text = cells.str.strip_chars()
    kinds = (
        pl.when(text.str.contains(_NOTHING))
        .then(pl.lit("empty"))
        .when(text.str.contains("(?i)data:image/"))
        .then(pl.lit("with the picture itself (data:)"))
        .when(text.str.contains(_WITHOUT_SCHEME))
        .then(pl.lit("with an address without https://"))
        .when(text.str.contains(_RELATIVE))
        .then(pl.lit("with an address without a host, or a file name"))
        .when(text.str.contains(r"^\s*="))
        .then(pl.lit("with a formula without an address"))
        .otherwise(pl.lit("with something else"))
        .alias("why")
    )
    counted = pl.select(kinds).group_by("why", maintain_order=True).len()
    return dict(counted.iter_rows())


def _share(hits: pl.Series) -> float:
    return len(hits.filter(hits)) / len(hits) if len(hits) else 0.0
