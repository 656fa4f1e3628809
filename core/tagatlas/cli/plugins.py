"""``tagatlas plugins``."""

from __future__ import annotations

from tagatlas.cli import COMMANDS
from tagatlas.cli.command import Command
from tagatlas.cli.outcome import Outcome
from tagatlas.plugins import KINDS, OWN, Plugins, load_plugins
from tagatlas.plugins.checking import spec_faults


def command() -> Command:
    """The command."""
    return Command(run)


def run() -> Outcome:
    """List the installed plugins, the broken ones with the reason."""
    plugins = load_plugins(commands=COMMANDS)
    listed = [
        {
            "kind": kind.name,
            "name": name,
            "summary": entry.spec.summary,
            "extra": entry.spec.extra,
            "distribution": entry.plugin.distribution,
            "version": entry.plugin.version,
        }
        for kind in KINDS
        for name, entry in plugins.of_kind(kind).items()
    ]
    broken = [
        {
            "name": entry.plugin.name,
            "module": entry.plugin.module,
            "distribution": entry.plugin.distribution,
            "version": entry.plugin.version,
            "reason": entry.reason,
        }
        for entry in plugins.broken
    ]
    lines = [
        f"{row['kind']:<14} {row['name']:<12} {row['summary']}{_origin(row)}" for row in listed
    ]
    lines += [f"broken: {entry.plugin}: {entry.reason}" for entry in plugins.broken]
    warnings = [*plugins.warnings, *_faults(plugins)]
    lines += [f"warning: {warning}" for warning in warnings]
    return Outcome({"plugins": listed, "broken": broken, "warnings": warnings}, lines)


def _faults(plugins: Plugins) -> list[str]:
    """Faults of third-party plugins that can be used nevertheless."""
    return [
        f"{entry.plugin}: {fault}"
        for kind in KINDS
        for entry in plugins.of_kind(kind).values()
        if entry.plugin.distribution != OWN
        for fault in spec_faults(entry.spec)
    ]


def _origin(row: dict[str, str | None]) -> str:
    needs = f" (needs {row['extra']})" if row["extra"] else ""
    ours = row["distribution"] == "tagatlas"
    return needs if ours else f"{needs} [{row['distribution']} {row['version']}]"
