"""Which tags of a backend stand for which label: a table that users see and change."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import polars as pl


class MatchedBy(StrEnum):
    """How a tag came to stand for a label, the surest first."""

    GIVEN = "given"
    """In the user's own table."""
    IDENTITY = "identity"
    """It is the same word."""
    SYNONYM = "synonym"
    """It shares a sense with the label, in WordNet."""
    KIND = "kind"
    """It is a kind of what the label says, in WordNet: poodle for dog."""
    SIMILARITY = "similarity"
    """It is near in meaning, by a text encoder."""


@dataclass(frozen=True, eq=False)
class LabelMap:
    """Tags that stand for labels.

    Attributes:
        table: one row a label and tag: ``label``, ``tag`` (String, as written), ``how`` (String,
            of :class:`MatchedBy`); sorted by label, then how (the surest first), then tag.
    """

    table: pl.DataFrame
