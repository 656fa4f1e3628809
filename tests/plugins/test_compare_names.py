"""The package of the commands ``compare`` and ``bench``: its names, and that they cost nothing."""

from __future__ import annotations

import subprocess
import sys
from types import FunctionType

import pytest

import tagatlas_compare
from tagatlas.plugins import COMMANDS, load_plugins

HEAVY = ("torch", "PIL", "numpy", "polars", "onnxruntime", "numba", "scipy", "matplotlib", "click")


def test_everything_in_all_is_there_and_documented() -> None:
    assert sorted(tagatlas_compare.__all__) == tagatlas_compare.__all__ == dir(tagatlas_compare)
    for name in tagatlas_compare.__all__:
        assert getattr(tagatlas_compare, name).__doc__, f"{name} has no docstring"


def test_a_name_that_is_not_there_is_said_so() -> None:
    with pytest.raises(AttributeError, match="has no attribute 'comparison_of'"):
        tagatlas_compare.comparison_of  # noqa: B018 - that is the point


def test_no_module_hides_a_function() -> None:
    announced = load_plugins().of_kind(COMMANDS)
    for name in ("compare", "bench"):
        assert isinstance(getattr(tagatlas_compare, name), FunctionType)
        assert announced[name].spec.function == f"tagatlas_compare:{name}"


@pytest.mark.parametrize("module", ["comparison", "benching"])
def test_announcing_is_cheap(module: str) -> None:
    code = f"import tagatlas_compare.{module}, sys"
    code += f"; print([name for name in {HEAVY} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
