from __future__ import annotations

import pytest

from tagatlas.contracts import LayoutSpec
from tagatlas.testing import LayoutContract
from tagatlas_layouts.fa2 import tagatlas_layouts
from tagatlas_testing.specs import run_fresh

_WITHOUT = """
import sys
sys.modules["fa2"] = None  # as if it were not installed
from tagatlas.errors import MissingDependency
from tagatlas.plugins import LAYOUTS, load_plugins
try:
    load_plugins().choose(LAYOUTS, "fa2", {}).make()
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
