"""``tagatlas trust``."""

from __future__ import annotations

import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from tagatlas.cli.arguments import ATLAS
from tagatlas.cli.calling import plugins_at_hand
from tagatlas.cli.command import Command
from tagatlas.cli.outcome import FAILED, Outcome
from tagatlas.cli.terminal import say
from tagatlas.errors import UsageError
from tagatlas_trust.saying import asked_lines

if TYPE_CHECKING:
    from tagatlas.steps.trust import TrustReport

YES = click.Option(["--yes"], is_flag=True, help="Accept without a question.")


def command() -> Command:
    """The command."""
    return Command(run, [ATLAS, YES])


def run(*, atlas: Path, yes: bool) -> Outcome:
    """Say what an atlas asks for, and accept it."""
    from tagatlas.steps.opened import opened
    from tagatlas.steps.trust import trust

    answers: list[bool] = []

    def confirm(report: TrustReport) -> bool:
        asked = report.settings, report.folders, report.hosts, report.new
        for line in asked_lines(*asked, was_trusted=report.was_trusted):
            say(line)
        if yes or not _asks(report):
            answers.append(yes)
            return yes
        if not sys.stdin.isatty():
            raise UsageError(f"nothing is accepted yet: tagatlas trust {atlas} --yes accepts this")
        answers.append(click.confirm("Accept this?", err=True))
        return answers[-1]

    with opened(atlas, plugins_at_hand(), write=False) as its_atlas:
        report = trust(its_atlas, confirm=confirm)
    if answers == [True] or not _asks(report):
        return Outcome(asdict(report), [f"trusted: {atlas}"])
    state = "trusted as before" if report.is_trusted else "not trusted"
    return Outcome(asdict(report), [f"{state}, nothing was accepted: {atlas}"], FAILED)


def _asks(report: TrustReport) -> bool:
    """Whether the atlas asks for anything that is not accepted."""
    return bool(report.new or report.hosts or not report.was_trusted)
