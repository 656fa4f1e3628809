"""The collection's images that are not on a map, by reason."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import polars as pl

from tagatlas.contracts import NetworkDescription, TagStatus

_STATUSES = {
    TagStatus.PENDING: "not tagged yet",
    TagStatus.FAILED: "could not be tagged",
    TagStatus.EMPTY: "nothing seen in them",
}
_NO_LINK = "no link within the limits of the network"
_JOINED = "joined to one that looks the same"
_HIDDEN = "hidden"
_OUTSIDE = "outside of the part that the map shows"


def count_left_out(
    statuses: pl.DataFrame,
    mapped: pl.Series,
    network: NetworkDescription,
    tags: pl.LazyFrame,
    representatives: pl.DataFrame | None,
    hidden: Collection[str] = (),
    part: pl.Series | None = None,
) -> dict[str, int]:
    """Number of the collection's images that are not on a map, by reason, most frequent first.

    Args:
        statuses: of all images: ``image``, ``status`` of tagging.
        mapped: ids of the images on the map.
        network: its graph builder's description.
        tags: of its backend, near duplicates joined if the map joins them.
        representatives: as for :func:`~tagatlas_mapping.maps.duplicates.join_images`; None where
            images are kept apart.
        hidden: ids of images that the map leaves out since they are hidden.
        part: ids of the images of the part that the map shows; None where it shows all.
    """
    if representatives is None:
        representatives = statuses.select("image", representative="image")
    images = statuses.join(representatives, on="image", how="left")
    is_joined = pl.col("image") != pl.col("representative")
    is_hidden = pl.col("image").is_in(list(hidden))
    is_outside = pl.lit(part is not None) & ~pl.col("representative").is_in(
        [] if part is None else part.implode()
    )
    lacking = images.filter(is_joined | ~pl.col("image").is_in(mapped.implode()))
    why = pl.when(is_hidden).then(pl.lit(_HIDDEN)).when(is_outside).then(pl.lit(_OUTSIDE))
    lacking = lacking.with_columns(why=why.when(is_joined).then(pl.lit(_JOINED)))
    counts = dict(lacking["why"].value_counts().iter_rows())
    found = {each: counts[each] for each in (_OUTSIDE, _HIDDEN, _JOINED) if each in counts}
    missing = lacking.filter(pl.col("why").is_null())
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
