"""Selection and weighting of tags for a network."""

from __future__ import annotations

import numpy as np
import polars as pl
from scipy.sparse import csr_array

from tagatlas.contracts import NetworkDescription
from tagatlas.errors import EmptyMap
from tagatlas.wording import count
from tagatlas_mapping.network.backbones import with_backbone
from tagatlas_mapping.network.options import TagSelection

__all__ = ["describe_selection", "select_tags", "tag_matrix", "with_idf"]


def describe_selection(selection: TagSelection) -> NetworkDescription:
    """Description of a network made of the selected tags."""
    described = NetworkDescription(
        placed_by="the tags they share",
        lowest_score=selection.threshold,
        stop_tags=selection.stop_tags,
    )
    return with_backbone(described, selection.backbone)


def select_tags(images: pl.DataFrame, tags: pl.LazyFrame, selection: TagSelection) -> pl.DataFrame:
    """Select tags by stop tags, threshold and shares.

    The share of a tag is counted over all of ``images``, and over scores that pass the
    threshold. A score of 0 never counts.

    Args:
        images: as in :meth:`tagatlas.GraphBuilder.build`.
        tags: of the images, as there.
        selection: the tags to leave out. ``idf`` and ``backbone`` are ignored here.

    Returns:
        One row a tag of an image, ordered by image, then by tag: ``image`` (Int32, its row in
        ``images``), ``tag`` (UInt32, rank of the label among those that pass the threshold),
        ``label`` (String), ``score`` (Float64), ``weight`` (Float32, the score, above 0).

    Raises:
        EmptyMap: no tag is left; the message says which option removed how many.
    """
    wanted = tags.filter(~pl.col("tag").is_in(selection.stop_tags)) if selection.stop_tags else tags
    scored = _weighted(wanted, images).filter(
        pl.col("score") >= selection.threshold, pl.col("weight") > 0
    )
    share = pl.col("images_with_tag") / images.height
    labels = _ranked_labels(scored).filter(
        share >= selection.minimum_share, share <= selection.maximum_share
    )
    if labels.is_empty():
        weighty = _weighted(wanted, images).filter(pl.col("weight") > 0)
        raise EmptyMap(_explain(selection, images.height, [tags, wanted, weighty, scored]))
    return (
        scored.rename({"tag": "label"})
        .join(labels.lazy(), on="label")
        .select("image", "tag", "label", "score", "weight")
        .sort("image", "tag")
        .collect(engine="streaming")
    )


def with_idf(links: pl.DataFrame) -> pl.DataFrame:
    """Weight rare tags more.

    The new weight is ``score * (1 + ln((1 + n) / (1 + images with the tag)))``, with the n images
    of ``links``: the smoothed inverse document frequency, which keeps all weights above 0.

    Args:
        links: as :func:`select_tags` gives them, or some of them.
    """
    images = links["image"].n_unique()
    idf = 1.0 + ((1.0 + images) / (1.0 + pl.len().over("tag"))).log()
    return links.with_columns((pl.col("score") * idf).cast(pl.Float32).alias("weight"))


def tag_matrix(
    images: pl.DataFrame, tags: pl.LazyFrame, selection: TagSelection
) -> tuple[csr_array[np.float32, tuple[int, int]], pl.Series]:
    """The selected tags as a matrix of weights.

    Args:
        images: as in :meth:`tagatlas.GraphBuilder.build`.
        tags: of the images, as there.
        selection: the tags to select; their weights are scores, or with ``idf`` those of
            :func:`with_idf`.

    Returns:
        Weights, float32, shape (images, labels), a row for each row of ``images``; and the
        labels of the columns, sorted.

    Raises:
        EmptyMap: no tag is left.
    """
    links = select_tags(images, tags, selection)
    if selection.idf:
        links = with_idf(links)
    labels = links.select("tag", "label").unique("tag").sort("tag")["label"]
    columns = links["tag"].rank("dense").cast(pl.Int32) - 1
    matrix = csr_array(
        (links["weight"].to_numpy(), (links["image"].to_numpy(), columns.to_numpy())),
        shape=(images.height, len(labels)),
    )
    return matrix, labels


def _weighted(tags: pl.LazyFrame, images: pl.DataFrame) -> pl.LazyFrame:
    """Tags of known images: ``image`` (its row in ``images``), ``tag``, ``score``, ``weight``."""
    rows = images.select(pl.col("id").alias("image"), pl.row_index("row").cast(pl.Int32))
    return tags.join(rows.lazy(), on="image").select(
        pl.col("row").alias("image"),
        "tag",
        "score",
        pl.col("score").cast(pl.Float32).alias("weight"),
    )


def _ranked_labels(links: pl.LazyFrame) -> pl.DataFrame:
    """The labels: ``label``, ``tag`` (its rank among them), ``images_with_tag``."""
    counts = links.group_by(pl.col("tag").alias("label")).agg(pl.len().alias("images_with_tag"))
    return counts.collect(engine="streaming").sort("label").with_row_index("tag")


def _explain(selection: TagSelection, images: int, stages: list[pl.LazyFrame]) -> str:
    """One line: how many tags there were, and what removed how many of them."""
    given, wanted, weighty, scored = (
        int(stage.select(pl.len()).collect(engine="streaming").item()) for stage in stages
    )
    if given == 0:
        tried = count(images, "image")
        return f"of {tried} none has a tag: choose another backend, or other images"
    if wanted and not weighty:
        return (
            f"no tag is left of {given:,} on {count(images, 'image')}: the score of all is 0, and"
            " a tag that weighs nothing links nothing; import the tags without a column of scores,"
            " so that each counts alike, or choose another backend"
        )
    shares = f"the shares from {selection.minimum_share:g} to {selection.maximum_share:g}"
    removed = {
        "the stop tags": given - wanted,
        f"the threshold of {selection.threshold:g}": weighty - scored,
        shares: scored,
    }
    reasons = [f"{reason} removed {number:,}" for reason, number in removed.items() if number]
    reasons += [f"{wanted - weighty:,} have the score 0"] if wanted > weighty else []
    said = ", ".join(reasons)
    return f"no tag is left of {given:,} on {count(images, 'image')}: {said}; loosen these options"
