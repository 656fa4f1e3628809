"""``tagatlas remove``."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from tagatlas.cli.arguments import ATLAS, PATH
from tagatlas.cli.command import Command
from tagatlas.cli.outcome import Outcome
from tagatlas.errors import InputError, UsageError
from tagatlas.plugins import load_plugins
from tagatlas.wording import count

if TYPE_CHECKING:
    from tagatlas.steps.remove import RemoveReport

IMAGE = click.Option(
    ["--image"],
    multiple=True,
    metavar="ID|URL|PATH",
    help="An image: its id or the first 8 digits of it, its URL, or its path. May be given "
    "several times.",
)
IMAGES = click.Option(
    ["--images"], type=PATH, metavar="FILE", help="A text file of images, one a line."
)
SOURCE = click.Option(
    ["--source"],
    metavar="NUMBER|LOCATION",
    help="A source, as tagatlas info lists it, with the images that only it leads to.",
)
DUPLICATES = click.Option(
    ["--with-duplicates"], is_flag=True, help="Also the images that look the same."
)
FORGET = click.Option(
    ["--forget"],
    is_flag=True,
    help="Never let these very files, or these addresses, in again.",
)
DRY_RUN = click.Option(["--dry-run"], is_flag=True, help="Only say what would go.")


def command() -> Command:
    """The command."""
    return Command(run, [ATLAS, IMAGE, IMAGES, SOURCE, DUPLICATES, FORGET, DRY_RUN])


def run(
    *,
    atlas: Path,
    image: Sequence[str],
    images: Path | None,
    source: str | None,
    with_duplicates: bool,
    forget: bool,
    dry_run: bool,
) -> Outcome:
    """Take images or a source out of an atlas, with all that was made of them."""
    from tagatlas.atlas import open_atlas
    from tagatlas.steps.remove import remove

    listed, guesses = _read_list(images) if images else ([], ())
    names = [*image, *listed]
    with open_atlas(atlas, load_plugins()) as opened:
        if not names and source is None and opened.catalog.removals.unswept() is None:
            raise UsageError("say what to remove: --image, --images or --source")
        report = remove(
            opened,
            names,
            source,
            with_duplicates=with_duplicates,
            forget=forget,
            dry_run=dry_run,
        )
    facts = {"dry_run": dry_run, "forget": forget, "notes": guesses, **asdict(report)}
    notes = [f"note: {images}: {note}" for note in guesses]
    return Outcome(facts, notes + _lines(report, forget=forget, dry_run=dry_run))


def _read_list(path: Path) -> tuple[list[str], tuple[str, ...]]:
    """The names in a list, and the guesses made to read it."""
    from tagatlas_tables.lines import read_lines

    try:
        lines, notes = read_lines(path)
    except InputError as error:
        raise InputError(f"cannot read the list of images {path}: {error}") from error
    names = [line for line in lines if not line.startswith("#")]
    if not names:
        raise InputError(f"{path} lists no image: write one a line")
    return names, notes


def _lines(report: RemoveReport, *, forget: bool, dry_run: bool) -> list[str]:
    lines = ["finished: a removal that had been interrupted"] if report.finished else []
    extent = report.extent
    if extent.records or extent.images or extent.locations:
        lines.append(
            f"{'would remove' if dry_run else 'removed'}: "
            f"{count(len(extent.images), 'image')}, {count(len(extent.locations), 'address')}, "
            f"{count(extent.records, 'record')}, {count(extent.answers, 'answer')} of backends"
        )
    if dry_run:
        lines += [f"image: {image}" for image in extent.images]
        lines += [f"address: {location}" for location in extent.locations]
    lines += [f"annotation that names it: {text}" for text in extent.annotations]
    if extent.maps or report.files:
        names = f" of the maps {', '.join(extent.maps)}" if extent.maps else ""
        verb = "would go" if dry_run else "gone"
        lines.append(
            f"{verb}: {count(report.files, 'written file')}{names}, which showed what is removed: "
            "make them again with tagatlas map and tagatlas render"
        )
    lines += [f"looks the same and stays: {each.image} {each.location}" for each in report.alike]
    if report.alike:
        lines.append(f"--with-duplicates removes these {len(report.alike):,} as well")
    for name in report.absent:
        lines.append(f"not in the atlas: {name}{' (kept out from now on)' if forget else ''}")
    return lines + _remarks(report, forget=forget)


def _remarks(report: RemoveReport, *, forget: bool) -> list[str]:
    """Notes on what a removal leaves."""
    lines = []
    if forget:
        lines.append(
            "kept out: these very files and addresses; a copy of another size is another file"
        )
    elif report.extent.locations:
        lines.append(
            "note: an image comes back when a source that lists it is added again after a change; "
            "--forget keeps it out"
        )
    if report.extent.answers:
        lines.append("note: what was spent on the answers stays in the ledger")
    if report.left_alone:
        lines.append(f"note: not looked into, in the atlas: {', '.join(report.left_alone)}")
    if report.extent.records or report.extent.images:
        lines.append("note: files outside of the atlas are as they were: sources, exports, backups")
    return lines
