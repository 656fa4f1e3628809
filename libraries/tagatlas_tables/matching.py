"""Matching the images that a table names with those of a collection."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import takewhile
from pathlib import Path, PurePath, PurePosixPath, PureWindowsPath
from typing import Literal
from unicodedata import normalize
from urllib.parse import quote, unquote, urlsplit

Matching = Literal["any", "content", "url", "name"]

NOT_FOUND = "no image of the collection is called so"
AMBIGUOUS = "several images of the collection are called so"

_ID = re.compile(r"(?<![0-9a-f])[0-9a-f]{64}(?![0-9a-f])", re.IGNORECASE)
_ENCODE_URI_KEEPS = ";,/?:@&=+$-_.!~*'()#"
"""Characters that JavaScript's ``encodeURI`` does not escape, besides letters and digits (ECMA-262,
19.2.6.4); "%" is not among them, so that escapes are escaped again."""

_CHUNK = 1 << 20


@dataclass(frozen=True)
class Known:
    """An address in the collection.

    Attributes:
        image: id of the image it leads to.
        location: the URL or path.
    """

    image: str
    location: str


@dataclass(frozen=True)
class Matched:
    """Result of matching.

    Attributes:
        images: by each matched name in the file, the image's id.
        unmatched: by each other name, the reason.
    """

    images: Mapping[str, str]
    unmatched: Mapping[str, str]


@dataclass
class _Index:
    """Names of images; a name shared by several images matches none of them."""

    found: dict[str, str | None] = field(default_factory=dict)

    def add(self, name: str, image: str) -> None:
        self.found[name] = image if self.found.get(name, image) == image else None

    def get(self, names: Iterable[str]) -> tuple[str | None, bool]:
        """The image with the first of these names that exists, and whether several have it."""
        for name in names:
            if name in self.found:
                return self.found[name], self.found[name] is None
        return None, False


@dataclass
class _Files:
    """Images by file name, each with its whole path, the last part first; letters composed."""

    found: dict[str, list[tuple[Sequence[str], str]]] = field(default_factory=dict)

    def add(self, location: str, image: str) -> None:
        name, *folders = _composed_parts(location)
        self.found.setdefault(name, []).append((folders, image))

    def get(self, name: str) -> tuple[str | None, bool]:
        """The image with this file name, and whether several have it.

        Of several, the one is found whose folders above the file are the path's, for most of
        them; a URL's are of another site than a like one's, and tell nothing.
        """
        last, *folders = _composed_parts(name)
        there = self.found.get(last, [])
        if "://" not in name and len({image for _, image in there}) > 1:
            shared = [_shared(folders, others) for others, _ in there]
            there = [each for each, most in zip(there, shared, strict=True) if most == max(shared)]
        images = {image for _, image in there}
        return (images.pop(), False) if len(images) == 1 else (None, bool(images))


def match_images(
    names: Sequence[str], known: Iterable[Known], how: Matching = "any", folder: Path | None = None
) -> Matched:
    """Find images by their names in a file.

    Args:
        names: URLs, paths, file names, or SHA-256 sums of images' bytes, also within a file name
            (as in the atlas's own ``images`` folder). Of files of one name, the path says which.
        known: the collection's addresses; several may lead to the same image.
        how: the ways to match.
        folder: of the named files; existing ones are also matched by content.
    """
    ids, urls, files = set[str](), _Index(), _Files()
    for each in known:
        ids.add(each.image)
        for url in _spellings(each.location):
            urls.add(url, each.image)
        files.add(each.location, each.image)
    images: dict[str, str] = {}
    unmatched: dict[str, str] = {}
    for name in names:
        found, is_ambiguous = None, False
        if how in ("any", "content"):
            found = _by_content(name, ids, folder)
        if found is None and how in ("any", "url"):
            found, is_ambiguous = urls.get(_spellings(name))
        if found is None and how in ("any", "name"):
            found, also_ambiguous = files.get(name)
            is_ambiguous = is_ambiguous or also_ambiguous
        if found is None:
            unmatched[name] = AMBIGUOUS if is_ambiguous else NOT_FOUND
        else:
            images[name] = found
    return Matched(images, unmatched)


def file_name(location: str) -> str:
    """The last part of a URL's path or of any system's path, without escapes."""
    return _parts(location)[0]


def _parts(location: str) -> Sequence[str]:
    """The parts of a URL's path, or of any system's path, from the last to the first."""
    path: PurePath = PureWindowsPath(location)  # which knows both sorts of slashes
    if "://" in location:
        try:
            path = PurePosixPath(unquote(urlsplit(location).path))
        except ValueError:  # not a URL after all
            return [location]
    return path.parts[::-1] if path.name else [""]


def _composed_parts(location: str) -> Sequence[str]:
    """The parts with composed letters (NFC), as tables have them and files of macOS do not."""
    return [normalize("NFC", part) for part in _parts(location)]


def _shared(folders: Sequence[str], others: Sequence[str]) -> int:
    """How many folders two paths share, from the file upwards."""
    same = takewhile(lambda pair: pair[0] == pair[1], zip(folders, others, strict=False))
    return sum(1 for _ in same)


def _spellings(location: str) -> Iterator[str]:
    """A location unchanged, escaped as by JavaScript, and unescaped; these may be equal.

    dd-image-tagging escapes URLs before it sends them, even those already escaped.
    """
    yield location
    yield quote(location, safe=_ENCODE_URI_KEEPS)
    once = unquote(location)
    yield once
    yield unquote(once)


def _by_content(name: str, ids: set[str], folder: Path | None) -> str | None:
    for match in _ID.finditer(name):
        if match[0].lower() in ids:
            return match[0].lower()
    if folder is None:
        return None
    path = folder / file_name(name)
    if not path.is_file():
        return None
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            digest.update(chunk)
    found = digest.hexdigest()
    return found if found in ids else None
