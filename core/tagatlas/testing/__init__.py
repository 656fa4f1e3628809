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

Every test method's docstring is the rule that it checks. A suite's other fixtures have defaults
that fit most plugins; their docstrings say what to return instead. pytest is needed here and
nowhere else in tagatlas.
"""

from __future__ import annotations

import pytest

# Failing assertions show their values only in modules that are named before they are imported.
pytest.register_assert_rewrite(
    "tagatlas.testing.builders",
    "tagatlas.testing.clusterers",
    "tagatlas.testing.layouts",
    "tagatlas.testing.recoveries",
    "tagatlas.testing.renderers",
    "tagatlas.testing.rereading",
    "tagatlas.testing.sources",
    "tagatlas.testing.specs",
    "tagatlas.testing.stores",
    "tagatlas.testing.taggers",
)

from tagatlas.testing.builders import GraphBuilderContract  # noqa: E402
from tagatlas.testing.clusterers import ClustererContract  # noqa: E402
from tagatlas.testing.layouts import LayoutContract  # noqa: E402
from tagatlas.testing.pictures import MemoryStore, sample_images  # noqa: E402
from tagatlas.testing.recoveries import RecoveryContract  # noqa: E402
from tagatlas.testing.renderers import RendererContract  # noqa: E402
from tagatlas.testing.rereading import RereadingTaggerContract  # noqa: E402
from tagatlas.testing.samples import (  # noqa: E402
    ODD_LABELS,
    sample_map,
    sample_network,
    sample_tables,
    with_columns,
)
from tagatlas.testing.sources import SourceContract  # noqa: E402
from tagatlas.testing.stores import ImageStoreContract  # noqa: E402
from tagatlas.testing.taggers import TaggerContract  # noqa: E402

__all__ = [
    "ODD_LABELS",
    "ClustererContract",
    "GraphBuilderContract",
    "ImageStoreContract",
    "LayoutContract",
    "MemoryStore",
    "RecoveryContract",
    "RendererContract",
    "RereadingTaggerContract",
    "SourceContract",
    "TaggerContract",
    "sample_images",
    "sample_map",
    "sample_network",
    "sample_tables",
    "with_columns",
]
