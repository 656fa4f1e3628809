"""Posts as they were captured from a platform's pages: Zeeschuimer's files, and 4CAT's of them."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal
from urllib.parse import urlsplit

import polars as pl

from tagatlas.errors import InputError
from tagatlas.tables.paths import is_there, largest, texts_at
from tagatlas.tables.platforms import PLATFORMS, Platform
from tagatlas.tables.table import LIST_SEPARATOR, Table
from tagatlas.tables.wording import count

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_PICTURES, _QUOTED = "image_urls", "quoted_image_urls"
_ENVELOPE = frozenset({"source_platform", "source_platform_url"})
_URL = re.compile(r"(?i)https?://[^\s/]")
_IMAGE = re.compile(r"(?i)\.(jpe?g|jfif|png|gif|webp|avif|bmp|tiff?|heic)(?![a-z0-9])")
_NO_IMAGE = re.compile(r"(?i)\.(mp4|m3u8|webm|mov|mp3|html?)(?![a-z0-9])")
_SIZES = re.compile(r"(?i)candidates|sizes|resources|variants|versions|artifacts|resolutions$")
_OF_PICTURES = re.compile(r"(?i)image|img|photo|picture|thumb|cover|poster|display_ur")
_OF_OTHERS = re.compile(
    r"(?i)avatar|profile|portrait|banner|icon|logo|emoji|badge|sticker|favicon|user|author|owner"
    r"|account|actor|creator|music|audio|page|link|permalink|html"
)
_SOUGHT = Platform(
    name="posts",
    sources=(),
    marks=(),
    pictures=(),
    frames=(),
    columns={
        "id": "id|pk|code|post_id",
        "author": "author.username|user.username|author.name|user.name|author|username",
        "timestamp": "created_at|createdAt|timestamp|taken_at|create_time|date",
        "body": "text|body|caption.text|caption|description|content|title",
    },
)
"""What is asked of a platform that is not described: its pictures are searched for."""

_FIRST_COLUMNS = ("id", "author", "timestamp", "subject", "body", "link", "lang")


@dataclass
class Captures:
    """Gathers captured posts."""

    posts: int = 0
    repeated: int = 0
    _labels: Counter[str] = field(default_factory=Counter)
    _sought: Counter[str] = field(default_factory=Counter)
    _seen: set[tuple[str, str]] = field(default_factory=set)
    _rows: list[dict[str, str]] = field(default_factory=list)
    _things: Counter[str] = field(default_factory=Counter)
    _totals: Counter[Literal["pictures", "frames", "posts", "quoted", "quoting"]] = field(
        default_factory=Counter
    )

    def take(self, record: Mapping[str, object]) -> bool:
        """Take a record if it is a captured post; whether it is."""
        collector, source, post = _unwrapped(record)
        platform = _platform(source, post, collector)
        if platform is None:
            return False
        label = f"{collector}, {source}" if collector else platform.name
        columns = {name: texts_at(post, path) for name, path in platform.columns.items()}
        row = {name: LIST_SEPARATOR.join(texts) for name, texts in columns.items()}
        if not row["id"] and (texts := texts_at(record, "item_id|__import_meta.item_id")):
            row["id"] = texts[0]
        self.posts += 1
        if row["id"]:
            if (label, row["id"]) in self._seen:
                self.repeated += 1
                return True
            self._seen.add((label, row["id"]))
        self._labels[label] += 1
        self._things[platform.thing] += 1
        if platform is _SOUGHT:
            self._sought[label] += 1
        self._rows.append({**row, **self._pictures(platform, post), "": label})
        return True

    def _pictures(self, platform: Platform, post: object) -> dict[str, str]:
        pictures = _urls(post, platform.pictures)
        if platform is _SOUGHT:
            pictures = list(dict.fromkeys(_search(post)))
        frames = [url for url in _urls(post, platform.frames) if url not in pictures]
        quoted = [url for url in _urls(post, platform.quoted) if url not in pictures]
        self._totals["pictures"] += len(pictures) + len(frames)
        self._totals["frames"] += len(frames)
        self._totals["posts"] += bool(pictures or frames)
        self._totals["quoted"] += len(quoted)
        self._totals["quoting"] += bool(quoted)
        return {
            _PICTURES: LIST_SEPARATOR.join(pictures + frames),
            _QUOTED: LIST_SEPARATOR.join(quoted),
        }

    def table(self, notes: tuple[str, ...]) -> Table:
        """All posts as a table; their pictures are in its column ``image_urls``.

        Raises:
            InputError: no post has a picture.
        """
        kind = " and ".join(self._labels)
        if not self._totals["pictures"] and not self._totals["quoted"]:
            raise InputError(f"{kind}: {count(self.posts, self._thing)}, none with a picture")
        filled = {name for row in self._rows for name, text in row.items() if text and name}
        others = dict.fromkeys(name for row in self._rows for name in row)
        first = (_PICTURES, _QUOTED, *_FIRST_COLUMNS)
        names = [name for name in dict.fromkeys((*first, *others)) if name in filled]
        frame = pl.DataFrame(
            {name: [row.get(name, "") for row in self._rows] for name in names},
            schema=dict.fromkeys(names, pl.String),
        )
        if len(self._labels) > 1:
            frame = frame.with_columns(pl.Series("platform", [row[""] for row in self._rows]))
        if not self._totals["pictures"]:
            frame = frame.rename({_QUOTED: _PICTURES})
        return Table(frame, kind, notes=(*self._notes(), *notes), contents=self._contents())

    @property
    def _thing(self) -> str:
        return next(iter(self._things)) if len(self._things) == 1 else "post"

    def _contents(self) -> str:
        totals, posts, thing = self._totals, len(self._rows), self._thing
        says = f"{count(posts, thing)}, {count(totals['pictures'], 'picture')}"
        says += f" in {count(totals['posts'], thing)}"
        without = posts - totals["posts"]
        says += f" ({count(without, thing)} without)" if without else ""
        if totals["frames"]:
            says += f", of which {count(totals['frames'], 'still')} of videos"
        if totals["quoted"]:
            where = "a quoted post" if totals["quoting"] == 1 else "quoted posts"
            fate = (
                f"left out: --url-column {_QUOTED} takes these instead"
                if totals["pictures"]
                else "taken, since there are no others"
            )
            says += f"; {totals['quoted']:,} more in {where} ({fate})"
        return says

    def _notes(self) -> Iterator[str]:
        for label, posts in self._sought.items():
            yield (
                f"{label}: not a platform that is described here, so pictures were searched for in "
                f"{count(posts, 'post')}; look at some before they are fetched"
            )
        if self.repeated:
            yield f"{count(self.repeated, self._thing)} captured again: counted once"


def _unwrapped(record: Mapping[str, object]) -> tuple[str, str, object]:
    """Who captured a record, from which platform, and the post itself; empty where not said."""
    collector, about, post = "", record, record
    if isinstance(meta := record.get("__import_meta"), dict):
        collector, about = "4CAT", meta
    elif isinstance(data := record.get("data"), dict) and not _ENVELOPE.isdisjoint(record):
        collector, post = "Zeeschuimer", data
    if not collector:
        return "", "", post
    source = "".join(texts_at(about, "source_platform")[:1])
    if not source:
        address = "".join(texts_at(about, "source_platform_url")[:1])
        try:
            source = (urlsplit(address).hostname or "").removeprefix("www.")
        except ValueError:
            source = ""
    return collector, source[:60] if source.isprintable() else "", post


def _platform(source: str, post: object, collector: str) -> Platform | None:
    for platform in PLATFORMS:
        if source.lower().removeprefix("www.") in platform.sources:
            return platform
    for platform in PLATFORMS:
        if platform.marks and all(_has(post, mark) for mark in platform.marks):
            return platform
    return _SOUGHT if collector else None


def _has(post: object, mark: str) -> bool:
    return not is_there(post, mark[1:]) if mark.startswith("!") else is_there(post, mark)


def _urls(post: object, paths: tuple[str, ...]) -> list[str]:
    urls = (text for path in paths for text in texts_at(post, path))
    return list(dict.fromkeys(url for url in urls if _URL.match(url)))


def _search(value: object, key: str = "") -> Iterator[str]:
    """The URLs within a value that look like pictures of its own, not of people or pages."""
    if isinstance(value, dict):
        for name, member in value.items():
            if not _OF_OTHERS.search(name):
                yield from _search(member, f"{key} {name}")
    elif isinstance(value, list):
        for member in largest(value) if _SIZES.search(key) else value:
            yield from _search(member, key)
    elif (
        isinstance(value, str)
        and _URL.match(value)
        and (_IMAGE.search(value) or (_OF_PICTURES.search(key) and not _NO_IMAGE.search(value)))
    ):
        yield value
