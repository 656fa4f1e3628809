"""Recovery ``wayback``: the copy in a web archive with the Wayback Machine's addresses."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Annotated

from msgspec import Meta

from tagatlas import Mark, Recovery, RecoverySpec, hookimpl


@dataclass(frozen=True)
class WaybackOptions:
    """Options of the archive."""

    archive: Annotated[
        str,
        Meta(
            pattern=r"^https?://[^\s]+$",
            description="Address of the archive, before the date of a copy.",
        ),
        Mark.AUTHORITY,
    ] = "https://web.archive.org/web"
    archived_near: Annotated[
        str,
        Meta(
            pattern=r"^[0-9]{4,14}$",
            description="Date of the wanted copy: YYYY, YYYYMMDD or more.",
        ),
    ] = "2000"


class WaybackCopy(Recovery):
    """Gives the archive's address of a copy.

    ``/web/2016id_/URL`` redirects to the copy nearest to that date; ``id_`` requests the archived
    bytes, without the archive's banner.
    """

    def __init__(self, options: WaybackOptions) -> None:
        """Use one archive and one date."""
        self._start = f"{options.archive.rstrip('/')}/{options.archived_near}id_/"

    def copies(self, url: str) -> Sequence[str]:
        """See :meth:`Recovery.copies`."""
        return [] if url.startswith(self._start.partition("id_/")[0]) else [self._start + url]


@hookimpl
def tagatlas_recoveries() -> Iterable[RecoverySpec]:
    """Announce the recovery."""
    return [
        RecoverySpec(
            name="wayback",
            summary="The copy in a web archive.",
            options=WaybackOptions,
            factory=WaybackCopy,
        )
    ]
