"""The command ``bench``: taggers measured from a cold start, on images with known labels."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tagatlas import CommandSpec, hookimpl

if TYPE_CHECKING:
    from collections.abc import Iterable


@hookimpl
def tagatlas_commands() -> Iterable[CommandSpec]:
    """Announce the command ``bench``."""
    return [
        CommandSpec(
            name="bench",
            summary="Measure backends: quality, robustness, speed, memory, cost.",
            after="compare",
            factory="tagatlas_compare.benching.command:bench_command",
            function="tagatlas_compare:bench",
        )
    ]
