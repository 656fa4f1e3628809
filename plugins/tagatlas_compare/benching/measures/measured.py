"""The measures, and what was measured of an entrant."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from tagatlas_compare.statistics.figures import Figure


@dataclass(frozen=True)
class Reading:
    """How to read a measure.

    Attributes:
        title: a few words, for the heading of a column.
        is_of_words: whether it needs tags that say a label's name, or something matched with it.
        text: a sentence or two of explanation.
    """

    title: str
    is_of_words: bool
    text: str


MEASURES: Mapping[str, Reading] = {
    "probe": Reading(
        "labels told apart",
        False,
        "Whether the label of an image can be told from what the backend made of it, by what it"
        " made of other images: of the images of each label, the share that gets it right, averaged"
        " over the labels; where an image may have several labels, the average precision of each"
        " label's scores instead. The words do not matter.",
    ),
    "neighbours": Reading(
        "same label nearby",
        False,
        "Of the images that the backend finds most like an image, the share with its label: as many"
        " as there are others with that label, at most ten, and of equally alike ones that do not"
        " all fit each in part; averaged over the images of a label and then over the labels.",
    ),
    "clusters": Reading(
        "clusters follow labels",
        False,
        "What an image's cluster tells of its label (adjusted mutual information): 1 is"
        " everything, 0 is nothing. The mean over several clusterings.",
    ),
    "average_precision": Reading(
        "average precision",
        True,
        "The images are ranked for each label by the score of their best tag that is matched with"
        " it: the average precision of the rankings, averaged over all labels. A label without such"
        " a tag has that of a random order.",
    ),
    "average_precision_sayable": Reading(
        "average precision where it has words",
        True,
        "The same over those labels alone for which the backend has a tag at all.",
    ),
    "precision_at_10": Reading(
        "precision at 10",
        True,
        "Of the ten images ranked highest for a label, or as many as have it if they are fewer, the"
        " share that has it, averaged over the labels.",
    ),
    "recall": Reading(
        "recall",
        True,
        "Of the images of a label, the share that has a tag matched with it among its best tags,"
        " averaged over the labels.",
    ),
    "recall_sayable": Reading(
        "recall where it has words",
        True,
        "The same over those labels alone for which the backend has a tag at all.",
    ),
}
"""By name, in the order of tables: what needs no words first."""


@dataclass(frozen=True, eq=False)
class Measured:
    """What was measured of an entrant on the n images of a task.

    Attributes:
        figures: by name of :data:`MEASURES`.
        labels: one row a label of the truth, in its order: ``label`` (String), ``images``,
            ``sayable`` (Bool: whether the entrant has a tag that is matched with it), ``tags``
            (List[String]) and ``matched_by`` (String: of the best tag; null if there is none), then
            for ``probe``, ``neighbours``, ``average_precision``, ``precision_at_10``, ``recall``
            the value, and where there is one its interval ``_low``, ``_high`` (Float64, else null).
        images: one row an image, in order: ``predicted`` (String; null for images that were not
            coded, and where several codes are), ``right`` (Bool), and a column (Float64) for each
            measure but ``clusters``: the image's part in the figure, null where it has none; and
            ``clusters`` (List[Int32]): its cluster in each clustering of a half of the images, -1
            if it was not in that half; and ``clusters_of_all`` likewise of all images, by seed.
            :func:`tagatlas_compare.benching.standing.stand` resamples
            these.
    """

    figures: Mapping[str, Figure]
    labels: pl.DataFrame
    images: pl.DataFrame


OF_LABELS = tuple(MEASURES)
"""Their names, in order."""
