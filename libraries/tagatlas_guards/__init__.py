"""Calls into plugins: a plugin's faults are reported as its own, in one line."""

from tagatlas_guards.guard import contract_broken, guarded
from tagatlas_guards.making import make, missing

__all__ = ["contract_broken", "guarded", "make", "missing"]
