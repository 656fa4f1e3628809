"""The command ``compare``: agreement of backends on tags and on the themes of a collection."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tagatlas import CommandSpec, hookimpl

if TYPE_CHECKING:
    from collections.abc import Iterable


@hookimpl
def tagatlas_commands() -> Iterable[CommandSpec]:
    """Announce the command ``compare``."""
    return [
        CommandSpec(
            name="compare",
            summary="Compare what backends make of an atlas: agreement on tags and on themes.",
            after="models",
            factory="tagatlas_compare.comparison.command:compare_command",
            function="tagatlas_compare:compare",
        )
    ]
