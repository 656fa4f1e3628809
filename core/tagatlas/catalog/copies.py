"""Groups of near duplicates among a collection's images, stored in the catalog."""

from __future__ import annotations

import json
import zlib
from contextlib import suppress
from functools import partial

import numpy as np
import polars as pl
from numpy.typing import NDArray

from tagatlas.catalog.database import Database, damaged
from tagatlas.catalog.distrust import unpack
from tagatlas.errors import AtlasLocked, StorageError
from tagatlas_duplicates import SKETCH_BYTES, Compare, Signature, group_alike
from tagatlas_duplicates.tables import digest_of, group_by_hash, signed_of
from tagatlas_mapping.maps.duplicates import Level

SIGNED_BY = 2
"""Version of the signatures, stored with each: raise it when they are made in another way."""

_HASHES = (
    "narrow",
    "narrower",
    "inner",
    "whole",
    "within",
    "upper_left",
    "upper_right",
    "lower_left",
    "lower_right",
)
"""Columns of a signature's hashes, in its order."""

KEEP_SIGNATURE = (
    "INSERT OR REPLACE INTO signatures (image, method, narrow, narrower, inner, whole, within, "
    "upper_left, upper_right, lower_left, lower_right, sketch) "
    "SELECT id, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ? FROM images WHERE sha256 = ?"
)

_LOOKS = ("copy", "same")
"""Levels of groups by looks, the widest first; a step that needs one is followed by the others."""

_SKETCHES = "SELECT image, sketch FROM signatures WHERE image IN (SELECT value FROM json_each(?))"
_SKETCHES_AT_ONCE = 1000

_FAST = 1
"""zlib's level: a sketch of 6,148 bytes becomes one of 2,600 on average in 0.03 ms."""


def signature_row(image: str, signature: Signature) -> list[object]:
    """The parameters of :data:`KEEP_SIGNATURE`."""
    hashes = map(signed, signature.hashes)
    return [SIGNED_BY, *hashes, zlib.compress(signature.sketch, _FAST), image]


def signed(word: int | None) -> int | None:
    """64 bits as SQLite stores them: a number from -2**63 to 2**63 - 1."""
    return word if word is None or word < 1 << 63 else word - (1 << 64)


def representatives(database: Database, compare: Compare, level: Level) -> pl.DataFrame:
    """See :meth:`tagatlas.catalog.addresses.AddressTable.representatives`.

    The groups are stored, and computed again only if the images or their order changed, or a
    thumbnail was missing.
    """
    images = database.frame(
        "SELECT images.id, sha256, width, height, coalesce(method, 0), perceptual_hash, "
        "narrow, narrower, inner, whole, within, upper_left, upper_right, lower_left, "
        "lower_right FROM records "
        "JOIN addresses ON addresses.id = records.address "
        "JOIN images ON images.id = addresses.image "
        "LEFT JOIN signatures ON signatures.image = images.id "
        "GROUP BY images.id ORDER BY min(records.id)",
        {
            "key": pl.Int64,
            "image": pl.String,
            "width": pl.Int64,
            "height": pl.Int64,
            "method": pl.Int64,
            "hash": pl.Int64,
            **dict.fromkeys(_HASHES, pl.Int64),
        },
    )
    if level == "hash":
        leaders = group_by_hash(images)
    elif (kept := _kept(database, level, digest := digest_of(images), images.height)) is not None:
        leaders = kept
    else:
        sketches = partial(_sketches, database, images["key"].to_numpy())
        found = group_alike(signed_of(images.drop("key"), sketches), _LOOKS, compare)
        if found.is_whole:
            for each, its_leaders in zip(_LOOKS, found.leaders, strict=True):
                _keep(database, each, digest, its_leaders)
        leaders = found.leaders[_LOOKS.index(level)]
    return images.select(
        "image", representative=pl.col("image").gather(pl.Series(leaders, dtype=pl.Int64))
    ).sort("image")


def _sketches(
    database: Database, keys: NDArray[np.int64], places: NDArray[np.int64]
) -> NDArray[np.uint8]:
    wanted = keys[places].tolist()
    found = np.empty((len(wanted), SKETCH_BYTES), dtype=np.uint8)
    for start in range(0, len(wanted), _SKETCHES_AT_ONCE):
        some = wanted[start : start + _SKETCHES_AT_ONCE]
        packed = {row[0]: row[1] for row in database.rows(_SKETCHES, [json.dumps(some)])}
        try:
            for row, key in enumerate(some, start):
                found[row] = np.frombuffer(unpack(packed.get(key), SKETCH_BYTES), dtype=np.uint8)
        except ValueError as error:
            raise damaged(database.path, f"the sketch of an image: {error}") from error
    return found


def _kept(database: Database, level: str, digest: str, images: int) -> NDArray[np.int64] | None:
    rows = database.rows(
        "SELECT leaders FROM groupings WHERE level = ? AND digest = ?", [level, digest]
    )
    if not rows:
        return None
    try:
        leaders = np.frombuffer(unpack(rows[0][0], 4 * images), dtype="<i4").astype(np.int64)
    except ValueError:  # damaged: they are found again
        return None
    is_whole = len(leaders) == images and bool((leaders >= 0).all() and (leaders < images).all())
    return leaders if is_whole else None


def _keep(database: Database, level: str, digest: str, leaders: NDArray[np.int64]) -> None:
    packed = zlib.compress(leaders.astype("<i4").tobytes())
    # A catalog that cannot be written costs the time to find them again, nothing else.
    with suppress(AtlasLocked, StorageError), database.transaction() as connection:
        connection.execute(
            "INSERT OR REPLACE INTO groupings (level, digest, leaders) VALUES (?, ?, ?)",
            [level, digest, packed],
        )
