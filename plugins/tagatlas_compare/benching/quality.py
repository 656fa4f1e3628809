"""Quality of tags on images with known labels."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from tagatlas import Clusterer
from tagatlas.toolkit import cluster_images
from tagatlas_compare.comparison.figures import (
    SHUFFLES,
    Figure,
    draw_resamples,
    figure,
    mean_figure,
)
from tagatlas_compare.comparison.labels import best_tags, normal_label
from tagatlas_compare.comparison.neighbourhoods import likest_images
from tagatlas_compare.comparison.partitions import agreement, contingency
from tagatlas_compare.comparison.wordnet import WordNetSimilarity

NEIGHBOURS = 10
PRECISION_AT = 10

Values = NDArray[np.float64]
Measure = Callable[[Values, NDArray[np.bool_]], float]
"""A measure of the scores of images and a mask of the right ones."""


def quality(
    truth: Sequence[str],
    scores: csr_array,
    labels: Sequence[str],
    embeddings: NDArray[np.float16] | None,
    *,
    clusterer: Clusterer,
    top: int,
    seed: int,
) -> Mapping[str, Figure]:
    """Measures of a backend's tags and themes against known labels.

    Args:
        truth: the label of each of n images; of a path such as ``animals/birds`` the last part is
            the word that tags are compared with.
        scores: of the backend's tags, shape (n, labels).
        labels: of the tags, sorted.
        embeddings: shape (n, d), or None.
        clusterer: finds clusters of the images.
        top: number of tags of an image that count for the recall.
        seed: of everything random.

    Returns:
        By name:

        - ``mean_average_precision``: the images are ranked for each label by the best score of a
          tag that is the label or a synonym (WordNet); the mean of the rankings' average
          precision. A label without such a tag has the precision of a random order;
        - ``precision_at_10``: of the ten images ranked highest, the share that has the label;
        - ``recall``: the share of images that have their label or a synonym among their tags;
        - ``mutual_information``: of the clusters with the labels, adjusted;
        - ``neighbours``: of the ten images most similar to an image, the share with its label.
    """
    names, inverse = np.unique(np.asarray(truth, dtype=str), return_inverse=True)
    of_image = inverse.astype(np.int32)
    dice = np.random.default_rng(seed)
    matches = matching_labels([name.rpartition("/")[2] for name in names], labels)
    ranked = best_matching(scores, matches)
    resamples = draw_resamples(len(truth), seed)
    mixed = [dice.permutation(of_image) for _ in range(SHUFFLES)]
    found = {
        "mean_average_precision": _of_labels(ranked, of_image, mixed, average_precision, seed),
        "precision_at_10": _of_labels(ranked, of_image, mixed, precision_at, seed),
        "recall": _recall(scores, matches, of_image, mixed, resamples, top),
        "mutual_information": _of_clusters(
            clusterer, scores, labels, embeddings, of_image, mixed, resamples, seed
        ),
    }
    asked = np.arange(len(truth))
    alike = likest_images(scores, embeddings, asked, min(NEIGHBOURS, max(len(truth) - 1, 1)))

    def same(classes: NDArray[np.int32]) -> Values:
        there = alike >= 0
        agrees = (classes[alike] == classes[:, None]) & there
        shares: Values = agrees.sum(axis=1) / np.maximum(there.sum(axis=1), 1)
        return shares

    chance = [float(same(each).mean()) for each in mixed]
    return found | {"neighbours": mean_figure(same(of_image), resamples, chance)}


def matching_labels(words: Sequence[str], labels: Sequence[str]) -> NDArray[np.bool_]:
    """Mask of a backend's labels that equal a word or are a synonym of it.

    A synonym shares a sense with the word in WordNet, including plurals.

    Returns:
        Shape (words, labels).
    """
    normal_words = [normal_label(word) for word in words]
    normal_labels = [normal_label(label) for label in labels]
    synonyms = WordNetSimilarity().is_synonym(normal_words, normal_labels)
    same = np.array([[word == label for label in normal_labels] for word in normal_words])
    found: NDArray[np.bool_] = synonyms | same.reshape(synonyms.shape)
    return found


def best_matching(scores: csr_array, matches: NDArray[np.bool_]) -> Values:
    """The best score of each image's tags for a word, 0 if it has none.

    Returns:
        Shape (images, words).
    """
    ranked = np.zeros((scores.shape[0], len(matches)))
    columns = scores.tocsc()
    for word, labels in enumerate(matches):
        own = np.flatnonzero(labels)
        if len(own):
            best = csr_array(columns[:, own]).max(axis=1).toarray()
            ranked[:, word] = np.asarray(best, dtype=np.float64).ravel()
    return ranked


def average_precision(scores: Values, is_right: NDArray[np.bool_]) -> float:
    """The average precision of a ranking: the sum over the ranks of precision times gained recall.

    Images of one score count as one rank, so that their order does not matter.

    Args:
        scores: of n images, shape (n,).
        is_right: mask of those with the label, shape (n,); at least one.
    """
    order = np.argsort(-scores, kind="stable")
    ends = np.flatnonzero(np.append(np.diff(scores[order]) != 0, True))
    hits = np.cumsum(is_right[order])[ends]
    precision = hits / (ends + 1)
    return float((np.diff(hits, prepend=0) * precision).sum() / is_right.sum())


def precision_at(scores: Values, is_right: NDArray[np.bool_]) -> float:
    """Of the ten images ranked highest, the share that has the label.

    If fewer images have it, that number is taken. Of images of one score that do not all fit, each
    counts in part.
    """
    count = min(PRECISION_AT, int(is_right.sum()))
    last = np.partition(scores, -count)[-count]
    above, tied = scores > last, scores == last
    hits = is_right[above].sum() + is_right[tied].mean() * (count - above.sum())
    return float(hits / count)


def _of_labels(
    ranked: Values,
    of_image: NDArray[np.int32],
    mixed: Sequence[NDArray[np.int32]],
    measure: Measure,
    seed: int,
) -> Figure:
    """The mean of a measure over the labels, which are resampled for its interval."""

    def each(classes: NDArray[np.int32]) -> Values:
        return np.array(
            [measure(ranked[:, word], classes == word) for word in range(ranked.shape[1])]
        )

    chance = [float(each(classes).mean()) for classes in mixed]
    return mean_figure(each(of_image), draw_resamples(ranked.shape[1], seed), chance)


def _recall(
    scores: csr_array,
    matches: NDArray[np.bool_],
    of_image: NDArray[np.int32],
    mixed: Sequence[NDArray[np.int32]],
    resamples: NDArray[np.uint8],
    top: int,
) -> Figure:
    has = best_tags(scores, top)
    said = best_matching(has, matches) > 0
    rows = np.arange(len(of_image))
    chance = [float(said[rows, classes].mean()) for classes in mixed]
    return mean_figure(said[rows, of_image].astype(np.float64), resamples, chance)


def _of_clusters(
    clusterer: Clusterer,
    scores: csr_array,
    labels: Sequence[str],
    embeddings: NDArray[np.float16] | None,
    of_image: NDArray[np.int32],
    mixed: Sequence[NDArray[np.int32]],
    resamples: NDArray[np.uint8],
    seed: int,
) -> Figure:
    """Adjusted mutual information of a map's clusters with the labels."""
    clusters = cluster_images(clusterer, scores, labels, embeddings, seed=seed)

    def information(classes: NDArray[np.int32], weights: NDArray[np.uint8] | None) -> float:
        return agreement(contingency(clusters, classes, weights)).mutual_information

    resampled = np.array([information(of_image, row) for row in resamples])
    chance = [information(classes, None) for classes in mixed]
    return figure(information(of_image, None), resampled, chance)
