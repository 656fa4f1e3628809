"""Step two: addresses to images in the store."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import polars as pl

from tagatlas.atlas import Atlas
from tagatlas.contracts import (
    ImageStatus,
    Progress,
    Recovery,
    ShowProgress,
    no_progress,
    no_show,
)
from tagatlas.errors import NoImages, UsageError
from tagatlas.masking import hidden
from tagatlas.options import secrets_of
from tagatlas.plugins import RECOVERIES, PluginChoice
from tagatlas.selection import Selection
from tagatlas.steps.address_headers import address_headers
from tagatlas.steps.copies import find_copies
from tagatlas.steps.fetch_tables import write_fetch_tables
from tagatlas.steps.opened import AtlasLike, select, several
from tagatlas.steps.recovering import forgiven
from tagatlas.steps.sharding import fetches_on, opened_on, outcomes_in_shards, take_outcomes
from tagatlas.steps.signatures import complete_signatures
from tagatlas.steps.storing import store_outcomes
from tagatlas.steps.trust import require_folders, require_hosts
from tagatlas_fetching import FetchOptions, FetchOutcome
from tagatlas_fetching.fates import by_host, by_status
from tagatlas_fetching.hosts import read_hosts
from tagatlas_fetching.limits import REMEDIES, would_pass
from tagatlas_fetching.placeholders import Placeholder, find_placeholders
from tagatlas_fetching.refusing import RefusingStore, part_refused

RETRIED = tuple(status for status in ImageStatus if status.is_failure)
"""Statuses that ``retry_failed`` tries again: all failures."""

ASKS_NETWORK = "fetching asks the network"

REASONS_SHOWN = 3
"""Number of reasons in the message when no image could be fetched."""


@dataclass(frozen=True, eq=False)
class FetchReport:
    """Result of fetching.

    Attributes:
        tried: number of addresses tried now.
        changed: number of these that were refused by a setting which has changed since.
        counts: number of the collection's addresses by image status.
        images: number of distinct images the collection has now.
        near: number of these that are near duplicates of another, which represents them.
        ways: number of addresses whose image was found elsewhere, by the way it was found.
        hosts: counts by host, the host with most addresses first: ``host`` (empty for paths on
            this machine), ``addresses``, a column for each status with the number of addresses,
            and ``share_ok``, the share of ``ok`` among those tried (null if none was tried).
        reasons: counts by status and reason, statuses in their order, frequent reasons first:
            ``status``, ``reason``, ``addresses``, ``share`` (of all addresses, in [0, 1]) and
            ``frequency`` (summed over their records).
        settings: number of addresses without an image by the setting that refused them.
        placeholders: pictures that are, or may be, placeholders for deleted images.
        files: the tables with the outcome of each address.
        notes: further remarks for the user, a line each: recoveries that failed, headers that
            were not sent, and unexpected errors that cost one address or image each.
    """

    tried: int
    changed: int
    counts: Mapping[str, int]
    images: int
    near: int
    ways: Mapping[str, int]
    hosts: pl.DataFrame
    reasons: pl.DataFrame
    settings: Mapping[str, int]
    placeholders: Sequence[Placeholder]
    files: Sequence[Path]
    notes: Sequence[str] = ()


def fetch(
    atlas: AtlasLike,
    *,
    retry: str | Sequence[ImageStatus | str] = (),
    headers: Mapping[str, str] | None = None,
    on: str = "",
    show: ShowProgress = no_show,
    **options: object,
) -> FetchReport:
    """Fetch the images of all records that have not been fetched yet.

    It is no error if none is found: see ``images`` of the report.

    Args:
        atlas: open for writing, or the folder of one.
        retry: also try again addresses with these statuses, or with one; not ``ok``, ``pending``.
        headers: further headers of every request, by name; they may hold secrets, and are
            neither kept, nor sent unencrypted, nor sent to another host than ``header_host``,
            or that of all addresses (of a IIIF source, its manifest's): only Accept,
            Accept-Language, Referer and User-Agent are.
        on: where the images are fetched; see :func:`tagatlas.tag`.
        show: see :func:`tagatlas.run`.
        options: of the step ``fetch`` and of recoveries, by name, such as ``allow_private=True``.

    Raises:
        OptionError, UnknownPlugin: an option or a plugin does not exist.
        UsageError: addresses with such a status are not tried again, or headers that may be keys
            would go to several hosts.
        NotTrusted: the atlas asks for something that the user has not accepted.
        StorageError: the store or the catalog cannot be written; what was stored is kept.
    """
    again = retried_statuses(retry)
    with opened_on(atlas, on) as its_atlas:
        its_atlas.require_trust(ASKS_NETWORK)
        selection = select(its_atlas, options, "fetch")
        fetching, recoveries = choose_fetching(selection)
        with selection.remembered(), show("fetching") as progress:
            return fetch_collection(
                its_atlas,
                fetching,
                retry=again,
                headers=headers,
                recoveries=recoveries,
                on=on,
                progress=progress,
            )


def retried_statuses(named: str | Sequence[ImageStatus | str]) -> list[ImageStatus]:
    """The statuses of the addresses that are tried again.

    Raises:
        UsageError: one is not in :data:`RETRIED`.
    """
    known = {str(status): status for status in RETRIED}
    for each in several(named):
        if each not in known:
            raise UsageError(f"what is tried again is one of {', '.join(known)}, not {each!r}")
    return [known[each] for each in several(named)]


def choose_fetching(
    selection: Selection,
) -> tuple[FetchOptions, list[PluginChoice[Recovery]]]:
    """The options of fetching, and the chosen recoveries."""
    options = selection.options("fetch", FetchOptions)
    return options, [selection.plugin(RECOVERIES, name) for name in options.recover]


def fetch_collection(
    atlas: Atlas,
    options: FetchOptions,
    *,
    retry: Sequence[ImageStatus] = (),
    headers: Mapping[str, str] | None = None,
    recoveries: Sequence[PluginChoice[Recovery]] | None = None,
    on: str = "",
    progress: Progress = no_progress,
) -> FetchReport:
    """Fetch every address that is still pending, or was refused by a setting that has changed.

    Addresses that lead to a host's placeholder count as missing; see
    :func:`tagatlas_fetching.placeholders.find_placeholders`. Copies of their images are looked for,
    as for other missing addresses. Policies of single hosts are
    taken from the tables ``fetch.hosts`` of the atlas's settings; see
    :func:`tagatlas_fetching.hosts.read_hosts`.

    Args:
        atlas: open for writing.
        options: limits and policies of fetching.
        retry: also try again addresses with these statuses, such as :data:`RETRIED`.
        headers: further headers of every request, by name; they may hold secrets, and are
            neither kept, nor sent unencrypted, nor sent to another host than ``header_host``,
            or that of all addresses (of a IIIF source, its manifest's): only Accept,
            Accept-Language, Referer and User-Agent are.
        recoveries: find copies of unavailable images, tried in this order; by default those that
            ``options.recover`` names, with the atlas's settings.
        on: where the images are fetched; see :func:`tagatlas.tag`.
        progress: called with addresses done; failed are those without an image.

    Raises:
        OptionError, UnknownPlugin: a host's settings or a recovery are not valid.
        UsageError: headers that may be keys would go to several hosts.
        NotTrusted: the user has not accepted the settings of a host or the folder of a file.
        StorageError: the store or the catalog cannot be written; what was stored is kept.
        PluginError: pictures cannot be decoded on this machine at all.
        TagatlasError: many addresses in a row failed unexpectedly; their outcomes are kept.
    """
    require_hosts(atlas)
    hosts = read_hosts(atlas.settings.tables("fetch.hosts"), options.host_policy(headers))
    if recoveries is None:
        looked_up = select(atlas, {}, "fetch")
        recoveries = [looked_up.plugin(RECOVERIES, name) for name in options.recover]
    atlas.faults.hide(*(headers or {}).values())
    for chosen in recoveries:
        atlas.faults.hide(*secrets_of(chosen.options))
    ways = forgiven(recoveries, atlas.faults)
    refused = atlas.catalog.removals.refused()
    on = fetches_on(atlas, options, hosts, recoveries, on)
    left = take_outcomes(atlas, refused, on)
    wanted = atlas.catalog.addresses.with_status([ImageStatus.PENDING, *retry])
    every = wanted.followed_by(
        atlas.catalog.addresses.refused(
            lambda setting, host: would_pass(setting, options, hosts.for_host(host))
        )
    )
    require_folders(atlas, (each.location for each in every.where_local(local=True)))
    addresses, kept_out = part_refused(every, refused)
    addresses, unsent = address_headers(atlas, addresses, hosts, options.header_host)
    atlas.catalog.addresses.store(kept_out)
    store = RefusingStore(atlas.store, refused)
    done = failed = 0
    progress(done, len(addresses), failed)
    if addresses:
        from tagatlas_fetching.engine import fetch as fetch_addresses  # slow to load

        log = atlas.faults.record
        batches: Iterator[list[FetchOutcome]] = (
            outcomes_in_shards(
                atlas,
                addresses,
                options,
                store,
                hosts=hosts,
                recoveries=ways,
                read_pages=any(map(_reads_pages, recoveries)),
                refused=refused,
                kept=left,
                on=on,
            )
            if on
            else fetch_addresses(
                addresses, store, options, hosts=hosts, recoveries=ways, on_fault=log
            )
        )
        for outcomes in batches:
            store_outcomes(atlas, _without_secrets(outcomes, recoveries))
            done += len(outcomes)
            failed += sum(outcome.status != ImageStatus.OK for outcome in outcomes)
            progress(done, len(addresses), failed)
    complete_signatures(atlas)
    placeholders = find_placeholders(atlas.catalog.addresses.fates)
    if ways and find_copies(atlas, placeholders, store, options, hosts, ways):
        _mark(atlas, placeholders)  # from now on they are known, with copies or without
        complete_signatures(atlas)
    notes = [*unsent, *(each.note for each in ways.values() if each.note)]
    report = _report(atlas, done, len(every) - len(wanted))
    return replace(report, notes=[*notes, *atlas.faults.lines()])


def _reads_pages(chosen: PluginChoice[Recovery]) -> bool:
    """Whether a recovery looks into pages that were served in place of pictures."""
    return chosen.product.__class__.copies_in_page is not Recovery.copies_in_page


def _without_secrets(
    outcomes: list[FetchOutcome], recoveries: Sequence[PluginChoice[Recovery]]
) -> list[FetchOutcome]:
    """The outcomes, without the secrets that a recovery puts into addresses of copies."""
    secrets = [secret for each in recoveries for secret in secrets_of(each.options)]
    if not secrets:
        return outcomes
    return [
        replace(each, reason=hidden(each.reason, secrets), final_url=hidden(url, secrets))
        if (url := each.final_url) is not None
        else each
        for each in outcomes
    ]


def require_images(report: FetchReport) -> None:
    """Make sure that the collection has images.

    Raises:
        NoImages: no address led to an image; the message has the most frequent reasons and a
            remedy.
    """
    if report.images or report.reasons.is_empty():
        return
    shown = report.reasons.filter(pl.col("status") != str(ImageStatus.PENDING))
    shown = shown.sort("addresses", descending=True, maintain_order=True)
    reasons = ", ".join(
        f"{row['addresses']:,} {row['status']} ({row['reason']})"
        for row in shown.head(REASONS_SHOWN).iter_rows(named=True)
    )
    more = f", {shown.height - REASONS_SHOWN:,} more reasons" * (shown.height > REASONS_SHOWN)
    setting = max(report.settings, key=lambda name: report.settings[name], default="")
    remedy = REMEDIES.get(setting, "check the addresses; --retry-failed tries them again")
    raise NoImages(f"no image could be fetched: {reasons}{more}: {remedy}")


def _mark(atlas: Atlas, placeholders: Sequence[Placeholder]) -> None:
    """Store which addresses lead to placeholders."""
    atlas.catalog.placeholders.mark(
        {
            location: f"leads to a placeholder: {each.name}"
            for each in placeholders
            if each.is_certain
            for location in each.locations
        },
        [location for each in placeholders if not each.is_certain for location in each.locations],
    )


def _report(atlas: Atlas, tried: int, changed: int) -> FetchReport:
    table = atlas.catalog.addresses
    placeholders = find_placeholders(table.fates)
    _mark(atlas, placeholders)
    groups = atlas.representatives()
    return FetchReport(
        tried=tried,
        changed=changed,
        counts=table.counts(),
        images=groups.height,
        near=groups.filter(pl.col("image") != pl.col("representative")).height,
        ways=table.ways(),
        hosts=by_host(table.fates()),
        reasons=by_status(table.fates()),
        settings=table.refusals(),
        placeholders=[each.as_shown() for each in placeholders],
        files=write_fetch_tables(atlas, placeholders),
    )
