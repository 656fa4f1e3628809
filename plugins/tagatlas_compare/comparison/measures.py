"""The measures, with their titles and how to read them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Reading:
    """How to read a measure.

    Attributes:
        title: a few words; ``{k}`` stands for the number of neighbours.
        part: ``tags`` or ``themes``.
        text: a sentence or two of explanation.
        best: value of full agreement.
    """

    title: str
    part: str
    text: str
    best: float = 1.0


MEASURES: Mapping[str, Reading] = {
    "jaccard": Reading(
        "Same tags",
        "tags",
        "Of all tags that an image has from either backend, the share that both give (Jaccard),"
        " averaged over the images.",
    ),
    "soft": Reading(
        "Alike tags",
        "tags",
        "Each tag is compared with the most similar one of the other backend, by meaning. General"
        " words are somewhat similar to all: compare it with the shuffled level.",
    ),
    "alpha_jaccard": Reading(
        "Krippendorff's alpha, Jaccard distance",
        "tags",
        "Agreement of the sets of tags, compared with that of any two sets of the collection: 1 is"
        " full agreement. Backends with different words are below 0 also where they see the same.",
    ),
    "alpha_masi": Reading(
        "Krippendorff's alpha, MASI distance",
        "tags",
        "The same, where a set that contains the other counts more than one that overlaps it.",
    ),
    "score_ranks": Reading(
        "Same order of scores",
        "tags",
        "Where both give a tag: whether both are surer of the same ones (Spearman's rank"
        " correlation). Only the order of each backend's own scores counts, never their size.",
    ),
    "mutual_information": Reading(
        "Same clusters, by information",
        "themes",
        "What knowing an image's cluster in one map tells of its cluster in the other (adjusted"
        " mutual information): 1 is everything, 0 is nothing.",
    ),
    "rand": Reading(
        "Same clusters, by pairs",
        "themes",
        "Whether pairs of images are together in both maps or apart in both (adjusted Rand"
        " index): 1 always, 0 as by chance. Large clusters count most.",
    ),
    "v_measure": Reading(
        "Same clusters, V-measure",
        "themes",
        "Homogeneity and completeness in one number; not adjusted for chance, so read it against"
        " the shuffled level.",
    ),
    "neighbours": Reading(
        "Same {k} most alike images",
        "themes",
        "The share of the images that one backend finds most like an image, which the other one"
        " finds most like it too.",
    ),
    "map_neighbours": Reading(
        "Same {k} neighbours on the map",
        "themes",
        "The same for the images that lie nearest on the maps.",
    ),
    "procrustes": Reading(
        "Same places",
        "themes",
        "The share of one map's spread that the other one explains once it is turned, mirrored"
        " and scaled to lie on it (Procrustes).",
    ),
    "moved": Reading(
        "Mean move",
        "themes",
        "How far images lie from their place on the other map after that; 1 is the map's radius"
        " (root mean square). Here less means more agreement.",
        best=0.0,
    ),
}
"""By name, in the order of reports."""
