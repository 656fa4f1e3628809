"""Calls into plugins: what one of them does wrong is said as its fault, in one line."""

from tagatlas.guards.guard import guarded
from tagatlas.guards.making import make, missing

__all__ = ["guarded", "make", "missing"]
