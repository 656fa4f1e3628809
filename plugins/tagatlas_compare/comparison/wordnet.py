"""Similarity by WordNet's nouns, for the labels of any backend."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from importlib.resources import files
from io import BytesIO

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy.sparse import csr_array

from tagatlas_compare.comparison.label_similarity import LabelSimilarity, Likeness

_ENDINGS = (("ies", "y"), ("ches", "ch"), ("shes", "sh"), ("sses", "ss"), ("xes", "x"), ("s", ""))
"""Endings of regular plurals, and of their singulars."""

_BEFORE = re.compile(r"[,;(/]")
_ROWS_AT_ONCE = 512


class WordNetSimilarity(LabelSimilarity):
    """Similarity of nouns by common hypernyms.

    The similarity of two senses is the Dice coefficient of their sets of hypernyms, themselves
    included. In a tree that is the measure of Z. Wu & M. Palmer ("Verb Semantics and
    Lexical Selection", ACL 1994): twice the depth of the closest common hypernym over the sum of
    both depths. A label has up to three senses, and of two labels the most similar senses count.

    A label that is no noun of WordNet is looked up by its singular, by its part before a comma or
    parenthesis, or by its last word: ``aerial photographs`` by ``photograph``.
    """

    def __init__(self) -> None:
        nouns, kinds = _table("nouns"), _table("kinds")
        self._senses: dict[str, list[int]] = dict(nouns.iter_rows())
        self._above: list[list[int]] = kinds["above"].to_list()

    @property
    def description(self) -> str:
        """Its source: this measure on WordNet."""
        return "what their nouns are kinds of in WordNet 3.0 (after Wu and Palmer)"

    def known(self, labels: Sequence[str]) -> NDArray[np.bool_]:
        """Mask of the labels that are found as a noun of WordNet."""
        return np.array([bool(self.senses(label)) for label in labels], dtype=np.bool_)

    def senses(self, label: str) -> list[int]:
        """The synsets of a normal label, the commonest sense first; none for unknown ones."""
        return self._first_known(_forms(label))

    def _first_known(self, forms: Iterable[str]) -> list[int]:
        return next(filter(None, (self._senses.get(form) for form in forms)), [])

    def is_synonym(self, one: Sequence[str], other: Sequence[str]) -> NDArray[np.bool_]:
        """Mask of normal labels that share a sense, shape (one, other).

        Each as it is written, or its singular: its other forms are too general here.
        """
        senses = [self._first_known(_singulars(label)) for label in other]
        with_sense: dict[int, list[int]] = {}
        for column, own in enumerate(senses):
            for sense in own:
                with_sense.setdefault(sense, []).append(column)
        found = np.zeros((len(one), len(other)), dtype=np.bool_)
        for row, label in enumerate(one):
            for sense in self._first_known(_singulars(label)):
                found[row, with_sense.get(sense, [])] = True
        return found

    def kind_senses(self, one: Sequence[str], other: Sequence[str]) -> NDArray[np.int64]:
        """By which of its senses a label is a kind of another: poodle of dog, by its first.

        The first label may be looked up in any of its forms, of the second only its singular: its
        other forms are too general here.

        Returns:
            Number of the commonest such sense, from 0; -1 if there is none; shape (one, other).
        """
        with_sense: dict[int, list[int]] = {}
        for column, label in enumerate(other):
            for sense in self._first_known(_singulars(label)):
                with_sense.setdefault(sense, []).append(column)
        found = np.full((len(one), len(other)), -1, dtype=np.int64)
        for row, label in enumerate(one):
            for number, sense in reversed(list(enumerate(self.senses(label)))):
                for kind in self._kinds_of(sense) & with_sense.keys():
                    found[row, with_sense[kind]] = number
        return found

    def likeness(self, one: Sequence[str], other: Sequence[str]) -> Likeness:
        """Similarity of two labels: that of their most similar senses."""
        found = np.zeros((len(one), len(other)), dtype=np.float32)
        senses, columns = self._kinds(other)
        if not senses.shape[0]:
            return found
        transposed, own_sizes = senses.T.tocsr(), np.diff(senses.indptr)
        starts, labels = _groups(columns)
        for first in range(0, len(one), _ROWS_AT_ONCE):
            rows, row_labels = self._kinds(one[first : first + _ROWS_AT_ONCE])
            if not rows.shape[0]:
                continue
            shared = (rows @ transposed).toarray()
            dice = 2 * shared / (np.diff(rows.indptr)[:, None] + own_sizes)
            best = np.maximum.reduceat(dice, starts, axis=1)
            row_starts, numbers = _groups(row_labels)
            best = np.maximum.reduceat(best, row_starts, axis=0)
            found[np.ix_(first + numbers, labels)] = best
        return found

    def _kinds(self, labels: Sequence[str]) -> tuple[csr_array, NDArray[np.int64]]:
        """The hypernyms of each sense of each label, as ones, and the label of each sense."""
        pairs = [(row, sense) for row, label in enumerate(labels) for sense in self.senses(label)]
        sets = [sorted(self._kinds_of(sense)) for _, sense in pairs]
        indices = np.array([kind for each in sets for kind in each], dtype=np.int64)
        starts = np.cumsum([0, *(len(each) for each in sets)])
        shape = (len(pairs), len(self._above))
        ones = np.ones(len(indices), dtype=np.float32)
        return csr_array((ones, indices, starts), shape=shape), np.array(
            [row for row, _ in pairs], dtype=np.int64
        )

    def _kinds_of(self, sense: int) -> set[int]:
        """A synset and all its hypernyms."""
        found: set[int] = set()
        waiting = [sense]
        while waiting:
            kind = waiting.pop()
            if kind not in found:
                found.add(kind)
                waiting += self._above[kind]
        return found


def _forms(label: str) -> Iterator[str]:
    """Forms by which a label is looked up, the best first."""
    before = _BEFORE.split(label)[0].strip()
    last = before.rpartition(" ")[2]
    for text in dict.fromkeys((label, before, last)):
        if text == label or not text.isdecimal():  # "topic 3" is not a kind of number
            yield from _singulars(text)


def _singulars(text: str) -> Iterator[str]:
    """A label, then its possible singulars."""
    yield text
    for plural, singular in _ENDINGS:
        if text.endswith(plural):
            yield text.removesuffix(plural) + singular


def _groups(labels: NDArray[np.int64]) -> tuple[NDArray[np.intp], NDArray[np.int64]]:
    """Start of each run of equal labels, and the labels."""
    starts = np.flatnonzero(np.diff(labels, prepend=-1))
    return starts, labels[starts]


def _table(name: str) -> pl.DataFrame:
    """A table that ``scripts/derive_nouns.py`` wrote."""
    data = (files("tagatlas_compare.comparison") / "data" / f"{name}.parquet").read_bytes()
    return pl.read_parquet(BytesIO(data))
