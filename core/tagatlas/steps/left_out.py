"""The collection's images that are not on a map, by reason."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from tagatlas.atlas import Atlas
from tagatlas.catalog import StoredMap
from tagatlas.contracts import NetworkDescription, TagStatus
from tagatlas_mapping.maps.duplicates import LEVELS

_STATUSES = {
    TagStatus.PENDING: "not tagged yet",
    TagStatus.FAILED: "could not be tagged",
    TagStatus.EMPTY: "nothing seen in them",
}
_NO_LINK = "no link within the limits of the network"
_JOINED = "joined to one that looks the same"


def count_left_out(
    atlas: Atlas, stored: StoredMap, network: NetworkDescription, tags: pl.LazyFrame
) -> dict[str, int]:
    """Number of the collection's images that are not on a map, by reason, most frequent first.

    Args:
        atlas: of the map.
        stored: the map.
        network: its graph builder's description.
        tags: of its backend, near duplicates joined if the map joins them.
    """
    statuses = atlas.catalog.tagging.statuses(stored.backend)
    level = LEVELS.get(str(stored.settings.get("map.duplicates")))
    representatives = (
        statuses.select("image", representative="image")
        if level is None
        else atlas.representatives(level)
    )
    images = statuses.join(representatives, on="image", how="left")
    mapped = stored.data.images["id"].implode()
    is_joined = pl.col("image") != pl.col("representative")
    missing = images.filter(~is_joined & ~pl.col("image").is_in(mapped))
    joined = images.filter(is_joined).height
    found = {_JOINED: joined} if joined else {}
    if missing.is_empty():
        return found
    if network.lowest_score is None:
        return {_NO_LINK: missing.height} | found  # its builder may not link by tags
    reasons = missing.join(
        _reasons(network.lowest_score, network.stop_tags, missing["image"], tags),
        on="image",
        how="left",
    )
    counted = (
        reasons.select(
            pl.col("reason").fill_null(pl.col("status").replace_strict(_STATUSES, default="no tag"))
        )
        .group_by("reason")
        .len()
        .sort("len", "reason", descending=[True, False])
    )
    return dict(counted.iter_rows()) | found


def _reasons(
    threshold: float, stop_tags: Sequence[str], missing: pl.Series, tags: pl.LazyFrame
) -> pl.DataFrame:
    """Reasons why images with tags are not on the map: ``image``, ``reason``."""
    counts = ~pl.col("tag").is_in(list(stop_tags))
    scores = (
        tags.filter(pl.col("image").is_in(missing.implode()))
        .group_by("image")
        .agg(best=pl.col("score").filter(counts).max())
        .collect(engine="streaming")
    )
    return scores.select(
        "image",
        reason=pl.when(pl.col("best").is_null())
        .then(pl.lit("no other tags than stop tags"))
        .when(pl.col("best") == 0)
        .then(pl.lit("no tag with a score above 0"))
        .when(pl.col("best") < threshold)
        .then(pl.lit(f"no tag of at least {threshold:g}"))
        .otherwise(pl.lit(_NO_LINK)),
    )
