"""For functions on an atlas: opening it, and looking up options.

Import the names from here; they are not in ``tagatlas.toolkit``. A function with the arguments of
:func:`tagatlas.map`, and the command that calls it, with options of their own::

    @dataclass(frozen=True)
    class CountOptions:
        least: int = 1

    def count(atlas, **options):
        with opened(atlas) as its_atlas:
            selection = select(its_atlas, options, further=[Owner("count", CountOptions)])
            chosen = selection.options("count", CountOptions)
            with selection.remembered():
                ...

    def count_command(plugins):
        names = step_names(plugins, further=[Owner("count", CountOptions, heading="Counting")])
        return Command(run, [ATLAS], names)

:meth:`Selection.remembered` writes the given options into the table ``count`` of ``atlas.toml``:
a value given once counts the next time. If the block raises an error that refuses the choice, such
as :class:`~tagatlas.errors.UsageError`, the file is as before. Without it no option is kept.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from tagatlas.step_options import step_names
from tagatlas_options.names import Owner

if TYPE_CHECKING:
    from tagatlas.selection import Selection
    from tagatlas.steps.credentials import require_trust_in
    from tagatlas.steps.opened import AtlasLike, opened, select, several

__all__ = [
    "AtlasLike",
    "Owner",
    "Selection",
    "opened",
    "require_trust_in",
    "select",
    "several",
    "step_names",
]

_LAZY = {
    "AtlasLike": "tagatlas.steps.opened",
    "Selection": "tagatlas.selection",
    "opened": "tagatlas.steps.opened",
    "require_trust_in": "tagatlas.steps.credentials",
    "select": "tagatlas.steps.opened",
    "several": "tagatlas.steps.opened",
}
"""Names that work with an atlas: help does not need them."""


def __getattr__(name: str) -> object:
    if name not in _LAZY:
        raise AttributeError(f"module 'tagatlas.toolkit.calls' has no attribute {name!r}")
    return getattr(import_module(_LAZY[name]), name)


def __dir__() -> list[str]:
    return __all__
