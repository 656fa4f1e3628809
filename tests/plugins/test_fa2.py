from __future__ import annotations

import importlib.util

import numpy as np
import pytest

from tagatlas.contracts import LayoutSpec, no_progress
from tagatlas.errors import MissingDependency
from tagatlas.testing import LayoutContract, sample_network
from tagatlas_fa2 import tagatlas_layouts

INSTALLED = importlib.util.find_spec("fa2") is not None


@pytest.mark.skipif(INSTALLED, reason="fa2 is installed")
def test_a_missing_package_is_one_line_that_says_what_to_install() -> None:
    (spec,) = tagatlas_layouts()
    network = sample_network()
    start = np.random.default_rng(0).normal(size=(network.node_count, 2))
    with pytest.raises(MissingDependency, match=r"^[^\n]*pip install 'tagatlas\[fa2\]'$"):
        spec.factory(spec.options()).place(network, start=start, seed=0, progress=no_progress)


@pytest.mark.skipif(not INSTALLED, reason="needs the GPL package fa2: pip install 'tagatlas[fa2]'")
class TestFa2(LayoutContract):
    @pytest.fixture
    def spec(self) -> LayoutSpec:
        (spec,) = tagatlas_layouts()
        return spec
