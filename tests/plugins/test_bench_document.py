from __future__ import annotations

import json
from importlib.resources import files
from pathlib import Path

import jsonschema
import msgspec
import pytest

from tagatlas_compare.benching.results.document import FigureCells, Results, document_schema

EXAMPLE = Path(__file__).parents[1] / "data" / "bench" / "results.json"


def schema() -> dict[str, object]:
    text = (files("tagatlas_compare.benching.results") / "bench.schema.json").read_text("utf-8")
    found: dict[str, object] = json.loads(text)
    return found


def test_the_schema_is_that_of_the_types() -> None:
    assert schema() == json.loads(json.dumps(document_schema()))


def test_the_example_is_valid_and_read_without_a_loss() -> None:
    document = json.loads(EXAMPLE.read_text("utf-8"))
    jsonschema.Draft202012Validator(schema()).validate(document)
    read = msgspec.json.decode(EXAMPLE.read_bytes(), type=Results)
    assert json.loads(msgspec.json.encode(read)) == document


@pytest.mark.parametrize(
    ("figure", "adjusted"),
    [
        (FigureCells(value=0.6, chance=0.2), 0.5),
        (FigureCells(value=0.2, chance=0.2), 0.0),
        (FigureCells(value=1.0, chance=1.0), None),
        (FigureCells(), None),
    ],
)
def test_a_figure_is_adjusted_for_chance(figure: FigureCells, adjusted: float | None) -> None:
    assert figure.adjusted == (None if adjusted is None else pytest.approx(adjusted))
