"""The conformance suites of :mod:`tagatlas.testing`, a module per kind of plugin."""

from __future__ import annotations

import pytest

# Failing assertions show their values only in modules that are named before they are imported.
pytest.register_assert_rewrite(
    "tagatlas_testing.builders",
    "tagatlas_testing.clusterers",
    "tagatlas_testing.layouts",
    "tagatlas_testing.recoveries",
    "tagatlas_testing.renderers",
    "tagatlas_testing.rereading",
    "tagatlas_testing.sources",
    "tagatlas_testing.specs",
    "tagatlas_testing.stores",
    "tagatlas_testing.taggers",
)

from tagatlas_testing.builders import GraphBuilderContract  # noqa: E402
from tagatlas_testing.clusterers import ClustererContract  # noqa: E402
from tagatlas_testing.layouts import LayoutContract  # noqa: E402
from tagatlas_testing.pictures import MemoryStore, sample_images  # noqa: E402
from tagatlas_testing.recoveries import RecoveryContract  # noqa: E402
from tagatlas_testing.renderers import RendererContract  # noqa: E402
from tagatlas_testing.rereading import RereadingTaggerContract  # noqa: E402
from tagatlas_testing.samples import (  # noqa: E402
    ODD_LABELS,
    sample_map,
    sample_network,
    sample_tables,
    with_columns,
)
from tagatlas_testing.sources import SourceContract  # noqa: E402
from tagatlas_testing.stores import ImageStoreContract  # noqa: E402
from tagatlas_testing.taggers import TaggerContract  # noqa: E402

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
