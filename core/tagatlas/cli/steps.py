"""The steps as the command line runs them: progress shown, results in words."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import wait as wait_for
from contextlib import contextmanager
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING

from tagatlas.cli.fetched import by_status, outcome_of_fetching
from tagatlas.cli.outcome import Outcome, failure_status
from tagatlas.cli.terminal import progress_bar, say, stop_on_interrupt
from tagatlas.contracts import (
    GraphBuilder,
    ImageStatus,
    Layout,
    Recovery,
    Renderer,
    Source,
    Tagger,
    TagStatus,
)
from tagatlas.errors import UsageError
from tagatlas.plugins import Chosen
from tagatlas.wording import count

if TYPE_CHECKING:
    from tagatlas.atlas import Atlas
    from tagatlas.fetch import FetchOptions
    from tagatlas.imports import ImportOptions
    from tagatlas.maps import Map
    from tagatlas.maps.options import MapOptions
    from tagatlas.pipeline.options import TagOptions
    from tagatlas.pipeline.spending import Estimate

_LOADING = 3.0
"""Seconds within which what was compiled once is loaded: longer, and it is being compiled."""

_SHOWN = 3
"""Names of images that are shown of those that were not found."""


def add(
    atlas: Atlas, location: str, source: Chosen[Source], replaces: str | None = None
) -> Outcome:
    """Read a source into the catalog."""
    from tagatlas.pipeline.add import add_source

    report = add_source(atlas, location, source, replaces=replaces)
    facts = {
        "source": location,
        "plugin": source.name,
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


def statuses_to_retry(retry_failed: bool, names: Sequence[str] | None) -> list[ImageStatus]:
    """What ``--retry-failed`` and ``--status`` mean.

    Raises:
        UsageError: a status that there is not, or one without ``--retry-failed``.
    """
    from tagatlas.pipeline.fetch import RETRIED

    if not names:
        return list(RETRIED) if retry_failed else []
    if not retry_failed:
        raise UsageError("--status says what --retry-failed tries again: give both")
    known = {str(status): status for status in RETRIED}
    for name in names:
        if name not in known:
            raise UsageError(f"--status is one of {', '.join(known)}, not {name!r}")
    return [known[name] for name in names]


def repair(atlas: Atlas) -> None:
    """Check all stored files; those that are damaged are fetched again after that."""
    from tagatlas.pipeline.verify import repair_images

    with progress_bar("checking files") as progress:
        verified = repair_images(atlas, progress=progress)
    damaged = len(verified.damages)
    say(f"checked: {count(verified.files, 'file')}, {damaged:,} of them damaged or gone")


def fetch(
    atlas: Atlas,
    options: FetchOptions,
    retry: Sequence[ImageStatus],
    headers: Mapping[str, str],
    recoveries: Sequence[Chosen[Recovery]],
    max_failures: str | None,
) -> Iterator[Outcome]:
    """Fetch what is pending; what became of it is said before it is an error that nothing did."""
    from tagatlas.pipeline.fetch import fetch_collection, require_images

    with progress_bar("fetching") as progress:
        report = fetch_collection(
            atlas,
            options,
            retry=retry,
            headers=headers,
            recoveries=recoveries,
            progress=progress,
        )
    yield outcome_of_fetching(report, max_failures)
    require_images(report)


def estimate(
    atlas: Atlas, tagger: Chosen[Tagger], options: TagOptions, retry_failed: bool
) -> Outcome:
    """Say what tagging would ask, and what it would cost."""
    from tagatlas.pipeline.tag import estimate_tagging

    ask_each = options.near_duplicates == "each"
    found = estimate_tagging(atlas, tagger, retry_failed=retry_failed, ask_each=ask_each)
    facts = {
        "backend": found.backend,
        "images": found.images,
        "copies": found.copies,
        "units": found.units,
        "dollars": round(found.dollars, 6),
        "spent": round(found.spent, 6),
        "budget": options.budget,
        "price": found.price and asdict(found.price),
    }
    return Outcome(facts, estimate_lines(found, options.budget))


def estimate_lines(found: Estimate, budget: float | None) -> list[str]:
    """An estimate in words."""
    copies = f"; {found.copies:,} more get the answer of one that looks the same"
    lines = [
        f"to ask {found.backend}: {count(found.images, 'image')}" + (copies if found.copies else "")
    ]
    if found.price is None:
        return [*lines, "cost: nothing"]
    each = ", ".join(f"{name} ${dollars:g}" for name, dollars in found.price.units.items())
    lines.append(
        f"cost: up to ${found.dollars:,.4f} for {count(found.units, 'unit')} "
        f"({each}; prices of {found.price.as_of}, {found.price.source})"
    )
    if budget is not None:
        left = max(budget - found.spent, 0.0)
        enough = "enough" if left >= found.dollars else "it stops before the call that passes it"
        lines.append(f"budget: ${left:,.4f} of ${budget:,.2f} left; {enough}")
    return lines


def tag(
    atlas: Atlas,
    tagger: Chosen[Tagger],
    options: TagOptions,
    retry_failed: bool,
    max_failures: str | None,
) -> Outcome:
    """Ask the backend about what it has not answered yet.

    Raises:
        KeyboardInterrupt: it was told to stop; what was under way is kept.
    """
    from tagatlas.pipeline.tag import estimate_tagging, tag_collection

    ask_each = options.near_duplicates == "each"
    expected = estimate_tagging(atlas, tagger, retry_failed=retry_failed, ask_each=ask_each)
    if expected.price is not None and expected.images:
        for line in estimate_lines(expected, options.budget):
            say(line)
    with stop_on_interrupt() as stop, progress_bar("tagging") as progress:
        report = tag_collection(
            atlas,
            tagger,
            retry_failed=retry_failed,
            budget=options.budget,
            ask_each=ask_each,
            stop=stop,
            progress=progress,
        )
    if report.stopped:
        raise KeyboardInterrupt
    total = sum(report.counts.values())
    failures = report.counts[TagStatus.FAILED]
    facts = {
        "backend": report.backend,
        "asked": report.asked,
        "copied": report.copied,
        "images": report.counts,
        "spent": report.spent,
        "notes": report.notes,
    }
    line = (
        f"tagged: {count(report.asked, 'image')} asked now of {report.backend} "
        f"({by_status(report.counts)} of {total:,})"
    )
    lines = [*(f"note: {note}" for note in report.notes), line]
    if report.copied:
        lines.append(f"copied: {report.copied:,} images have the answer of one that looks the same")
    if report.spent is not None:
        lines.append(f"spent: up to ${report.spent:,.4f} on {report.backend} in this atlas")
    return Outcome(facts, lines, failure_status(failures, total, max_failures))


def import_tags(atlas: Atlas, path: Path, options: ImportOptions) -> Outcome:
    """Keep the tags of a file that another program wrote."""
    from tagatlas.pipeline.import_tags import import_tags

    reports = import_tags(atlas, path, options)
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
            f"imported: {report.backend} knows {report.named - len(report.unmatched):,} of the "
            f"{report.named:,} images of the file ({by_status(report.counts)} of "
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


@contextmanager
def preparing(layout: Chosen[Layout], *, at_once: bool) -> Iterator[Callable[[], None]]:
    """Compile and load what drawing a map needs, in a thread of its own.

    Args:
        layout: that will place the nodes.
        at_once: begin now, beside the steps of the block, and not when it is waited for.

    Yields:
        What waits until that is done; for :func:`map_`.
    """
    thread = ThreadPoolExecutor(1, thread_name_prefix="prepare")

    def prepare() -> None:
        from tagatlas.maps.prepare import prepare_drawing

        prepare_drawing(layout.make())

    begun = [thread.submit(prepare)] if at_once else []

    def wait() -> None:
        prepared = begun[0] if begun else thread.submit(prepare)
        if wait_for([prepared], timeout=_LOADING).not_done:
            say("preparing: compiling for this machine takes up to a minute, once per version")
        prepared.result()

    try:
        yield wait
    finally:
        thread.shutdown(wait=False)  # an error of the block is said without waiting


def map_(
    atlas: Atlas,
    name: str,
    tagger: str,
    builder: Chosen[GraphBuilder],
    layout: Chosen[Layout],
    options: MapOptions,
    before_drawing: Callable[[], None],
) -> Outcome:
    """Build, lay out, cluster and name."""
    from tagatlas.maps.map import left_out_text
    from tagatlas.pipeline.map import map_collection

    with progress_bar("mapping") as progress:
        report = map_collection(
            atlas,
            name,
            tagger,
            builder,
            layout,
            options,
            before_drawing=before_drawing,
            progress=progress,
        )
    facts = {
        "map": report.name,
        "unchanged": report.unchanged,
        "images": report.images,
        "tags": report.tags,
        "edges": report.edges,
        "clusters": report.clusters,
        "unused_names": report.unused_names,
        "left_out": report.left_out,
        "notes": report.notes,
    }
    state = "as it was" if report.unchanged else "new"
    line = (
        f"mapped: {count(report.images, 'image')} and {count(report.tags, 'tag')} in "
        f"{count(len(report.clusters), 'cluster')} ({state})"
    )
    left_out = left_out_text(report.left_out, report.images + sum(report.left_out.values()))
    lines = [line, *([left_out] if left_out else []), *(f"note: {note}" for note in report.notes)]
    if report.unused_names:
        lines.append(f"names that fit no cluster: {', '.join(report.unused_names)}")
    return Outcome(facts, lines)


def render(map_to_draw: Map, renderers: Sequence[Chosen[Renderer]], folder: Path) -> Outcome:
    """Write a map's files."""
    from tagatlas.pipeline.absent import WatchedStore
    from tagatlas.pipeline.render import render_map

    store = WatchedStore(map_to_draw.store)
    with progress_bar("rendering") as progress:
        files = render_map(replace(map_to_draw, store=store), renderers, folder, progress=progress)
    first = file_to_open(files)
    facts = {
        "map": map_to_draw.name,
        "files": [str(path) for path in files],
        "open": str(first),
        "images_gone": len(store.absent),
    }
    lines = [f"rendered: {count(len(files), 'file')} in {folder}", f"open: {first}"]
    if store.absent:
        lines.append(
            f"left blank: {len(store.absent):,} of {map_to_draw.images.height:,} images, whose "
            "files are gone from the atlas: tagatlas fetch --repair gets them again, tagatlas "
            "remove takes them out"
        )
    return Outcome(facts, lines, opens=first)


def file_to_open(files: Sequence[Path]) -> Path:
    """The file a person wants to see: a page if there is one, else a picture, else any."""
    order = (".html", ".png")
    return min(files, key=lambda path: order.index(path.suffix) if path.suffix in order else 2)


def named(step: str, outcome: Outcome) -> Outcome:
    """The outcome as a part of several: its facts stand under the step's name."""
    return replace(outcome, facts={step: outcome.facts})
