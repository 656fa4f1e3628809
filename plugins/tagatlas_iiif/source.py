"""Reads IIIF documents, from the web or from a file."""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Iterator
from pathlib import Path

import polars as pl

from tagatlas.contracts import Records, Source
from tagatlas.errors import InputError
from tagatlas.fetch.web import read_web
from tagatlas_iiif import IiifOptions
from tagatlas_iiif.image import image_url
from tagatlas_iiif.presentation import (
    Json,
    Painted,
    identity,
    is_image_description,
    label_of,
    members,
    paintings,
)

COLUMNS = ("label", "page", "manifest", "canvas")


class IiifSource(Source):
    """Reads the images of a manifest, of a collection's manifests, or of an ``info.json``."""

    def __init__(self, options: IiifOptions) -> None:
        self._options = options

    def read(self, location: str) -> Records:
        """See :meth:`Source.read`."""
        first = self._read_json(location)
        if is_image_description(first):
            painted = [Painted(label_of(first), "", "", identity(first), "", first)]
            kind, count = "IIIF image", 1
        else:
            found = list(self._manifests(first))
            painted = [each for manifest in found for each in paintings(manifest)]
            kind, count = "IIIF manifest", len(found)
        rows = [
            (url, each.label, each.page, each.manifest, each.canvas)
            for each in painted
            if (url := image_url(each.service, each.resource, self._options.image_side))
        ]
        if not rows:
            raise InputError(f"{location} is no IIIF document with images: give a manifest's URL")
        schema = ("location", *COLUMNS)
        table = pl.DataFrame(rows, schema=dict.fromkeys(schema, pl.String), orient="row")
        one = pl.lit(1, dtype=pl.Int64).alias("frequency")
        plural = "" if count == 1 else "s"
        return Records(
            table.select("location", one, *COLUMNS),
            f"{count:,} {kind}{plural}: {len(rows):,} images",
        )

    def _manifests(self, first: Json) -> Iterator[Json]:
        """The document itself, or what its collections lead to; each once, in their order."""
        waiting: deque[Json | str] = deque([first])
        seen: set[str] = set()
        count = 0
        while waiting and count < self._options.manifests:
            entry = waiting.popleft()
            document = self._read_json(entry) if isinstance(entry, str) else entry
            inner = [url for url in members(document) if url not in seen]
            if inner:
                seen.update(inner)
                waiting.extendleft(reversed(inner))
            else:
                count += 1
                yield document

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
