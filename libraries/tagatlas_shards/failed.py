"""Hands on what shards tell, and lists those that failed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from tagatlas.wording import count
from tagatlas_shards.shard import Fault, Report, Shard

OnFault = Callable[[Fault], None]
"""Called with an unexpected error of another process that cost one item."""

SHOWN = 5
"""Failed shards that the message names."""


@dataclass
class Told:
    """What shards have told so far.

    Attributes:
        on_warning: called with each line for the user, once.
        on_fault: see :data:`OnFault`.
        failed: name and reason of each shard that failed.
    """

    on_warning: Callable[[str], None]
    on_fault: OnFault
    failed: list[tuple[str, str]] = field(default_factory=list)
    _lines: set[str] = field(default_factory=set)

    def warn(self, line: str) -> None:
        """Say a line, unless it was said before."""
        if line not in self._lines:
            self._lines.add(line)
            self.on_warning(line)

    def take(self, shard: Shard, report: Report) -> None:
        """Hand on what a report has besides results."""
        for line in report.warnings:
            self.warn(line)
        for fault in report.faults:
            self.on_fault(fault)
        if report.error:
            self.failed.append((shard.name, report.error))

    def sentence(self) -> str:
        """The failed shards, in one line."""
        by_reason: dict[str, list[str]] = {}
        for name, reason in self.failed:
            by_reason.setdefault(reason, []).append(name)
        parts = [
            f"{reason} ({', '.join(names[:SHOWN])}{', ...' * (len(names) > SHOWN)})"
            for reason, names in list(by_reason.items())[:SHOWN]
        ]
        number = count(len(self.failed), "shard")
        return f"{number} failed: {'; '.join(parts)}; the others are done: run it again for these"
