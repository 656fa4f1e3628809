"""Names of clusters, from the tags that set them apart."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy.sparse import csr_array

from tagatlas.wording import untaken
from tagatlas_mapping.cluster.wording import TagsHeld, word_names

_PRIOR_IMAGES = 10.0
_LEAST_COVERAGE = 0.1
_DISTINCTIVE_TAGS = 10
_REMAINDER = "in no cluster"


def name_clusters(
    scores: csr_array,
    labels: Sequence[str],
    clusters: NDArray[np.int32],
    *,
    remainder: int | None = None,
) -> pl.DataFrame:
    """Name clusters by what is true of them, as in ``bird: finch, owl`` or ``cup, plate``.

    A name is made of tags that most of a cluster's images have and few others do; see
    :func:`~tagatlas_mapping.cluster.wording.word_names`. Where there are none, the cluster is
    ``various``.

    Its distinctive tags are ranked by how much more often it has them than the others: the
    log-odds ratio with an informative Dirichlet prior, as a z-score (Monroe, Colaresi & Quinn,
    "Fightin' Words", Political Analysis 16(4), 2008), times the Dice coefficient of the tag's
    images and the cluster's, which favours tags that cover much of it and little else.
    An image counts for a tag by the tag's score as a fraction of the image's best score, so
    that backends of any scale of scores are treated alike. A tag that covers less than a tenth
    of a cluster is not distinctive of it.

    Args:
        scores: of n images' t tags, in (0, 1], shape (n, t), as from
            :func:`~tagatlas_mapping.cluster.scores.score_matrix`. A cluster of which no image has
            a tag is ``without tags``.
        labels: of the tags, length t.
        clusters: cluster of each image, numbered from 0 without gaps, shape (n,).
        remainder: the number among these of images that are in none: they are ``in no cluster``.

    Returns:
        One row a cluster, in order: ``cluster`` (Int32), ``name`` (String, one line, at most
        about 40 characters, no two alike) and ``tags`` (List[String], at most 10, the most
        distinctive first, with the backend's labels).
    """
    found = _named(TagsHeld.of(scores), _relative(scores), labels, clusters, taken=())
    found = found.select(pl.row_index("cluster").cast(pl.Int32), "name", "tags")
    if remainder is None:
        return found
    is_remainder = pl.col("cluster") == remainder
    others = found.filter(~is_remainder)["name"].to_list()
    name = pl.lit(untaken(_REMAINDER, others))
    return found.with_columns(pl.when(is_remainder).then(name).otherwise("name").alias("name"))


def name_subclusters(
    scores: csr_array,
    labels: Sequence[str],
    clusters: NDArray[np.int32],
    subclusters: NDArray[np.int32],
    *,
    taken: Sequence[str],
) -> pl.DataFrame:
    """Name sub-clusters by their distinctive tags within their cluster, as clusters are named.

    Args:
        scores: as for :func:`name_clusters`.
        labels: as for :func:`name_clusters`.
        clusters: as for :func:`name_clusters`.
        subclusters: sub-cluster of each image, numbered by cluster from 0 without gaps; -1 for
            images in none; shape (n,).
        taken: names that no sub-cluster may have: those of the clusters.

    Returns:
        One row a sub-cluster, in order: ``subcluster`` (Int32), ``cluster`` (Int32) and ``name``
        and ``tags`` as from :func:`name_clusters`.
    """
    found = pl.DataFrame(
        schema={"cluster": pl.Int32, "name": pl.String, "tags": pl.List(pl.String)}
    )
    divided = np.unique(clusters[subclusters >= 0])
    if not len(divided):
        return found.select(pl.row_index("subcluster").cast(pl.Int32), "cluster", "name", "tags")
    held, weights = TagsHeld.of(scores), _relative(scores)
    for cluster in divided:
        members = np.flatnonzero(clusters == cluster)
        subs = subclusters[members]
        numbers = np.where(subs < 0, -1, subs - found.height)
        names = [*taken, *found["name"]]
        inside = csr_array(weights[members])
        named = _named(held.take(members), inside, labels, numbers, taken=names)
        own = pl.lit(cluster, pl.Int32).alias("cluster")
        found = found.vstack(named.select(own, "name", "tags"))
    return found.select(pl.row_index("subcluster").cast(pl.Int32), "cluster", "name", "tags")


def _named(
    held: TagsHeld,
    weights: csr_array,
    labels: Sequence[str],
    groups: NDArray[np.int32],
    *,
    taken: Sequence[str],
) -> pl.DataFrame:
    """``name`` and ``tags`` of each group of images.

    Args:
        held: which image has which tag.
        weights: relative scores, shape (images, tags).
        labels: of the tags.
        groups: of the images, numbered from 0 without gaps, or -1.
        taken: names that no group may have.
    """
    total = np.asarray(weights.sum(axis=0), dtype=np.float64)
    distinctive: list[list[str]] = []
    for group in range(int(groups.max()) + 1):
        inside = csr_array(weights[np.flatnonzero(groups == group)])
        best = _most_distinctive(inside, total, len(groups))[:_DISTINCTIVE_TAGS]
        distinctive.append([labels[tag] for tag in best])
    return pl.DataFrame(
        {"name": word_names(held, labels, groups, taken=taken), "tags": distinctive},
        schema={"name": pl.String, "tags": pl.List(pl.String)},
    )


def _relative(scores: csr_array) -> csr_array:
    """Scores as fractions of each image's best one, shape (images, tags)."""
    relative = np.repeat(scores.max(axis=1).toarray(), np.diff(scores.indptr))
    np.divide(scores.data, relative, out=relative)  # gigabytes are not to be there twice
    return csr_array((relative, scores.indices, scores.indptr), shape=scores.shape)


def _most_distinctive(
    inside: csr_array, total: NDArray[np.float64], images: int
) -> NDArray[np.int64]:
    """Tags of a cluster, best first: those that set it apart, else those that cover most of it.

    Args:
        inside: relative scores of the cluster's images, shape (images inside, tags).
        total: relative scores summed over the collection, shape (tags,).
        images: how many images the collection has.
    """
    size = inside.shape[0]
    here = np.asarray(inside.sum(axis=0), dtype=np.float64)
    there = total - here
    # The prior: this number of further images on either side, with the collection's average tags.
    prior = _PRIOR_IMAGES * (total + 0.5) / (images + 1)
    log_odds = np.log((here + prior) / (size + _PRIOR_IMAGES - here - prior))
    log_odds -= np.log((there + prior) / (images - size + _PRIOR_IMAGES - there - prior))
    z_score = log_odds / np.sqrt(1 / (here + prior) + 1 / (there + prior))
    coverage = here / size
    dice = 2 * here / (size + total)
    rank = np.where((coverage >= _LEAST_COVERAGE) & (z_score > 0), z_score * dice, 0.0)
    if not rank.any():  # the only cluster, or one of images without common tags
        rank = coverage
    best = np.argsort(-rank, kind="stable")
    return best[rank[best] > 0]
