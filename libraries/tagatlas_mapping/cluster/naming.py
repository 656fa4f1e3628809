"""Names of clusters, from the tags that set them apart."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy.sparse import csr_array

from tagatlas.wording import untaken
from tagatlas_mapping.cluster.scores import row_of_entry, score_matrix

_PRIOR_IMAGES = 10.0
_LEAST_COVERAGE = 0.1
_DISTINCTIVE_TAGS = 10
_TAGS_CONSIDERED = 30
_TAGS_IN_NAME = 3
_NAME_LENGTH = 40
_NO_NAME = "without tags"
_REMAINDER = "in no cluster"
# From this overlap on, two tags mean the same, or one is a more general word for the other.
_SAME_AS_FIRST = 0.6
_SAME_AS_OTHER = 0.5
# The first tag is a heading if it covers this share of the cluster and of every other tag.
_HEADING = 0.5


def name_clusters(
    images: pl.DataFrame,
    tags: pl.LazyFrame,
    clusters: NDArray[np.int32],
    *,
    remainder: int | None = None,
) -> pl.DataFrame:
    """Name clusters by their distinctive tags, as in ``bird: finch, penguin`` or ``cup, plate``.

    Tags are ranked by how much more often a cluster has them than the others: the log-odds
    ratio with an informative Dirichlet prior, as a z-score (Monroe, Colaresi & Quinn,
    "Fightin' Words", Political Analysis 16(4), 2008), times the Dice coefficient of the tag's
    images and the cluster's, which favours tags that cover much of it and little else.
    An image counts for a tag by the tag's score as a fraction of the image's best score, so
    that backends of any scale of scores are treated alike. A tag that covers less than a tenth
    of a cluster is not distinctive of it.

    The best tag comes first; up to two follow that add information. Tags are skipped if they
    occur wherever the first does (``animal`` after ``bird``) or on the same images as another tag
    of the name. If the first covers half of the cluster and of the others' images, it stands
    before them as a heading, with a colon.

    Args:
        images: ordered by ``id``: ``id`` (String).
        tags: their tags: ``image``, ``tag`` (String), ``score`` (Float64, in [0, 1]); tags of
            other images are ignored. A cluster of which no image has one is ``without tags``.
        clusters: cluster of each image, numbered from 0 without gaps, shape (n,).
        remainder: the number among these of images that are in none: they are ``in no cluster``.

    Returns:
        One row a cluster, in order: ``cluster`` (Int32), ``name`` (String, one line, at most
        about 40 characters, no two alike) and ``tags`` (List[String], at most 10, the most
        distinctive first, with the backend's labels).
    """
    weights, labels = _relative_scores(images, tags)
    found = _named(weights, labels, clusters, taken=())
    found = found.select(pl.row_index("cluster").cast(pl.Int32), "name", "tags")
    if remainder is None:
        return found
    is_remainder = pl.col("cluster") == remainder
    others = found.filter(~is_remainder)["name"].to_list()
    name = pl.lit(untaken(_REMAINDER, others))
    return found.with_columns(pl.when(is_remainder).then(name).otherwise("name").alias("name"))


def name_subclusters(
    images: pl.DataFrame,
    tags: pl.LazyFrame,
    clusters: NDArray[np.int32],
    subclusters: NDArray[np.int32],
    *,
    taken: Sequence[str],
) -> pl.DataFrame:
    """Name sub-clusters by their distinctive tags within their cluster, as clusters are named.

    Args:
        images: as for :func:`name_clusters`.
        tags: as for :func:`name_clusters`.
        clusters: as for :func:`name_clusters`.
        subclusters: sub-cluster of each image, numbered by cluster from 0 without gaps; -1 for
            images in none; shape (n,).
        taken: names that no sub-cluster may have: those of the clusters.

    Returns:
        One row a sub-cluster, in order: ``subcluster`` (Int32), ``cluster`` (Int32) and ``name``
        and ``tags`` as from :func:`name_clusters`.
    """
    weights, labels = _relative_scores(images, tags)
    found = pl.DataFrame(
        schema={"cluster": pl.Int32, "name": pl.String, "tags": pl.List(pl.String)}
    )
    for cluster in np.unique(clusters[subclusters >= 0]):
        members = np.flatnonzero(clusters == cluster)
        subs = subclusters[members]
        numbers = np.where(subs < 0, -1, subs - found.height)
        names = [*taken, *found["name"]]
        named = _named(csr_array(weights[members]), labels, numbers, taken=names)
        own = pl.lit(cluster, pl.Int32).alias("cluster")
        found = found.vstack(named.select(own, "name", "tags"))
    return found.select(pl.row_index("subcluster").cast(pl.Int32), "cluster", "name", "tags")


def _named(
    weights: csr_array, labels: list[str], groups: NDArray[np.int32], *, taken: Sequence[str]
) -> pl.DataFrame:
    """``name`` and ``tags`` of each group of images.

    Args:
        weights: relative scores, shape (images, tags).
        labels: of the tags.
        groups: of the images, numbered from 0 without gaps, or -1.
        taken: names that no group may have.
    """
    total = np.asarray(weights.sum(axis=0), dtype=np.float64)
    names = list(taken)
    distinctive: list[list[str]] = []
    for group in range(int(groups.max()) + 1):
        inside = weights[np.flatnonzero(groups == group)]
        best = _most_distinctive(inside, total, len(groups))
        shown = best[:_TAGS_CONSIDERED]
        texts = [one_line(labels[tag]) for tag in shown]
        names.append(_name(inside[:, shown].toarray(), texts, names))
        distinctive.append([labels[tag] for tag in best[:_DISTINCTIVE_TAGS]])
    return pl.DataFrame(
        {"name": names[len(taken) :], "tags": distinctive},
        schema={"name": pl.String, "tags": pl.List(pl.String)},
    )


def _relative_scores(images: pl.DataFrame, tags: pl.LazyFrame) -> tuple[csr_array, list[str]]:
    """Scores as fractions of each image's best one, shape (images, tags), and the tags' labels."""
    scores, labels = score_matrix(images, tags)
    best = scores.max(axis=1).toarray()
    relative = scores.data / best[row_of_entry(scores)]
    return csr_array((relative, scores.indices, scores.indptr), shape=scores.shape), labels


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


def _name(weights: NDArray[np.float64], texts: list[str], taken: Sequence[str]) -> str:
    """A name that is not taken; ``weights`` of the tags, best first, shape (images, tags)."""
    name = _NO_NAME
    for passed_over in range(len(texts)):
        candidates = [0, *range(1 + passed_over, len(texts))]
        name = _spell(weights, texts, candidates)
        if name not in taken:
            return name
    return untaken(name, taken)


def _spell(weights: NDArray[np.float64], texts: list[str], candidates: list[int]) -> str:
    """Word a name of the first candidate and the next two that add information."""
    mass = weights.sum(axis=0)
    first, *others = candidates
    chosen = [first]
    for tag in others:
        words = [texts[each] for each in chosen]
        if texts[tag] in words or len(", ".join([*words, texts[tag]])) > _NAME_LENGTH:
            continue
        shared = np.minimum(weights[:, [tag]], weights[:, chosen]).sum(axis=0)
        if shared[0] >= _SAME_AS_FIRST * mass[first]:
            continue
        if np.any(shared[1:] >= _SAME_AS_OTHER * np.minimum(mass[tag], mass[chosen[1:]])):
            continue
        chosen.append(tag)
        if len(chosen) == _TAGS_IN_NAME:
            break
    heading, *rest = [texts[tag] for tag in chosen]
    held = np.minimum(weights[:, [first]], weights[:, chosen]).sum(axis=0)
    covers = mass[first] >= _HEADING * len(weights)
    if rest and covers and np.all(held >= _HEADING * mass[chosen]):
        return f"{heading}: {', '.join(rest)}"
    return ", ".join([heading, *rest])


def one_line(label: str) -> str:
    """A label as it is printed: without line breaks and control characters, and not too long."""
    text = re.sub(r"[\s\x00-\x1f\x7f-\x9f]+", " ", label).strip() or "(blank)"
    return text if len(text) <= _NAME_LENGTH else f"{text[: _NAME_LENGTH - 1].rstrip()}…"
