"""Reads IIIF documents, from the web or from a file."""

from __future__ import annotations

import json
from pathlib import Path

import polars as pl

from tagatlas import Records, Source
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
from tagatlas_sources.iiif.walk import Walk

COLUMNS = ("label", "page", "manifest", "canvas")


class IiifSource(Source):
    """Reads the images of a manifest, of a collection's manifests, or of an ``info.json``."""

    def __init__(self, options: IiifOptions) -> None:
        self._options = options

    def read(self, location: str) -> Records:
        """See :meth:`Source.read`."""
        first = self._read_json(location)
        walk = Walk(self._read_json, self._options.manifests)
        if is_image_description(first):
            base = identity(first) or location.removesuffix("/info.json")
            service = {**first, "id": base}
            painted = [Painted("", service, label=label_of(first), canvas=base)]
            kind, count = "IIIF image", 1
        else:
            painted = list(walk.images(first))
            kind, count = "IIIF manifest", walk.manifests
        rows = [
            [encodable(text) for text in (url, each.label, each.page, each.manifest, each.canvas)]
            for each in painted
            if (url := self._url(each))
        ]
        notes = _notes(walk, len(painted) - len(rows))
        if not rows:
            if notes:
                raise InputError(f"{location} has no image: {'; '.join(notes)}")
            raise InputError(f"{location} is no IIIF document with images: give a manifest's URL")
        schema = ("location", *COLUMNS)
        table = pl.DataFrame(rows, schema=dict.fromkeys(schema, pl.String), orient="row")
        one = pl.lit(1, dtype=pl.Int64).alias("frequency")
        return Records(
            table.select("location", one, *COLUMNS),
            f"{counted(count, kind)}: {counted(len(rows), 'image')}",
            notes=notes,
        )

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


def _notes(walk: Walk, without_address: int) -> tuple[str, ...]:
    """Notes on what was left out, and why."""
    notes = []
    if walk.unread:
        reason = next(iter(walk.unread.values()))
        unread = counted(len(walk.unread), "document")
        notes.append(f"{unread} could not be read and left out, such as: {reason}")
    if walk.waiting:
        notes.append(
            f"{counted(walk.most, 'manifest')} read; {counted(walk.waiting, 'further document')} "
            "of the collection left out: raise --manifests for more"
        )
    if alternatives := walk.others.pop(ALTERNATIVE, 0):
        left = counted(alternatives, "image")
        notes.append(f"{left} left out: of a choice, the first counts")
    if walk.others:
        kinds = ", ".join(
            f"{number:,} {shown(kind)}" for kind, number in sorted(walk.others.items())
        )
        notes.append(f"left out, for they are no images: {kinds}")
    if without_address:
        notes.append(f"{counted(without_address, 'image')} without a web address left out")
    return tuple(notes)
