"""Report of fetching, for people."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import TYPE_CHECKING

from tagatlas.cli.outcome import Outcome, failure_status
from tagatlas.contracts import ImageStatus
from tagatlas.wording import count

if TYPE_CHECKING:
    from tagatlas.steps.fetch import FetchReport

HOSTS_SHOWN = 5
PLACEHOLDERS_SHOWN = 3
"""Most lines on hosts with losses, and on each kind of placeholder."""


def outcome_of_fetching(report: FetchReport, max_failures: str | None) -> Outcome:
    """Addresses by status, and where all are listed."""
    total = sum(report.counts.values())
    failures = total - report.counts[ImageStatus.OK] - report.counts[ImageStatus.PENDING]
    facts = {
        "tried": report.tried,
        "tried_as_settings_changed": report.changed,
        "images": report.images,
        "near_duplicates": report.near,
        "addresses": report.counts,
        "recovered": report.ways,
        "hosts": report.hosts.to_dicts(),
        "refused_by_settings": dict(report.settings),
        "placeholders": [
            asdict(each) | {"locations": len(each.locations)} for each in report.placeholders
        ],
        "files": [str(path) for path in report.files],
        "notes": report.notes,
    }
    line = (
        f"fetched: {report.tried:,} tried now; {count(report.images, 'distinct image')} from "
        f"{count(total, 'address')} ({by_status(report.counts)})"
    )
    lines = [
        line,
        *_about_images(report),
        *_about_hosts(report),
        *_about_settings(report),
        *_about_placeholders(report),
        *(f"note: {note}" for note in report.notes),
    ]
    return Outcome(facts, lines, failure_status(failures, total, max_failures))


def by_status(counts: Mapping[str, int]) -> str:
    """``12 ok, 2 missing``: zeros are left out."""
    return ", ".join(f"{number:,} {status}" for status, number in counts.items() if number)


def _about_images(report: FetchReport) -> list[str]:
    """Duplicates, and images recovered elsewhere."""
    lines = []
    if report.near:
        lines.append(f"near duplicates: {count(report.near, 'image')} copied from another one")
    if report.ways:
        found = ", ".join(f"{number:,} by {way}" for way, number in report.ways.items())
        lines.append(f"found elsewhere: {found}")
    return lines


def _about_hosts(report: FetchReport) -> list[str]:
    """The hosts with the most losses, and where all are listed."""
    import polars as pl

    hosts = report.hosts.with_columns(
        lost=pl.col("addresses") - pl.col("ok") - pl.col("pending")
    ).filter(pl.col("lost") > 0)
    lines = []
    for row in hosts.sort("lost", descending=True).head(HOSTS_SHOWN).iter_rows(named=True):
        counts = {str(status): row[str(status)] for status in ImageStatus}
        share = f"{int(100 * row['share_ok'])}% there"  # 100% only of all
        name = row["host"] or "this machine"
        lines.append(f"  {name}: {share} ({by_status(counts)})")
    if lines:
        lines.append(f"all addresses and hosts: {report.files[0].parent}")
    return lines


def _about_settings(report: FetchReport) -> list[str]:
    """Addresses refused by settings, and those tried again because settings changed."""
    from tagatlas_fetching.limits import REMEDIES

    lines = []
    if report.changed:
        lines.append(f"tried again, as settings have changed: {count(report.changed, 'address')}")
    for setting, refused in sorted(report.settings.items(), key=lambda item: -item[1]):
        if setting in REMEDIES:
            lines.append(f"{count(refused, 'address')} may be tried again: {REMEDIES[setting]}")
    return lines


def _about_placeholders(report: FetchReport) -> list[str]:
    """Pictures that are placeholders for missing ones, and those that may be."""
    certain = [each for each in report.placeholders if each.is_certain]
    perhaps = [each for each in report.placeholders if not each.is_certain]
    lines = [
        f"placeholder: {len(each.locations):,} addresses of {each.host} lead to {each.name}: "
        "they count as missing"
        for each in certain[:PLACEHOLDERS_SHOWN]
    ]
    for each in perhaps[:PLACEHOLDERS_SHOWN]:
        what = f"lead to {each.name}" if each.leads_to else "give the very same picture"
        lines.append(
            f"perhaps a placeholder: {len(each.locations):,} addresses of {each.host} {what}: "
            "they count as found"
        )
    more = len(report.placeholders) - len(lines)
    if more:
        lines.append(f"  and {more:,} more of the kind, in placeholders.csv")
    return lines
