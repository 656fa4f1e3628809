"""``tagatlas info``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from tagatlas.cli.arguments import ATLAS
from tagatlas.cli.calling import plugins_at_hand
from tagatlas.cli.command import Command
from tagatlas.cli.outcome import Outcome
from tagatlas.wording import count, versions_in_words

if TYPE_CHECKING:
    from tagatlas.steps.info import AtlasInfo, MapInfo, SettingInfo

_REASONS = 5


def command() -> Command:
    """The command."""
    return Command(run, [ATLAS])


def run(*, atlas: Path) -> Outcome:
    """Say what is in an atlas: sources, images, backends, settings, maps."""
    from tagatlas.steps.info import info
    from tagatlas.steps.opened import opened

    with opened(atlas, plugins_at_hand(), write=False) as its_atlas:
        found = info(its_atlas)
    facts = asdict(found)
    return Outcome(facts, _lines(found, found.settings))


def _lines(found: AtlasInfo, settings: Sequence[SettingInfo]) -> list[str]:
    lines = [
        f"source {each.number}: {each.location}: {each.recognised}; "
        f"{count(each.records, 'record')}, added {each.added_at}"
        for each in found.sources
    ]
    lines.append(f"addresses: {found.addresses:,}")
    statuses: dict[str, list[str]] = {}
    for each in found.statuses:
        reason = f"{each.addresses:,} {each.reason}".rstrip()
        statuses.setdefault(each.status, []).append(reason)
    for status, reasons in statuses.items():
        rest = f"; {len(reasons) - _REASONS:,} more reasons" if len(reasons) > _REASONS else ""
        lines.append(f"  {status}: {'; '.join(reasons[:_REASONS])}{rest}")
    lines.append(f"images: {found.images:,} distinct, {found.near:,} of them look like another one")
    if found.hidden:
        lines.append(f"hidden: {count(found.hidden, 'image')}, which no file shows")
    if found.unused:
        lines.append(
            f"unused: {count(found.unused, 'image')} that no record leads to; tagatlas "
            "doctor --clean removes them"
        )
    for backend in found.backends:
        spent = "" if backend.dollars is None else f"; spent up to ${backend.dollars:,.4f}"
        lines.append(f"backend {backend.name}: {_counts(backend.images)}{spent}")
        lines.append(f"  {backend.fingerprint}")
        if backend.model_versions:
            lines.append(f"  {versions_in_words(backend.model_versions)}")
    lines += [_map_line(each) for each in found.maps]
    lines += [f"setting: {each.name} = {each.value} ({each.origin})" for each in settings]
    if not settings:
        lines.append("settings: all at their defaults")
    parts = ", ".join(f"{name} {size / 1e6:,.1f}" for name, size in found.bytes.items())
    return [*lines, f"on disk: {sum(found.bytes.values()) / 1e6:,.1f} MB: {parts}"]


def _map_line(each: MapInfo) -> str:
    if not each.builder:
        return f"map {each.name} of {each.backend}: {each.state}, with tagatlas map"
    older = {
        "older": "older than what it should show: tagatlas map renews it",
        "current": "current",
    }
    rendered = "rendered" if each.rendered else "not rendered"
    rendered += f"; it shows a part: {each.part}" if each.part else ""
    return (
        f"map {each.name} of {each.backend} by {each.builder}: {count(each.images, 'image')} in "
        f"{count(each.clusters, 'cluster')}, made {each.made_at}, {older[each.state]}, {rendered}"
    )


def _counts(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{number:,} {status}" for status, number in counts.items()) or "no image"
