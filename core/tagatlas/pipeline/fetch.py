"""Step two: addresses to images in the store."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from tagatlas.atlas import Atlas
from tagatlas.contracts import ImageStatus, Progress, Recovery, no_progress
from tagatlas.fetch import FetchOptions
from tagatlas.fetch.engine import fetch
from tagatlas.fetch.hosts import read_hosts
from tagatlas.pipeline.fates import by_host, write_fates
from tagatlas.plugins import RECOVERIES, Chosen, plugin_owner

RETRIED = (
    ImageStatus.MISSING,
    ImageStatus.BLOCKED,
    ImageStatus.UNREADABLE,
    ImageStatus.REFUSED,
    ImageStatus.FAILED,
)
"""What ``retry_failed`` tries again: everything that did not end well."""


@dataclass(frozen=True, eq=False)
class FetchReport:
    """What fetching did.

    Attributes:
        tried: number of addresses tried now.
        counts: number of the collection's addresses by image status.
        images: number of distinct images the collection has now.
        near: number of these that look like another one of them, which stands for them.
        ways: number of addresses whose image was found elsewhere, by the way it was found.
        hosts: counts by host; see :func:`tagatlas.pipeline.fates.by_host`.
        files: the tables that list what became of each address.
    """

    tried: int
    counts: Mapping[str, int]
    images: int
    near: int
    ways: Mapping[str, int]
    hosts: pl.DataFrame
    files: Sequence[Path]


def fetch_collection(
    atlas: Atlas,
    options: FetchOptions,
    *,
    retry: Sequence[ImageStatus] = (),
    headers: Mapping[str, str] | None = None,
    recoveries: Sequence[Chosen[Recovery]] | None = None,
    progress: Progress = no_progress,
) -> FetchReport:
    """Fetch every address that is still pending.

    Manners towards single hosts are taken from the tables ``fetch.hosts`` of the atlas's
    settings; see :func:`tagatlas.fetch.hosts.read_hosts`.

    Args:
        atlas: open for writing.
        options: limits and manners.
        retry: also try again what ended so before, such as :data:`RETRIED`.
        headers: further headers of every request, by name; they may hold secrets, and are
            neither kept nor sent on to another host.
        recoveries: ways to copies of what is not to be had at its address, in this order; by
            default those that ``options.recover`` names, as the atlas's settings have them.
        progress: told of addresses done; failed are those without an image.

    Raises:
        OptionError, UnknownPlugin: a host's settings or a recovery that there is not.
        StorageError: the store or the catalog cannot be written; what was stored is kept.
        PluginError: pictures cannot be decoded on this machine at all.
    """
    hosts = read_hosts(atlas.settings.tables("fetch.hosts"), options.manners(headers))
    if recoveries is None:
        recoveries = [_recovery(atlas, name) for name in options.recover]
    ways = {chosen.name: chosen.make() for chosen in recoveries}
    addresses = atlas.catalog.addresses.with_status([ImageStatus.PENDING, *retry])
    done = failed = 0
    progress(done, len(addresses), failed)
    for outcomes in fetch(addresses, atlas.store, options, hosts=hosts, recoveries=ways):
        atlas.catalog.addresses.store(outcomes)
        done += len(outcomes)
        failed += sum(outcome.status != ImageStatus.OK for outcome in outcomes)
        progress(done, len(addresses), failed)
    return _report(atlas, done)


def _recovery(atlas: Atlas, name: str) -> Chosen[Recovery]:
    settings = atlas.settings.values(plugin_owner(name))
    return atlas.plugins.choose(RECOVERIES, name, settings)


def _report(atlas: Atlas, tried: int) -> FetchReport:
    table = atlas.catalog.addresses
    fates, groups = table.fates(), table.representatives()
    return FetchReport(
        tried=tried,
        counts=table.counts(),
        images=groups.height,
        near=groups.filter(pl.col("image") != pl.col("representative")).height,
        ways=table.ways(),
        hosts=by_host(fates),
        files=write_fates(atlas, fates, groups),
    )
