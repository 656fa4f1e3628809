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
from tagatlas.wording import count

if TYPE_CHECKING:
    from tagatlas.steps.trust import TrustReport

YES = click.Option(["--yes"], is_flag=True, help="Accept without a question.")

_FOLDERS = 20
"""Accepted folders that are shown; new ones, and with ``--json`` all, always are."""

_HOSTS = 10
"""Hosts that are shown one by one; with ``--json`` all."""


def command() -> Command:
    """The command."""
    return Command(run, [ATLAS, YES])


def run(*, atlas: Path, yes: bool) -> Outcome:
    """Say what an atlas asks for, and accept it."""
    from tagatlas.steps.opened import opened
    from tagatlas.steps.trust import trust

    def confirm(report: TrustReport) -> bool:
        for line in _lines(report):
            say(line)
        if yes or not (report.new or report.hosts or not report.was_trusted):
            return yes
        if not sys.stdin.isatty():
            raise UsageError(f"nothing is accepted yet: tagatlas trust {atlas} --yes accepts this")
        return click.confirm("Accept this?", err=True)

    with opened(atlas, plugins_at_hand(), write=False) as its_atlas:
        report = trust(its_atlas, confirm=confirm)
    if report.is_trusted:
        return Outcome(asdict(report), [f"trusted: {atlas}"])
    return Outcome(asdict(report), [f"not trusted, nothing was accepted: {atlas}"], FAILED)


def _lines(report: TrustReport) -> list[str]:
    """What the atlas asks for, a line each."""
    new = set(report.new)
    asked = [(place, f"{place} = {value}") for place, value in report.settings]
    accepted = [folder for folder in report.folders if folder not in new]
    folders = [*(folder for folder in report.folders if folder in new), *accepted[:_FOLDERS]]
    asked += [(folder, f"files in {folder}") for folder in folders]
    lines = [f"asks for {text}{'' if key in new else ' (accepted)'}" for key, text in asked]
    if (more := len(accepted) - _FOLDERS) > 0:
        lines.append(f"asks for files in {count(more, 'more folder')} (accepted)")
    hosts = [*report.hosts.items()]
    lines += [f"asks for {count(number, 'address')} of {host}" for host, number in hosts[:_HOSTS]]
    if rest := sum(number for _, number in hosts[_HOSTS:]):
        lines.append(f"asks for {count(rest, 'address')} of {len(hosts) - _HOSTS:,} more hosts")
    if not report.was_trusted:
        lines.append(
            "once it is trusted, fetching asks the network for its addresses, and services that "
            "you choose get its pictures with your key"
        )
    return lines or ["asks for nothing"]
