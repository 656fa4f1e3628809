"""Inputs of a map: labels of its images, and a digest of all that it depends on."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from pathlib import PurePosixPath
from typing import BinaryIO, cast
from urllib.parse import unquote, urlsplit

import numpy as np
import polars as pl
from numpy.typing import NDArray

_PLAIN = (
    r"^https?://[A-Za-z0-9.-]+/(?:[A-Za-z0-9_~.-]+/)*"
    r"([A-Za-z0-9_~-][A-Za-z0-9_~.-]*)(?:[?#][!-~]*)?$"
)
"""Matches the addresses whose label is their last part as it is."""

_SAID = 60
"""Most characters of a setting in a sentence."""


def input_digest(
    shaped_by: Sequence[object],
    images: pl.DataFrame,
    tags: pl.LazyFrame,
    given: pl.DataFrame,
    embeddings: NDArray[np.float16] | None,
) -> str:
    """A digest of all that a map depends on.

    Args:
        shaped_by: settings, versions and code, as JSON has them.
        images: of the map.
        tags: of the images: ``image``, ``tag``, ``score``.
        given: the images as the graph builder gets them: with ``id`` and ``records``, if it needs
            these.
        embeddings: of the images; None if there are none.
    """
    digest = hashlib.sha256(json.dumps(shaped_by).encode())
    hashed = cast("BinaryIO", _Hashed(digest))
    for table in (images.lazy(), tags):
        table.sink_csv(hashed, include_header=False)
    if "records" in given.columns:
        digest.update(given.select("id", "records").write_ndjson().encode())
    if embeddings is not None:
        digest.update(embeddings.data)
    return digest.hexdigest()


class _Hashed:
    """What is written to a file, of which only the digest is kept."""

    def __init__(self, digest: hashlib._Hash) -> None:
        self._digest = digest

    def write(self, data: bytes) -> int:
        self._digest.update(data)
        return len(data)

    def flush(self) -> None:
        pass


def changed_settings(before: Mapping[str, object], now: Mapping[str, object]) -> list[str]:
    """A line that says which settings of a map are others than when it was made last.

    Settings hold for all maps of an atlas, so that a map may change for what was set for another.

    Args:
        before: the settings that it was made with, by name, such as ``map.seed``.
        now: those that it is made with now.
    """
    both = [name for name in now if name in before and before[name] != now[name]]
    said = [f"{name} {_written(now[name])} (was {_written(before[name])})" for name in both]
    return [f"made with other settings than before: {', '.join(said)}"] if said else []


def _written(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)[:_SAID]


def labelled(images: pl.DataFrame) -> pl.DataFrame:
    """The images with a ``label``: the last part of the first record's path.

    Args:
        images: with ``id`` and ``location``.
    """
    labels = images["location"].str.extract(_PLAIN).alias("label")
    odd = labels.is_null().arg_true()
    said = [_label(*row) for row in images.select("location", "id")[odd].iter_rows()]
    return images.with_columns(labels.scatter(odd, pl.Series(said, dtype=pl.String)))


def _label(location: str, image_id: str) -> str:
    try:
        path = urlsplit(location).path if "://" in location else location
    except ValueError:  # brackets that are no IPv6 address
        path = location
    return PurePosixPath(unquote(path)).name or image_id[:12]
