"""The outcome of each step: lines for people, facts for programs."""

from __future__ import annotations

from dataclasses import asdict, replace
from pathlib import Path
from shlex import quote
from typing import TYPE_CHECKING

from tagatlas.cli.fetched import by_status, outcome_of_fetching
from tagatlas.cli.outcome import FAILED, Outcome, failure_status
from tagatlas.contracts import TagStatus
from tagatlas.plugins import COMMANDS, Plugins
from tagatlas.wording import clusters_in_words, count, versions_in_words

if TYPE_CHECKING:
    from tagatlas.steps.add import AddReport
    from tagatlas.steps.map import MapReport
    from tagatlas.steps.render import RenderReport
    from tagatlas.steps.run import StepReport
    from tagatlas.steps.spending import Estimate
    from tagatlas.steps.tag import TagReport

_SHOWN = 3
"""How many names of images that were not found are shown."""


def outcome_of(report: StepReport, max_failures: str | None = None) -> Outcome:
    """The outcome of a step of the whole job; its facts are under the step's name."""
    from tagatlas.steps.add import AddReport
    from tagatlas.steps.fetch import FetchReport
    from tagatlas.steps.map import MapReport
    from tagatlas.steps.spending import Estimate
    from tagatlas.steps.tag import TagReport

    if isinstance(report, AddReport):
        return _named("add", outcome_of_adding(report))
    if isinstance(report, FetchReport):
        return _named("fetch", outcome_of_fetching(report, max_failures))
    if isinstance(report, Estimate):
        return _named("estimate", outcome_of_estimating(report))
    if isinstance(report, TagReport):
        return _named("tag", outcome_of_tagging(report, max_failures))
    if isinstance(report, MapReport):
        return _named("map", outcome_of_mapping(report))
    return _named("render", outcome_of_rendering(report))


def _named(step: str, outcome: Outcome) -> Outcome:
    return replace(outcome, facts={step: outcome.facts})


def outcome_of_adding(report: AddReport) -> Outcome:
    """The records read."""
    facts = {
        "source": report.location,
        "plugin": report.plugin,
        "recognised": report.recognised,
        "notes": report.notes,
        "records": report.records,
        "new_addresses": report.new_addresses,
        "unchanged": report.unchanged,
        "replaced": report.replaced,
        "moved_from": report.moved_from,
    }
    news = "nothing new" if report.unchanged else count(report.new_addresses, "new address")
    notes = [f"note: {note}" for note in report.notes]
    if report.replaced:
        news += f"; they replace the {report.replaced:,} that this source had"
    return Outcome(
        facts, [report.recognised, *notes, f"added: {count(report.records, 'record')}, {news}"]
    )


def outcome_of_estimating(found: Estimate) -> Outcome:
    """How many images tagging would send, and the cost."""
    facts = {
        "backend": found.backend,
        "images": found.images,
        "copies": found.copies,
        "held": found.held,
        "units": found.units,
        "dollars": round(found.dollars, 6),
        "spent": round(found.spent, 6),
        "budget": found.budget,
        "price": found.price and asdict(found.price),
    }
    return Outcome(facts, _estimate_lines(found))


def _estimate_lines(found: Estimate) -> list[str]:
    copies = f"; {found.copies:,} more get the answer of one that looks the same"
    lines = [
        f"to ask {found.backend}: {count(found.images, 'image')}" + (copies if found.copies else "")
    ]
    if found.held:
        lines.append(_held_line(found.held))
    if found.price is None:
        return [*lines, "cost: nothing"]
    each = ", ".join(f"{name} ${dollars:g}" for name, dollars in found.price.units.items())
    lines.append(
        f"cost: up to ${found.dollars:,.4f} for {count(found.units, 'unit')} "
        f"({each}; prices of {found.price.as_of}, {found.price.source})"
    )
    if found.budget is not None:
        left = max(found.budget - found.spent, 0.0)
        paid = int(left / found.price.per_image + 1e-6) if found.price.per_image else found.images
        enough = "enough" if paid >= found.images else f"it pays for {count(paid, 'image')}"
        lines.append(f"budget: ${left:,.4f} of ${found.budget:,.2f} left; {enough}")
    return lines


