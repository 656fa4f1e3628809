"""Step two: addresses to images in the store."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from tagatlas.atlas import Atlas
from tagatlas.contracts import ImageStatus, Progress, no_progress
from tagatlas.fetch import FetchOptions
from tagatlas.fetch.engine import fetch

RETRIED = (
    ImageStatus.MISSING,
    ImageStatus.BLOCKED,
    ImageStatus.UNREADABLE,
    ImageStatus.REFUSED,
    ImageStatus.FAILED,
)
"""What ``retry_failed`` tries again: everything that did not end well."""


@dataclass(frozen=True)
class FetchReport:
    """What fetching did.

    Attributes:
        tried: number of addresses tried now.
        counts: number of the collection's addresses by image status.
        images: number of distinct images the collection has now.
    """

    tried: int
    counts: Mapping[str, int]
    images: int


def fetch_collection(
    atlas: Atlas,
    options: FetchOptions,
    *,
    retry_failed: bool = False,
    progress: Progress = no_progress,
) -> FetchReport:
    """Fetch every address that is still pending.

    Args:
        atlas: open for writing.
        options: limits and manners.
        retry_failed: also try again what did not end well before.
        progress: told of addresses done; failed are those without an image.

    Raises:
        StorageError: the store or the catalog cannot be written; what was stored is kept.
    """
    wanted = [ImageStatus.PENDING, *(RETRIED if retry_failed else ())]
    addresses = atlas.catalog.addresses.with_status(wanted)
    done = failed = 0
    progress(done, len(addresses), failed)
    for outcomes in fetch(addresses, atlas.store, options):
        atlas.catalog.addresses.store(outcomes)
        done += len(outcomes)
        failed += sum(outcome.status != ImageStatus.OK for outcome in outcomes)
        progress(done, len(addresses), failed)
    return FetchReport(
        done, atlas.catalog.addresses.counts(), atlas.catalog.addresses.image_count()
    )
