"""Which tags of a backend stand for which label: a table that users see and change."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from pathlib import Path

import numpy as np
import polars as pl
from numpy.typing import NDArray

from tagatlas.errors import InputError
from tagatlas.toolkit import cell_texts, read_table, shown, write_atomically
from tagatlas_compare.comparison.label_similarity import LabelSimilarity
from tagatlas_compare.comparison.labels import normal_label
from tagatlas_compare.comparison.wordnet import WordNetSimilarity
from tagatlas_compare.spreadsheets import csv_of

SIMILAR = 0.9
"""Least similarity by a text encoder at which a tag stands for a label."""

_COLUMNS = {"label": pl.String, "tag": pl.String, "how": pl.String}


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


_SUREST = {how: place for place, how in enumerate(MatchedBy)}


@dataclass(frozen=True, eq=False)
class LabelMap:
    """Tags that stand for labels.

    Attributes:
        table: one row a label and tag: ``label``, ``tag`` (String, as written), ``how`` (String,
            of :class:`MatchedBy`); sorted by label, then how (the surest first), then tag. A label
            that no tag stands for has one row, without a tag.
    """

    table: pl.DataFrame

    @classmethod
    def make(
        cls,
        labels: Sequence[str],
        tags: Sequence[str],
        *,
        meaning: LabelSimilarity | None = None,
        given: LabelMap | None = None,
    ) -> LabelMap:
        """Match labels with the tags of all entrants.

        Of a label such as ``animals/birds`` the last part is the word that tags are matched with.

        Args:
            labels: of the truth.
            tags: that any entrant gives.
            meaning: similarity by a text encoder, for further tags; None for none.
            given: a table of the user's, as from :meth:`read`: for the labels in it nothing else
                is matched.
        """
        names = sorted(set(tags))
        normal = [normal_label(tag) for tag in names]
        words = [normal_label(label.rpartition("/")[2]) for label in labels]
        how = np.full((len(labels), len(names)), "", dtype=object)
        wordnet = WordNetSimilarity()
        if meaning is not None and labels and names:
            how[meaning.likeness(words, normal) >= SIMILAR] = str(MatchedBy.SIMILARITY)
        how[_kinds(wordnet, normal, words).T] = str(MatchedBy.KIND)
        how[wordnet.is_synonym(words, normal)] = str(MatchedBy.SYNONYM)
        same = np.array([[word == tag for tag in normal] for word in words], dtype=np.bool_)
        how[same.reshape(how.shape)] = str(MatchedBy.IDENTITY)
        own = set() if given is None else set(given.table["label"])
        rows: list[tuple[str, str | None, str | None]] = [
            (label, names[tag], how[row, tag])
            for row, label in enumerate(labels)
            if label not in own
            for tag in np.flatnonzero(how[row] != "").tolist()
        ]
        matched = {label for label, _, _ in rows} | own
        rows += [(label, None, None) for label in labels if label not in matched]
        found = pl.DataFrame(rows, schema=_COLUMNS, orient="row")
        return cls(_sorted(found if given is None else pl.concat([given.table, found])))

    @classmethod
    def read(cls, path: Path) -> LabelMap:
        """Read a table of labels and tags, such as one that :meth:`write` wrote.

        Args:
            path: a table with the columns ``label`` and ``tag``, and ``how`` if it is known. A row
                without a tag says that none stands for the label.

        Raises:
            InputError: it cannot be read, or lacks a column.
        """
        rows = read_table(path).frame
        missing = [name for name in ("label", "tag") if name not in rows.columns]
        if missing:
            raise InputError(
                f"{shown(str(path))} has no column {' and no column '.join(missing)}: a label map"
                " is a table with the columns label, tag and, if you like, how"
            )
        how = pl.col("how") if "how" in rows.columns else pl.lit(None, dtype=pl.String)
        known = how.is_in([str(each) for each in MatchedBy])
        text = {
            name: cell_texts(pl.col(name).cast(pl.String)).str.strip_chars()
            for name in ("label", "tag")
        }
        found = rows.select(
            label=text["label"],
            tag=pl.when(text["tag"] != "").then(text["tag"]),
            how=pl.when(known).then(how).otherwise(pl.lit(str(MatchedBy.GIVEN))),
        ).filter(pl.col("label").fill_null("") != "")
        found = found.with_columns(how=pl.when(pl.col("tag").is_not_null()).then("how"))
        return cls(_sorted(found.unique(["label", "tag"], keep="first", maintain_order=True)))

    def without_use(self, labels: Sequence[str]) -> list[str]:
        """Labels of the table that are none of these, sorted."""
        return sorted(set(self.table["label"]) - set(labels))

    def write(self, path: Path) -> None:
        """Write the table as CSV, to be looked at, changed, and given back.

        Raises:
            StorageError: it cannot be written.
        """
        with write_atomically(path) as file:
            file.write(csv_of(self.table))

    def matches(self, labels: Sequence[str], tags: Sequence[str]) -> NDArray[np.bool_]:
        """Which tag stands for which label, shape (labels, tags); tags as any backend writes."""
        columns: dict[str, list[int]] = {}
        for column, tag in enumerate(tags):
            columns.setdefault(normal_label(tag), []).append(column)
        found = np.zeros((len(labels), len(tags)), dtype=np.bool_)
        for row, label in enumerate(labels):
            for tag in self._how.get(label, {}):
                found[row, columns.get(tag, [])] = True
        return found

    def how(self, label: str, tags: Sequence[str]) -> str | None:
        """How a label is matched with some tags: by the surest of them; None if by none."""
        own = self._how.get(label, {})
        ways = [own[normal_label(tag)] for tag in tags if normal_label(tag) in own]
        return min(ways, key=lambda way: _SUREST[MatchedBy(way)], default=None)

    @cached_property
    def _how(self) -> dict[str, dict[str, str]]:
        """By label and normal tag, how they are matched."""
        found: dict[str, dict[str, str]] = {}
        for label, tag, how in self.table.drop_nulls("tag").iter_rows():
            found.setdefault(label, {}).setdefault(normal_label(tag), how)
        return found


def _kinds(
    wordnet: WordNetSimilarity, tags: Sequence[str], words: Sequence[str]
) -> NDArray[np.bool_]:
    """Which tag is a kind of which word, in the commonest sense in which it is one of any.

    An elephant is an animal, and not a symbol because it is that of a party too.
    """
    senses = wordnet.kind_senses(tags, words).astype(np.float64)
    senses[senses < 0] = np.inf
    commonest = senses.min(axis=1, keepdims=True, initial=np.inf)
    found: NDArray[np.bool_] = np.isfinite(senses) & (senses == commonest)
    return found


def _sorted(table: pl.DataFrame) -> pl.DataFrame:
    order = pl.col("how").replace_strict(
        {str(how): place for how, place in _SUREST.items()}, default=None, return_dtype=pl.Int32
    )
    return table.sort("label", order, "tag", maintain_order=True)
