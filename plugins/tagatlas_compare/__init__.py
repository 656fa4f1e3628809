"""Comparison of backends: their results on an atlas, and benchmarks from a cold start.

The commands ``tagatlas compare`` and ``tagatlas bench``, from Python::

    from tagatlas_compare import compare, write_comparison

    found = compare("my.atlas", ["imagenet", "clip"], out="report")

Names are imported on first use.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tagatlas_compare.benching.bench import bench, estimate_bench
    from tagatlas_compare.benching.options import BenchOptions
    from tagatlas_compare.benching.results.document import Results
    from tagatlas_compare.benching.results.joining import join_results
    from tagatlas_compare.benching.results.writing import write_results
    from tagatlas_compare.comparison.comparing import compare
    from tagatlas_compare.comparison.comparison import Comparison
    from tagatlas_compare.comparison.options import CompareOptions
    from tagatlas_compare.comparison.report.writing import write_comparison

_LAZY = {
    "BenchOptions": "benching.options",
    "CompareOptions": "comparison.options",
    "Comparison": "comparison.comparison",
    "Results": "benching.results.document",
    "bench": "benching.bench",
    "compare": "comparison.comparing",
    "estimate_bench": "benching.bench",
    "join_results": "benching.results.joining",
    "write_comparison": "comparison.report.writing",
    "write_results": "benching.results.writing",
}

__all__ = [
    "BenchOptions",
    "CompareOptions",
    "Comparison",
    "Results",
    "bench",
    "compare",
    "estimate_bench",
    "join_results",
    "write_comparison",
    "write_results",
]


def __getattr__(name: str) -> object:
    if name not in _LAZY:
        raise AttributeError(f"module 'tagatlas_compare' has no attribute {name!r}")
    return getattr(import_module(f"tagatlas_compare.{_LAZY[name]}"), name)


def __dir__() -> list[str]:
    return __all__
