"""What takes part in a benchmark: taggers, stored answers, tables of tags, codings by people."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from numpy import float16
from numpy.typing import NDArray
from scipy.sparse import csr_array


class Origin(StrEnum):
    """Where the tags of an entrant come from."""

    ASKED = "asked"
    """From a tagger that tagatlas asked."""
    IMPORTED = "imported"
    """From a table that another program made."""
    CODED = "coded"
    """From people."""


@dataclass(frozen=True, eq=False)
class Seen:
    """What an entrant made of the n images of a task.

    Attributes:
        label: unique among the entrants, the text on pages.
        fingerprint: of everything that affects its answers.
        plugin: the distribution it comes from, with its version; empty if none.
        origin: where its tags come from.
        statuses: a :class:`~tagatlas.TagStatus` as text for each image, ``pending`` for one that
            it has not looked at, shape (n,).
        scores: of its tags, in [0, 1], shape (n, labels).
        labels: of its tags, sorted.
        embeddings: of the images, shape (n, d), a row of zeros if missing; None if it has none.
    """

    label: str
    fingerprint: str
    plugin: str
    origin: Origin
    statuses: Sequence[str]
    scores: csr_array
    labels: Sequence[str]
    embeddings: NDArray[float16] | None
