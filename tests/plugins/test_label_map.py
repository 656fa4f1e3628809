from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from tagatlas.errors import InputError
from tagatlas_compare.benching.measures.matching import SIMILAR, LabelMap
from tagatlas_compare.comparison.label_similarity import LabelSimilarity

LABELS = ["animals/dog", "clothes", "symbols"]
TAGS = ["Dogs", "domestic dog", "poodle", "jeans", "elephant", "letter", "hound"]


def rows(label_map: LabelMap) -> list[tuple[str, str | None, str | None]]:
    return label_map.table.rows()


def test_tags_match_by_word_synonym_and_kind_the_surest_first() -> None:
    found = LabelMap.make(LABELS, [*TAGS, "dog"])
    assert [row[1:] for row in rows(found) if row[0] == "animals/dog"] == [
        ("dog", "identity"),
        ("Dogs", "synonym"),
        ("domestic dog", "synonym"),
        ("hound", "kind"),
        ("poodle", "kind"),
    ]


def test_a_tag_is_a_kind_in_its_commonest_sense_that_fits() -> None:
    found = LabelMap.make(["animals", "symbols"], ["elephant"])
    assert rows(found) == [("animals", "elephant", "kind"), ("symbols", None, None)]


def test_what_is_written_and_given_back_is_the_same(tmp_path: Path) -> None:
    found = LabelMap.make(LABELS, TAGS)
    found.write(tmp_path / "label_map.csv")
    again = LabelMap.make(LABELS, TAGS, given=LabelMap.read(tmp_path / "label_map.csv"))
    assert again.table.equals(found.table)


def test_all_text_that_is_written_is_in_quotes(tmp_path: Path) -> None:
    LabelMap.make(["x;=1", "dog"], ["x;=1"]).write(tmp_path / "label_map.csv")
    assert (tmp_path / "label_map.csv").read_text("utf-8").splitlines() == [
        '"label","tag","how"',
        '"dog",,',
        '"x;=1","x;=1","identity"',
    ]


def test_what_a_spreadsheet_would_run_comes_back_as_it_was(tmp_path: Path) -> None:
    labels = ["=1+1", "'=1", "@home"]
    found = LabelMap.make(labels, labels)
    found.write(tmp_path / "label_map.csv")
    again = LabelMap.read(tmp_path / "label_map.csv")
    assert again.table.equals(found.table)
    assert again.without_use(["=1+1", "other"]) == ["'=1", "@home"]


def test_for_labels_that_are_given_nothing_else_matches(tmp_path: Path) -> None:
    (tmp_path / "map.tsv").write_text("label\ttag\nsymbols\tletter\nclothes\t\n")
    given = LabelMap.read(tmp_path / "map.tsv")
    found = LabelMap.make(LABELS, TAGS, given=given)
    assert ("symbols", "letter", "given") in rows(found)
    assert ("clothes", None, None) in rows(found)
    assert found.matches(["clothes", "symbols"], ["jeans", "LETTER", "letter"]).tolist() == [
        [False, False, False],
        [False, True, True],
    ]
    assert found.how("symbols", ["Letter"]) == "given"
    assert found.how("clothes", ["jeans"]) is None


def test_a_table_without_the_columns_is_refused(tmp_path: Path) -> None:
    (tmp_path / "map.csv").write_text("label,word\nsymbols,letter\n")
    with pytest.raises(InputError, match="no column tag: a label map is a table"):
        LabelMap.read(tmp_path / "map.csv")


class Encoder(LabelSimilarity):
    """A text encoder to which one word is near symbols."""

    @property
    def description(self) -> str:
        return "a test"

    def known(self, labels: Sequence[str]) -> NDArray[np.bool_]:
        return np.ones(len(labels), dtype=np.bool_)

    def likeness(self, one: Sequence[str], other: Sequence[str]) -> NDArray[np.float32]:
        near = [[label == "symbols" and tag == "xyzzy" for tag in other] for label in one]
        return np.where(near, SIMILAR + 0.01, 0.2).astype(np.float32)


def test_near_tags_by_a_text_encoder_are_marked() -> None:
    found = LabelMap.make(LABELS, ["xyzzy", "poodle"], meaning=Encoder())
    assert ("symbols", "xyzzy", "similarity") in rows(found)
    assert ("animals/dog", "poodle", "kind") in rows(found)
