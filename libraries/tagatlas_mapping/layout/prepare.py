"""Compiles the kernels of layouts ahead of their use."""

from __future__ import annotations

from tagatlas_mapping.layout import grid, islands, neighbourhoods, overlap, sorting, swaps


def compile_kernels() -> None:
    """Compile all kernels of this package, or read them from numba's cache."""
    grid.compile_kernels()
    islands.compile_kernels()
    neighbourhoods.compile_kernels()
    overlap.compile_kernels()
    sorting.compile_kernels()
    swaps.compile_kernels()