def outcome_of_tagging(report: TagReport, max_failures: str | None) -> Outcome:
    """The backend's answers."""
    total = sum(report.counts.values())
    failures = report.counts[TagStatus.FAILED]
    facts = {
        "backend": report.backend,
        "asked": report.asked,
        "copied": report.copied,
        "images": report.counts,
        "spent": report.spent,
        "notes": report.notes,
        "held": report.held,
        "postponed": report.postponed,
        "unreadable": report.unreadable,
        "model_versions": report.model_versions,
        "faults": report.faults,
    }
    line = (
        f"tagged: {count(report.asked, 'image')} asked now of {report.backend} "
        f"({by_status(report.counts)} of {total:,})"
    )
    lines = [*(f"note: {note}" for note in report.notes), line]
    if report.copied:
        copied = count(report.copied, "image")
        lines.append(f"copied: the answer of one that looks the same, to {copied}")
    if report.held:
        lines.append(_held_line(report.held))
    if report.postponed:
        lines.append(
            f"postponed: {count(report.postponed, 'image')}, like one that cannot be read: the"
            " same command again asks about one of them"
        )
    if report.unreadable:
        lines.append(
            f"unreadable: {count(report.unreadable, 'image')}, and may have been billed:"
            " --retry-unreadable asks, and pays, for them again"
        )
    if len(report.model_versions) > 1:
        lines.append(versions_in_words(report.model_versions))
    if report.spent is not None:
        lines.append(f"spent: up to ${report.spent:,.4f} on {report.backend} in this atlas")
    lines += [f"note: {fault}" for fault in report.faults]
    return Outcome(facts, lines, failure_status(failures, total, max_failures))


def _held_line(images: int) -> str:
    return (
        f"held: {count(images, 'image')}, like one whose call was lost and may have been billed:"
        " --retry-failed asks about that one again"
    )


def outcome_of_mapping(report: MapReport) -> Outcome:
    """The contents of the map."""
    from tagatlas.contracts.map import left_out_text

    facts = {
        "map": report.name,
        "unchanged": report.unchanged,
        "images": report.images,
        "tags": report.tags,
        "edges": report.edges,
        "clusters": report.clusters,
        "in_none": report.in_none,
        "unused_names": report.unused_names,
        "left_out": report.left_out,
        "notes": report.notes,
    }
    state = "as it was" if report.unchanged else "new"
    line = (
        f"mapped: {count(report.images, 'image')} and {count(report.tags, 'tag')} in "
        f"{clusters_in_words(len(report.clusters), report.in_none)} ({state})"
    )
    left_out = left_out_text(report.left_out, report.images + sum(report.left_out.values()))
    lines = [line, *([left_out] if left_out else []), *(f"note: {note}" for note in report.notes)]
    if report.unused_names:
        lines.append(f"names that fit no cluster: {', '.join(report.unused_names)}")
    return Outcome(facts, lines)


def with_view(outcome: Outcome, atlas: Path, plugins: Plugins) -> Outcome:
    """A result of rendering that also says how to explore the map, if a plugin can show it."""
    if "view" not in plugins.of_kind(COMMANDS):
        return outcome
    return replace(outcome, lines=[*outcome.lines, f"explore: tagatlas view {quote(str(atlas))}"])


def outcome_of_rendering(report: RenderReport) -> Outcome:
    """The files written."""
    facts = {
        "map": report.map_name,
        "files": [str(path) for path in report.files],
        "open": str(report.shown),
        "images_gone": report.absent,
        "faults": report.faults,
        "signed": report.signed,
        "notes": report.notes,
    }
    lines = [
        f"rendered: {count(len(report.files), 'file')} in {report.folder}",
        f"open: {report.shown}",
    ]
    if report.absent:
        lines.append(
            f"left blank: {report.absent:,} of {count(report.images, 'image')}, whose files are"
            " gone from the atlas: tagatlas fetch --repair gets them again, tagatlas remove takes"
            " them out"
        )
    lines += [f"note: {note}" for note in report.notes]
    lines += [f"not written: {fault}" for fault in report.faults]
    lines += [report.publishing] if report.publishing else []
    return Outcome(facts, lines, FAILED if report.faults else 0, opens=report.shown)
