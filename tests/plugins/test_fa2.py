from __future__ import annotations

import pytest

from tagatlas.contracts import LayoutSpec
from tagatlas.testing import LayoutContract
from tagatlas_layouts.fa2 import tagatlas_layouts
from tagatlas_testing.specs import run_fresh

_WITHOUT = """
import sys
sys.modules["fa2"] = None  # as if it were not installed
import numpy as np
from tagatlas.contracts import loaded, no_progress
from tagatlas.errors import MissingDependency
from tagatlas.testing import sample_network
from tagatlas_layouts.fa2 import tagatlas_layouts
(spec,) = tagatlas_layouts()
network = sample_network()
start = np.random.default_rng(0).normal(size=(network.node_count, 2))
try:
    loaded(spec.factory)(spec.options()).place(network, start=start, seed=0, progress=no_progress)
except MissingDependency as error:
    print(error)
"""


def test_a_missing_package_is_one_line_that_says_what_to_install() -> None:
    told = run_fresh(_WITHOUT).splitlines()
    assert len(told) == 1
    assert told[0].endswith("pip install 'tagatlas[fa2]'")


@pytest.mark.extras("fa2")
class TestFa2(LayoutContract):
    @pytest.fixture
    def spec(self) -> LayoutSpec:
        (spec,) = tagatlas_layouts()
        return spec
