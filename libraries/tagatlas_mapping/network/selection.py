"""Selection and weighting of tags for a network."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy.sparse import csr_array

from tagatlas.contracts import NetworkDescription
from tagatlas.errors import EmptyMap
from tagatlas.wording import count
from tagatlas_mapping.network.backbones import with_backbone
from tagatlas_mapping.network.options import TagSelection

__all__ = [
    "SelectedTags",
    "describe_selection",
    "ranked_tags",
    "select_tags",
    "tag_matrix",
    "with_idf",
]


@dataclass(frozen=True, eq=False)
class SelectedTags:
    """Selected tags of images.

    Attributes:
        links: one row a tag of an image, ordered by image, then by tag: ``image`` (Int32, its row
            in the table of images), ``tag`` (UInt32, its row in ``labels``), ``score`` (Float64),
            ``weight`` (Float32, the score, above 0).
        labels: of the tags that pass the threshold, sorted, String; those that are on too few or
            too many images are among them, and have no links.
    """

    links: pl.DataFrame
    labels: pl.Series

    def dense(self) -> tuple[NDArray[np.int32], pl.Series]:
        """The tags numbered without gaps: of each link, shape (m,), and their labels in order."""
        tags = self.links["tag"].to_numpy()
        used = np.zeros(len(self.labels), dtype=np.bool_)
        used[tags] = True
        rows = (np.cumsum(used) - 1).astype(np.int32)
        return rows[tags], self.labels.filter(pl.Series(used))


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
    selected = ranked_tags(images, tags, selection)
    links, labels = selected.links, selected.labels
    return links.with_columns(labels.gather(links["tag"]).alias("label")).select(
        "image", "tag", "label", "score", "weight"
    )


def ranked_tags(images: pl.DataFrame, tags: pl.LazyFrame, selection: TagSelection) -> SelectedTags:
    """Select tags as :func:`select_tags` does, without a text for each link.

    Raises:
        EmptyMap: as there.
    """
    wanted = tags.filter(~pl.col("tag").is_in(selection.stop_tags)) if selection.stop_tags else tags
    labels = wanted.select(pl.col("tag").unique()).collect(engine="streaming")["tag"].sort()
    numbers = labels.to_frame().select("tag", pl.row_index("number"))
    links = (
        _scored(wanted, images, selection.threshold)
        .join(numbers.lazy(), on="tag")
        .select("image", pl.col("number").alias("tag"), "score")
        .sort("image", "tag")
        .collect(engine="streaming")
    )
    rows = links["tag"].to_numpy()
    counts = np.bincount(rows, minlength=len(labels))
    share = counts / images.height
    kept = (share >= selection.minimum_share) & (share <= selection.maximum_share) & (counts > 0)
    if not kept.any():
        weighty, scored = (_scored(wanted, images, least) for least in (0.0, selection.threshold))
        raise EmptyMap(_explain(selection, images.height, [tags, wanted, weighty, scored]))
    if (kept != (counts > 0)).any():
        links = links.filter(pl.Series(kept[rows]))
        rows = links["tag"].to_numpy()
    rank = (np.cumsum(counts > 0) - 1).astype(np.uint32)
    ranked = links.with_columns(
        pl.Series("tag", rank[rows]), pl.col("score").cast(pl.Float32).alias("weight")
    )
    return SelectedTags(ranked, labels.filter(pl.Series(counts > 0)))


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
    selected = ranked_tags(images, tags, selection)
    links = with_idf(selected.links) if selection.idf else selected.links
    columns, labels = selected.dense()
    matrix = csr_array(
        (links["weight"].to_numpy(), (links["image"].to_numpy(), columns)),
        shape=(images.height, len(labels)),
    )
    return matrix, labels.alias("label")


def _scored(tags: pl.LazyFrame, images: pl.DataFrame, threshold: float) -> pl.LazyFrame:
    """Tags of known images that weigh something: ``image`` (its row there), ``tag``, ``score``."""
    rows = images.select(pl.col("id").alias("image"), pl.row_index("row").cast(pl.Int32))
    weighty = tags.filter(
        pl.col("score") >= threshold, pl.col("score").cast(pl.Float32) > 0
    ).select("image", "tag", "score")
    return weighty.join(rows.lazy(), on="image").select(
        pl.col("row").alias("image"), "tag", "score"
    )


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
