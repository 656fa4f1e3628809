"""Calls into plugins: a plugin's faults are reported as its own, in one line."""

from tagatlas.guards.guard import guarded
from tagatlas.guards.making import make, missing

__all__ = ["guarded", "make", "missing"]
