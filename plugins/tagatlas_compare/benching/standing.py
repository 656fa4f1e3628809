"""Which entrant is ahead, by how much, and how surely."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl


@dataclass(frozen=True, eq=False)
class Standing:
    """Ranks of entrants, and their differences.

    Attributes:
        measure: by which the ranks are; of :data:`tagatlas_compare.benching.measures.MEASURES`.
        ranks: one row an entrant, the best first: ``backend``, ``value``, ``rank`` (Int64; equal
            values share one), ``rank_low``, ``rank_high``: all ranks that it may have, and
            ``leads``: the share of resamples in which it is first.
        differences: one row a pair and measure: ``a``, ``b``, ``measure``, ``difference`` (a less
            b), its 95 % interval ``low``, ``high`` (null where there is none), ``a_leads``: the
            share of resamples in which a is ahead, ``p`` (corrected), and ``differs`` (Bool).
        method: how comparisons were corrected for their number, for pages.
    """

    measure: str
    ranks: pl.DataFrame
    differences: pl.DataFrame
    method: str
