"""Conformance suites for plugins, with sample data.

A plugin's author subclasses the suite of the plugin's kind, names the spec, and runs pytest::

    import pytest
    from greytagger import tagatlas_taggers
    from tagatlas import TaggerSpec
    from tagatlas.testing import TaggerContract

    class TestGrey(TaggerContract):
        @pytest.fixture
        def spec(self) -> TaggerSpec:
            return tagatlas_taggers()[0]

Every test method's docstring is the rule that it checks. In all of them, what the plugin gives
and raises is checked as tagatlas checks it when it runs. A suite's other fixtures have defaults
that fit most plugins; their docstrings say what to return instead. pytest is needed here and
nowhere else in tagatlas.
"""

from tagatlas_testing import *  # noqa: F403 - its names are the suites
from tagatlas_testing import __all__ as __all__
