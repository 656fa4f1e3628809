"""Intervals hold what they say: a quick version of ``benchmarks/intervals.py``."""

from __future__ import annotations

import sys
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType

import numpy as np
import polars as pl
import pytest

BENCHMARK = Path(__file__).parents[2] / "benchmarks" / "intervals.py"
TIMES = 150


@pytest.fixture(scope="module")
def simulation() -> ModuleType:
    spec = spec_from_file_location("simulated_intervals", BENCHMARK)
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    sys.modules[spec.name] = module
    with pytest.MonkeyPatch.context() as patched:
        patched.syspath_prepend(BENCHMARK.parent)
        spec.loader.exec_module(module)
    return module


@pytest.mark.slow
@pytest.mark.thorough
@pytest.mark.parametrize("kind", ["alike", "unlike", "skewed"])
@pytest.mark.parametrize("part", ["bench", "clusters", "compare"])
def test_intervals_hold_as_often_as_they_say(simulation: ModuleType, part: str, kind: str) -> None:
    found = simulation.coverage(simulation.World(100, 5, kind), part, TIMES)
    printed = found.filter(pl.col("printed") > 0.1)
    assert printed.height
    for name, held, share, times in printed.select("figure", "held", "printed", "times").rows():
        error = 3 * np.sqrt(0.05 * 0.95 / (share * times))
        assert 0.90 - error <= held <= min(0.98 + error, 1), name


@pytest.mark.parametrize("part", ["bench", "clusters", "compare"])
def test_of_ten_images_no_interval_is_given(simulation: ModuleType, part: str) -> None:
    found = simulation.coverage(simulation.World(10, 5, "alike"), part, 3)
    shares = found.filter(~pl.col("figure").str.contains("share of images"))
    assert shares["printed"].max() == 0
