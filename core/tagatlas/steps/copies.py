"""Copies of images whose addresses now lead to placeholders."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from tagatlas.atlas import Atlas
from tagatlas.contracts import ImageStatus, ImageStore, Recovery
from tagatlas.steps.storing import store_outcomes
from tagatlas_fetching import Address, FetchOptions, FetchOutcome
from tagatlas_fetching.hosts import Hosts
from tagatlas_fetching.placeholders import Placeholder

Search = list[tuple[str, str]]
"""Possible addresses of copies of one picture, with the recovery's name, still to be tried."""


def find_copies(
    atlas: Atlas,
    placeholders: Sequence[Placeholder],
    store: ImageStore,
    options: FetchOptions,
    hosts: Hosts,
    recoveries: Mapping[str, Recovery],
) -> int:
    """Look for copies of the images of addresses that lead to placeholders.

    Only for newly found ones: for the others it was done before. An address whose copy is found
    gets its image, and stays marked as leading to a placeholder.

    Args:
        atlas: open for writing.
        placeholders: with the new ones, which are not marked yet.
        store: gets the images.
        options: limits and policies of fetching.
        hosts: policies of single hosts.
        recoveries: by name, in the order in which they are tried.

    Returns:
        The number of images found.

    Raises:
        StorageError, PluginError: as in :func:`tagatlas.steps.fetch.fetch_collection`.
    """
    if not any(each.is_certain for each in placeholders):
        return 0
    led = {
        location: each.leads_to
        for each in placeholders
        if each.is_certain
        for location in each.locations
    }
    searches: dict[int, tuple[str, Search]] = {}
    origins: dict[int, str] = {}
    for address in atlas.catalog.placeholders.with_images(led):
        search = [
            (copy, way)
            for way, recovery in recoveries.items()
            for copy in recovery.copies(address.location)
            if copy != address.location
        ]
        searches[address.key] = (led[address.location], search)
        origins[address.key] = address.location
    found = 0
    from tagatlas_fetching.engine import fetch  # loads aiohttp and Pillow: slow

    while tries := {key: search.pop(0) for key, (_, search) in searches.items() if search}:
        addresses = [
            Address(key, copy, headers_for=origins[key]) for key, (copy, _) in tries.items()
        ]
        batches = fetch(addresses, store, options, hosts=hosts, on_fault=atlas.faults.record)
        for outcomes in batches:
            good = [
                _as_found(each, tries[each.key][1], leads_to=searches.pop(each.key)[0])
                for each in outcomes
                if each.status == ImageStatus.OK
            ]
            store_outcomes(atlas, good)
            found += len(good)
    return found


def _as_found(outcome: FetchOutcome, way: str, *, leads_to: str) -> FetchOutcome:
    """The outcome of an address whose copy was fetched: it itself led to the placeholder."""
    return replace(outcome, way=way, final_url=leads_to)
