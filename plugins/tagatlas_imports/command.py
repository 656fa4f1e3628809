"""``tagatlas import-tags``."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from tagatlas import Plugins
from tagatlas.toolkit.calls import step_names
from tagatlas.toolkit.commands import ATLAS, PATH, Argument, Command, Outcome, by_status
from tagatlas_imports.options import OPTIONS

if TYPE_CHECKING:
    from tagatlas_imports.importing import ImportReport

FILE = Argument("file", "FILE", "The file of tags.", type=PATH)
_SHOWN = 3


def import_command(plugins: Plugins) -> Command:
    """The command."""

    def run(*, atlas: Path, file: Path, **options: object) -> Outcome:
        """Read tags that another program made: dd-image-tagging, Memespector, any table."""
        from tagatlas.toolkit.calls import opened
        from tagatlas_imports.importing import import_tags

        with opened(atlas, plugins) as its_atlas:
            return _outcome(import_tags(its_atlas, file, **options))

    return Command(run, [ATLAS, FILE], step_names(plugins, further=[OPTIONS]))


def _outcome(reports: Sequence[ImportReport]) -> Outcome:
    """The outcome: the stored tags of another program."""
    from tagatlas.toolkit import count

    facts = [
        {
            "backend": report.backend,
            "recognised": report.recognised,
            "named": report.named,
            "matched": report.named - len(report.unmatched),
            "unmatched": report.unmatched,
            "listed": report.listed,
            "images": report.counts,
            "notes": report.notes,
        }
        for report in reports
    ]
    notes = dict.fromkeys(note for report in reports for note in report.notes)
    lines = [f"note: {note}" for note in notes]
    for report in reports:
        lines.append(f"recognised: {report.recognised}")
        lines.append(
            f"imported: {report.backend} knows {report.named - len(report.unmatched):,} of "
            f"{count(report.named, 'image')} in the file ({by_status(report.counts)} of "
            f"{sum(report.counts.values()):,})"
        )
        if report.remark:
            lines.append(f"note: {report.remark}")
        if report.listed is not None:
            some = ", ".join(list(report.unmatched)[:_SHOWN])
            lines.append(
                f"not found: {count(len(report.unmatched), 'image')}, such as {some}; "
                f"all are in {report.listed}"
            )
    return Outcome({"backends": facts}, lines)
