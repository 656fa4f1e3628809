"""Pictures with what is kept of each, as a table of which a row is a picture.

Its columns: ``image``, an id; ``width`` and ``height`` in pixels; ``method``, the version of its
signature, 0 if it has none; ``hash``, the perceptual one, and all further columns, those of the
signature: 64 bits as Int64, null if there is none. Rows are in order of precedence.
"""

from __future__ import annotations

from collections.abc import Callable
from hashlib import sha256

import numpy as np
import polars as pl
from numpy.typing import NDArray

from tagatlas_duplicates.alike import Signed
from tagatlas_duplicates.groups import near_groups

METHOD = "3"
"""Version of the grouping: raise it when the same signatures are grouped in another way."""


def signed_of(
    images: pl.DataFrame, sketches: Callable[[NDArray[np.int64]], NDArray[np.uint8]]
) -> Signed:
    """The pictures of a table; those without a signature are like no other.

    Args:
        images: see this module.
        sketches: see :class:`Signed`.
    """
    hashes = images[:, images.get_column_index("hash") :]
    usable = (images["method"] > 0) & images["hash"].is_not_null()
    return Signed(
        ids=lambda places: images["image"].gather(places).to_list(),
        methods=images["method"].to_numpy(),
        hashes=hashes.fill_null(0).to_numpy().view(np.uint64),
        present=usable.to_numpy()[:, None] & hashes.select(pl.all().is_not_null()).to_numpy(),
        sizes=images.select("width", "height").to_numpy().astype(np.float64),
        sketches=sketches,
    )


def group_by_hash(images: pl.DataFrame) -> NDArray[np.int64]:
    """:func:`near_groups` of a table; a picture without a hash leads its own group."""
    leaders = np.arange(images.height)
    hashed = np.flatnonzero(images["hash"].is_not_null().to_numpy())
    hashes = images["hash"].drop_nulls().to_numpy().view(np.uint64)
    leaders[hashed] = hashed[near_groups(hashes)]
    return leaders


def digest_of(images: pl.DataFrame) -> str:
    """A digest of what the groups of a table depend on."""
    digest = sha256(METHOD.encode())
    for some in images.select(pl.concat_str(pl.lit("\n"), "image", "method")).iter_slices():
        digest.update("".join(some.to_series()).encode())
    return digest.hexdigest()
