"""Reads IIIF documents, from the web or from a file."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec
import polars as pl

from tagatlas import Page, PagedSource, Records
from tagatlas.errors import InputError
from tagatlas.toolkit import count as counted
from tagatlas.toolkit import encodable, read_web, shown
from tagatlas_sources.iiif import IiifOptions
from tagatlas_sources.iiif.image import image_url
from tagatlas_sources.iiif.presentation import (
    ALTERNATIVE,
    Json,
    Painted,
    identity,
    is_image_description,
    label_of,
)
from tagatlas_sources.iiif.walk import Place, Walk

COLUMNS = ("label", "page", "manifest", "canvas")


PAGE = 10
"""Manifests in a page: an interruption costs as many requests, and keeping a page little time."""


_END = "null"
"""The token of the last page, after which there is none."""


@dataclass(frozen=True)
class _Token:
    """Where the next page begins: the walk, and the images with and without an address so far."""

    walk: Place
    images: int
    without: int


class IiifSource(PagedSource):
    """Reads the images of a manifest, of a collection's manifests, or of an ``info.json``."""

    def __init__(self, options: IiifOptions) -> None:
        self._options = options

    def pages(self, location: str, after: str | None) -> Iterator[Page]:
        """Some manifests a page; see :meth:`PagedSource.pages`."""
        walk = Walk(self._read_json, self._options.manifests)
        first: Json | None = None
        images, without = 0, 0
        rows: list[list[str]] = []
        if after is None:
            first = self._read_json(location)
            if is_image_description(first):
                yield self._image(location, first)
                return
        else:
            token = msgspec.json.decode(after, type=_Token | None)
            if token is None:
                return
            images, without = token.images, token.without
            walk.go_on(token.walk)
        kept = walk.manifests
        for manifest in walk.manifests_from(first):
            for each in walk.images(manifest):
                row = self._row(each)
                rows += [row] if row else []
                without += not row
            place = walk.place() if walk.manifests - kept >= PAGE else None
            if place is not None:
                images += len(rows)
                written = msgspec.json.encode(_Token(place, images, without)).decode()
                yield _page(walk, rows, images, without, written)
                kept, rows = walk.manifests, []
        images += len(rows)
        if not images:
            if notes := _notes(walk, without):
                raise InputError(f"{location} has no image: {'; '.join(notes)}")
            raise InputError(f"{location} is no IIIF document with images: give a manifest's URL")
        yield _page(walk, rows, images, without, _END)

    def _image(self, location: str, description: Json) -> Page:
        """The image of an ``info.json``."""
        base = identity(description) or location.removesuffix("/info.json")
        service = {**description, "id": base}
        row = self._row(Painted("", service, label=label_of(description), canvas=base))
        if not row:
            raise InputError(f"{location} has no image: 1 image without a web address left out")
        return Page(Records(_table([row]), "1 IIIF image: 1 image"), _END, 1, 1)

    def _row(self, painted: Painted) -> list[str]:
        """Address and columns of an image; nothing where it has no address."""
        url = self._url(painted)
        texts = (url, painted.label, painted.page, painted.manifest, painted.canvas)
        return [encodable(text) for text in texts] if url else []

    def _url(self, painted: Painted) -> str:
        side = self._options.image_side
        return image_url(painted.service, painted.resource, side, painted.shape)

    def _read_json(self, location: str) -> Json:
        if "://" in location:
            data = read_web(
                location,
                allow_private=self._options.manifest_private,
                contact=self._options.manifest_contact,
            )
        else:
            try:
                data = Path(location).read_bytes()
            except (OSError, ValueError) as error:
                raise InputError(f"cannot read {location}: check the path") from error
        try:
            document = json.loads(data)
        except (ValueError, RecursionError) as error:
            raise InputError(f"{location} is no JSON: give a manifest's URL") from error
        if not isinstance(document, dict):
            raise InputError(f"{location} is no IIIF document: give a manifest's URL")
        return document


def _page(walk: Walk, rows: Sequence[Sequence[str]], images: int, without: int, token: str) -> Page:
    """A page of images; what is said is of the whole walk."""
    said = f"{counted(walk.manifests, 'IIIF manifest')}: {counted(images, 'image')}"
    total = min(walk.most, walk.manifests + len(walk.waiting))
    records = Records(_table(rows), said, notes=_notes(walk, without))
    return Page(records, token, walk.manifests, total)


def _table(rows: Sequence[Sequence[str]]) -> pl.DataFrame:
    schema = dict.fromkeys(("location", *COLUMNS), pl.String)
    one = pl.lit(1, dtype=pl.Int64).alias("frequency")
    return pl.DataFrame(rows, schema=schema, orient="row").select("location", one, *COLUMNS)


def _notes(walk: Walk, without_address: int) -> tuple[str, ...]:
    """Notes on what was left out, and why."""
    notes = []
    if walk.unread:
        reason = next(iter(walk.unread.values()))
        unread = counted(len(walk.unread), "document")
        notes.append(f"{unread} could not be read and left out, such as: {reason}")
    if walk.left_out:
        notes.append(
            f"{counted(walk.most, 'manifest')} read; {counted(walk.left_out, 'further document')} "
            "of the collection left out: raise --manifests for more"
        )
    others = dict(walk.others)
    if alternatives := others.pop(ALTERNATIVE, 0):
        left = counted(alternatives, "image")
        notes.append(f"{left} left out: of a choice, the first counts")
    if others:
        kinds = ", ".join(f"{number:,} {shown(kind)}" for kind, number in sorted(others.items()))
        notes.append(f"left out, for they are no images: {kinds}")
    if without_address:
        notes.append(f"{counted(without_address, 'image')} without a web address left out")
    return tuple(notes)
