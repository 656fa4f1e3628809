"""For functions on an atlas: opening it, and looking up options.

Import the names from here; they are not in ``tagatlas.toolkit``. A function with the arguments of
:func:`tagatlas.map`, and the command that calls it, with options of their own::

    OPTIONS = Owner("count", CountOptions, heading="Counting")

    def count(atlas, **options):
        with opened(atlas) as its_atlas:
            chosen = select(its_atlas, options, further=[OPTIONS]).options("count", CountOptions)
            ...

    def count_command(plugins):
        return Command(run, [ATLAS], step_names(plugins, further=[OPTIONS]))
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from tagatlas.option_names import Owner
from tagatlas.step_options import step_names

if TYPE_CHECKING:
    from tagatlas.steps.opened import AtlasLike, opened, select, several

__all__ = ["AtlasLike", "Owner", "opened", "select", "several", "step_names"]


def __getattr__(name: str) -> object:
    """Names that work with an atlas, imported when first used: help does not need them."""
    if name not in __all__:
        raise AttributeError(f"module 'tagatlas.toolkit.calls' has no attribute {name!r}")
    return getattr(import_module("tagatlas.steps.opened"), name)
