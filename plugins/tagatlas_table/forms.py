"""What a table is: an export of TCAT or 4CAT, or any table with a column of URLs.

TCAT's headers are those of ``mod.media_frequency.php`` and ``mod.export_tweets.php``; 4CAT's are
what the ``map_item`` of its data sources write.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tagatlas.errors import InputError
from tagatlas.tables.urls import may_hold_url, share_of_images, share_of_urls
from tagatlas.tables.wording import shown, shown_columns, suggestion
from tagatlas_table.frequencies import is_frequency

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tagatlas.tables.table import Table
    from tagatlas_table import TableOptions


ALL = ("all",)
NONE = ("none",)
MEDIA_FREQUENCY = "TCAT media frequency"
GENERIC = "table"


@dataclass(frozen=True)
class _Form:
    """A sort of table.

    Attributes:
        name: what users call it.
        marks: column names that together give it away.
        url_columns: where it keeps image URLs; the first that has any is taken.
        kept: columns worth keeping, where present; None for all.
        frequency_columns: columns that may count how often an image was seen.
        frequency_is_certain: whether they do even where a cell is no whole number: an error then.
    """

    name: str
    marks: frozenset[str]
    url_columns: tuple[str, ...]
    kept: tuple[str, ...] | None = None
    frequency_columns: tuple[str, ...] = ()
    frequency_is_certain: bool = True


_FORMS = (
    _Form(
        name=MEDIA_FREQUENCY,
        marks=frozenset({"interval", "media url", "frequency"}),
        url_columns=("media_url",),
        kept=("interval",),
        frequency_columns=("frequency",),
    ),
    _Form(
        name="TCAT full export",
        marks=frozenset({"id", "time", "from_user_name", "from_user_profile_image_url"}),
        url_columns=("media_urls", "from_user_profile_image_url"),
        kept=(
            *("id", "created_at", "from_user_name", "text", "lang"),
            *("retweet_count", "favorite_count", "hashtags"),
        ),
    ),
    _Form(
        name="4CAT export",
        marks=frozenset({"id", "thread_id", "timestamp"}),
        url_columns=(
            *("image_urls", "image_url", "images", "media_urls", "media_url"),
            *("thumbnail_urls", "thumbnail_url"),
        ),
        kept=(
            *("id", "thread_id", "timestamp", "author", "subject", "body", "hashtags"),
            *("url", "link", "post_url", "tiktok_url"),
        ),
    ),
    _Form(
        name=GENERIC,
        marks=frozenset(),
        url_columns=(
            *("image_urls", "image_url", "images", "image", "img_urls", "img_url", "img"),
            *("image_link", "media_urls", "media_url", "photo_urls", "photo_url", "photos"),
            *("photo", "picture_url", "picture", "thumbnail_urls", "thumbnail_url", "thumbnail"),
        ),
        frequency_columns=("frequency", "count", "occurrences"),
        frequency_is_certain=False,
    ),
)
_PORTRAITS = ("avatar", "profile", "banner", "icon", "logo")


@dataclass(frozen=True)
class Recognised:
    """How a table becomes records.

    Attributes:
        form: what users call such a table.
        url_column: the column with the URLs.
        frequency_column: the column that counts, if there is one.
        kept: the further columns to keep.
    """

    form: str
    url_column: str
    frequency_column: str | None
    kept: tuple[str, ...]


def recognise(table: Table, options: TableOptions) -> Recognised:
    """Find out what ``table`` is; what the options name comes first.

    Raises:
        InputError: a named column is not there, or there is no column with URLs.
    """
    names = table.frame.columns
    form = next(form for form in _FORMS if form.marks.issubset(names))
    plain = {_plain(name): name for name in reversed(names)}  # the first of two alike wins

    if options.url_column is None:
        likely = [plain[name] for name in form.url_columns if name in plain]
        url_column = _find_urls(table, likely)
    else:
        url_column = _named(table.meant(options.url_column), names)

    if options.frequency_column is None:
        counting = [plain[name] for name in form.frequency_columns if name in plain]
        if not form.frequency_is_certain:
            counting = [name for name in counting if _counts(table, name, url_column)]
        frequency_column = counting[0] if counting else None
    else:
        frequency_column = _named(options.frequency_column, names)

    others = tuple(name for name in names if name not in (url_column, frequency_column))
    usual = tuple(name for name in others if form.kept is None or name in form.kept)
    return Recognised(
        form=form.name,
        url_column=url_column,
        frequency_column=frequency_column,
        kept=_kept(options.columns_to_keep, names, others) if options.columns_to_keep else usual,
    )


def _plain(name: str) -> str:
    return name.lower().replace(" ", "_").replace("-", "_")


def _named(name: str, names: Sequence[str]) -> str:
    if name not in names:
        raise InputError(
            f"there is no column {shown(name)}{suggestion(name, names)}; "
            f"columns found: {shown_columns(names)}"
        )
    return name


def _kept(
    wanted: tuple[str, ...], names: Sequence[str], others: tuple[str, ...]
) -> tuple[str, ...]:
    if wanted == ALL:
        return others
    if wanted == NONE:
        return ()
    pieces = [
        piece.strip()
        for entry in wanted
        for piece in ([entry] if entry in names else entry.split(","))
    ]
    return tuple(dict.fromkeys(_named(piece, names) for piece in pieces if piece))


def _counts(table: Table, name: str, url_column: str) -> bool:
    rows = may_hold_url(table.column(url_column))
    return is_frequency(table.column(name).filter(rows)).all()


def _find_urls(table: Table, likely: Sequence[str]) -> str:
    """The first likely column with any URL, or else the one that by its cells is the best.

    That is a column at least half of whose filled cells are URLs: rather of images than of pages,
    rather of anything than of portraits (a user's avatar is not what was posted), rather an
    earlier one than a later.
    """
    for name in likely:
        if share_of_urls(table.column(name)) > 0:
            return name
    names = table.frame.columns
    candidates = [name for name in names if share_of_urls(table.column(name)) >= 0.5]
    if not candidates:
        raise InputError(
            f"no column has URLs; columns found: {shown_columns(names)}; "
            "name the right one with --url-column if it is among them"
        )

    def rank(name: str) -> tuple[bool, bool]:
        is_portrait = any(word in name.lower() for word in _PORTRAITS)
        return share_of_images(table.column(name)) >= 0.5, not is_portrait

    return max(candidates, key=rank)
