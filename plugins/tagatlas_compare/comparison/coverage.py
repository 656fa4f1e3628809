"""Coverage, speed and cost of backends."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

ASKED, IMPORTED, CODED, FREE, UNKNOWN = "asked", "imported", "coded", "free", "unknown"
"""Kinds of cost: paid for calls; not known, of tags that another program made, or people; none;
not known, as the tagger is not installed."""

IMPORT_MARK, CODING_MARK = "imported: ", "coding: "
"""Starts of the fingerprints of answers that no tagger gave."""


@dataclass(frozen=True)
class Coverage:
    """Coverage of the collection's images by a backend.

    Attributes:
        backend: its label.
        ok, empty, failed, pending: number of images by status.
        images_per_second: of the runs that tagged them; None if they were too short to tell.
        seconds_median, seconds_95: quantiles of the time from sending a batch to its answer;
            recorded for calls that cost money, None for others.
        dollars: maximum US dollars spent on it; None if nothing was.
        cost: :data:`ASKED`, :data:`IMPORTED`, :data:`CODED`, :data:`FREE` or :data:`UNKNOWN`.
    """

    backend: str
    ok: int
    empty: int
    failed: int
    pending: int
    images_per_second: float | None = None
    seconds_median: float | None = None
    seconds_95: float | None = None
    dollars: float | None = None
    cost: str = FREE


COVERAGE = {
    "backend": pl.String,
    "ok": pl.Int64,
    "empty": pl.Int64,
    "failed": pl.Int64,
    "pending": pl.Int64,
    "images_per_second": pl.Float64,
    "seconds_median": pl.Float64,
    "seconds_95": pl.Float64,
    "dollars": pl.Float64,
    "cost": pl.String,
}
"""The columns of a table of :class:`Coverage`."""
