"""Checks of a clusterer's clusters."""

from __future__ import annotations

from collections.abc import Mapping
from numbers import Integral, Real
from typing import TYPE_CHECKING

from tagatlas.contracts import Clusters
from tagatlas_guards.unfit import Unfit, instead, is_text, shown

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from tagatlas.contracts import ClusterInput

_LARGEST = 2**31 - 1
"""Largest number of a cluster."""


def check_clusters(given: object, images: ClusterInput, *_: object) -> Clusters:
    """A cluster for each image, or none; each with its stability if given."""
    if not isinstance(given, Clusters):
        raise instead(given, "Clusters")
    _check_level("cluster", given.labels, given.stability, len(images))
    agreement: object = given.agreement
    if agreement is not None and not (isinstance(agreement, Real) and agreement <= 1):
        raise Unfit(f"gave an agreement of {shown(agreement)}, not a number of at most 1")
    if given.sub_labels is None and given.sub_stability is not None:
        raise Unfit("gave the stability of sub-clusters without sub-clusters")
    if given.sub_labels is not None:
        _check_level("sub-cluster", given.sub_labels, given.sub_stability, len(images))
        if not _are_nested(given.sub_labels, given.labels):
            raise Unfit("gave a sub-cluster with images of two clusters")
    _check_names(given.names)
    return given


def _check_names(given: object) -> None:
    if not isinstance(given, Mapping):
        raise Unfit(f"gave names of clusters as {shown(given)}, not by number")
    for number, name in given.items():
        is_name = isinstance(name, str) and name.strip() and is_text(name)
        if not (isinstance(number, Integral) and is_name):
            raise Unfit(f"gave {shown(name)} as the name of the cluster {shown(number)}")


def _check_level(
    level: str, given: NDArray[np.integer], stability: NDArray[np.float64] | None, count: int
) -> None:
    """Check the labels of so many images, and the stability of each that they name."""
    import numpy as np

    try:
        labels = np.asarray(given)
    except ValueError:  # rows of different lengths
        labels = np.zeros(0)
    if labels.shape != (count,) or labels.dtype.kind not in "iu" or labels.min() < -1:
        raise Unfit(f"gave no {level} for each image, a whole number from 0, or -1")
    if labels.max() > _LARGEST:
        raise Unfit(f"numbers {level}s up to {labels.max()}, not from 0 on")
    if stability is None:
        return
    shares = np.asarray(stability)
    fits = shares.shape == (int(labels.max()) + 1,) and shares.dtype.kind in "iuf"
    if not fits or not np.all((shares >= 0) & (shares <= 1)):
        raise Unfit(f"gave no stability for each {level}, in [0, 1]")


def _are_nested(sub_labels: NDArray[np.integer], labels: NDArray[np.integer]) -> bool:
    """Whether each sub-cluster is part of one cluster."""
    import numpy as np

    inside = np.asarray(sub_labels) >= 0
    subs, clusters = np.asarray(sub_labels)[inside], np.asarray(labels)[inside]
    pairs = np.unique(np.stack([subs, clusters]), axis=1)
    return bool(len(np.unique(subs)) == pairs.shape[1])
