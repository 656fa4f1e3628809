"""The command ``import-tags``: tags of other programs, stored as separate backends."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from tagatlas import CommandSpec, hookimpl

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tagatlas_imports.importing import ImportReport, import_tags
    from tagatlas_imports.options import ImportOptions

_LAZY = {"ImportOptions": "options", "ImportReport": "importing", "import_tags": "importing"}

__all__ = ["ImportOptions", "ImportReport", "import_tags"]


def __getattr__(name: str) -> object:
    if name not in _LAZY:
        raise AttributeError(f"module 'tagatlas_imports' has no attribute {name!r}")
    return getattr(import_module(f"tagatlas_imports.{_LAZY[name]}"), name)


def __dir__() -> list[str]:
    return [*globals(), *__all__]  # the hook too: it is found in this list


@hookimpl
def tagatlas_commands() -> Iterable[CommandSpec]:
    """Announce the command."""
    return [
        CommandSpec(
            name="import-tags",
            summary="Read tags of another program: dd-image-tagging, Memespector, any table.",
            factory="tagatlas_imports.command:import_command",
            function="tagatlas_imports.importing:import_tags",
            after="tag",
        )
    ]
