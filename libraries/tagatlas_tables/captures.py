"""Posts captured from a platform's pages: Zeeschuimer's files, and 4CAT's exports of them."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import polars as pl

from tagatlas.errors import InputError
from tagatlas_tables.paths import is_there, largest, texts_at
from tagatlas_tables.platforms import PLATFORMS, Platform
from tagatlas_tables.table import LIST_SEPARATOR, Table
from tagatlas_tables.wording import count

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
"""Description of unknown platforms: their pictures are searched for."""

_FIRST_COLUMNS = (
    _PICTURES,
    _QUOTED,
    "id",
    "author",
    "timestamp",
    "subject",
    "body",
    "link",
    "lang",
)


@dataclass(frozen=True)
class _Post:
    """A post's cells by column, and its pictures."""

    label: str
    cells: dict[str, str]
    pictures: list[str]
    frames: list[str]
    quoted: list[str]

    @property
    def has_pictures(self) -> bool:
        return bool(self.pictures or self.frames)


@dataclass
class Captures:
    """Collects captured posts."""

    posts: int = 0
    _kept: list[_Post] = field(default_factory=list)
    _places: dict[tuple[str, str], int] = field(default_factory=dict)
    _things: Counter[str] = field(default_factory=Counter)
    _sought: Counter[str] = field(default_factory=Counter)

    def take(self, record: Mapping[str, object]) -> bool:
        """Add a record if it is a captured post; returns whether it is.

        Of a post captured repeatedly the first counts, unless only a later one has pictures.
        """
        collector, source, inner = _unwrapped(record)
        platform = _platform(source, inner, collector)
        if platform is None:
            return False
        post = _read(record, inner, platform, f"{collector}, {source}" if collector else "")
        self.posts += 1
        identity = (post.label, post.cells["id"])
        place = self._places.get(identity) if post.cells["id"] else None
        if place is None:
            self._places[identity] = len(self._kept)
            self._kept.append(post)
            self._things[platform.thing] += 1
            self._sought[post.label] += platform is _SOUGHT
        elif post.has_pictures and not self._kept[place].has_pictures:
            self._kept[place] = post
        return True

    def table(self, notes: tuple[str, ...]) -> Table:
        """All posts as a table; their pictures are in its column ``image_urls``.

        Raises:
            InputError: no post has a picture.
        """
        labels = list(dict.fromkeys(post.label for post in self._kept))
        kind = " and ".join(labels)
        if not any(post.has_pictures or post.quoted for post in self._kept):
            raise InputError(f"{kind}: {count(len(self._kept), self._thing)}, none with a picture")
        rows = [
            {
                _PICTURES: LIST_SEPARATOR.join(post.pictures + post.frames),
                _QUOTED: LIST_SEPARATOR.join(post.quoted),
                **post.cells,
                **({"platform": post.label} if len(labels) > 1 else {}),
            }
            for post in self._kept
        ]
        filled = {name for row in rows for name, text in row.items() if text}
        others = dict.fromkeys(name for row in rows for name in row)
        names = [name for name in dict.fromkeys((*_FIRST_COLUMNS, *others)) if name in filled]
        frame = pl.DataFrame(
            {name: [row.get(name, "") for row in rows] for name in names},
            schema=dict.fromkeys(names, pl.String),
        )
        if _PICTURES not in filled:
            frame = frame.rename({_QUOTED: _PICTURES})
        return Table(frame, kind, notes=(*self._notes(), *notes), contents=self._contents())

    @property
    def _thing(self) -> str:
        return next(iter(self._things)) if len(self._things) == 1 else "post"

    def _contents(self) -> str:
        thing, posts = self._thing, len(self._kept)
        frames = sum(len(post.frames) for post in self._kept)
        pictures = frames + sum(len(post.pictures) for post in self._kept)
        with_pictures = sum(post.has_pictures for post in self._kept)
        quoted = sum(len(post.quoted) for post in self._kept)
        says = f"{count(posts, thing)}, {count(pictures, 'picture')}"
        says += f" in {count(with_pictures, thing)}"
        if without := posts - with_pictures:
            says += f" ({count(without, thing)} without)"
        if frames:
            says += f", of which {count(frames, 'still')} of videos"
        if quoted:
            several = sum(bool(post.quoted) for post in self._kept) > 1
            fate = (
                f"left out: --url-column {_QUOTED} takes these instead"
                if pictures
                else "taken, since there are no others"
            )
            says += (
                f"; {quoted:,} more in {'quoted posts' if several else 'a quoted post'} ({fate})"
            )
        return says

    def _notes(self) -> Iterator[str]:
        for label, posts in self._sought.items():
            if posts:
                yield (
                    f"{label}: not a platform that is described here, so pictures were searched "
                    f"for in {count(posts, 'post')}; look at some before they are fetched"
                )
        if repeated := self.posts - len(self._kept):
            yield f"{count(repeated, self._thing)} captured again: counted once"


def _read(record: Mapping[str, object], post: object, platform: Platform, label: str) -> _Post:
    texts = {name: texts_at(post, path) for name, path in platform.columns.items()}
    texts["id"] = texts["id"] or texts_at(record, "item_id|__import_meta.item_id")[:1]
    pictures = _urls(post, platform.pictures)
    if platform is _SOUGHT:
        pictures = list(dict.fromkeys(_search(post)))
    return _Post(
        label=label or platform.name,
        cells={name: LIST_SEPARATOR.join(found) for name, found in texts.items()},
        pictures=pictures,
        frames=[url for url in _urls(post, platform.frames) if url not in pictures],
        quoted=[url for url in _urls(post, platform.quoted) if url not in pictures],
    )


def _unwrapped(record: Mapping[str, object]) -> tuple[str, str, object]:
    """Collector, platform and post of a record; empty if not given."""
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
    """The URLs in a value that look like its own pictures, not those of people or pages."""
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
