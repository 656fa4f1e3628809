"""``tagatlas doctor``."""

from __future__ import annotations

import os
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from tagatlas.cli.arguments import PATH
from tagatlas.cli.calling import warn
from tagatlas.cli.command import Argument, Command
from tagatlas.cli.outcome import FAILED, Outcome
from tagatlas.errors import UsageError
from tagatlas.plugins import TAGGERS, load_plugins
from tagatlas.selection import Selection
from tagatlas.step_options import step_names

if TYPE_CHECKING:
    from tagatlas.atlas import Atlas
    from tagatlas.steps.doctor import Finding

ATLAS_TO_CHECK = Argument("atlas", "[ATLAS]", "An atlas to check.", required=False, type=PATH)
BACKEND = click.Option(["--backend"], metavar="NAME", help="A backend to check.")
CLEAN = click.Option(
    ["--clean"],
    is_flag=True,
    help="Remove from the atlas the images that no record leads to any more, with all that is "
    "known of them.",
)


def command() -> Command:
    """The command."""
    return Command(run, [ATLAS_TO_CHECK, BACKEND, CLEAN])


def run(*, atlas: Path | None, backend: str | None, clean: bool) -> Outcome:
    """Check the installation, a backend, or an atlas."""
    from tagatlas.atlas import open_atlas
    from tagatlas.steps.doctor import check_atlas, check_backend, check_installation

    if clean and atlas is None:
        raise UsageError("--clean needs an atlas: tagatlas doctor ATLAS --clean")
    plugins = load_plugins(strict=False)
    findings = check_installation(plugins)
    if backend is not None:
        plugins.on_warning = warn
        named = Selection(plugins, None, step_names(plugins, "tag"), {}).look_up(TAGGERS, backend)
        findings += check_backend(named, os.environ)
    if atlas is not None:
        with open_atlas(atlas, plugins, write=clean) as opened:
            findings += [_clean(opened)] if clean else []
            findings += check_atlas(opened)
    lines = [f"{'ok ' if each.ok else 'BAD'} {each.subject}: {each.text}" for each in findings]
    status = 0 if all(each.ok for each in findings) else FAILED
    return Outcome({"findings": [asdict(each) for each in findings]}, lines, status)


def _clean(atlas: Atlas) -> Finding:
    from tagatlas.steps.clean import clean
    from tagatlas.steps.doctor import Finding, unused_text

    return Finding("cleaned", True, unused_text(clean(atlas)))
