"""A name that a researcher gives to a cluster, in a file or on the map, and which it is for."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

import polars as pl


@dataclass(frozen=True)
class GivenName:
    """A name given to a cluster or sub-cluster, with data to find that one again.

    Attributes:
        name: the name.
        level: ``cluster`` or ``subcluster``; None if not given.
        typical: ids of its typical images.
        automatic_name: the name it had from its tags; None if not given.
        number: its number; None if not given.
    """

    name: str
    level: str | None
    typical: tuple[str, ...]
    automatic_name: str | None
    number: int | None


def match_cluster(
    given: GivenName, level: str, table: pl.DataFrame, nodes: pl.DataFrame
) -> int | None:
    """The row of the table that a name is for; None if it fits no row."""
    there = nodes.filter(pl.col("id").is_in(given.typical))[level].drop_nulls().to_list()
    if there:
        return int(Counter(sorted(there)).most_common(1)[0][0])
    if given.automatic_name is not None:
        rows = table.filter(pl.col("automatic_name") == given.automatic_name)[level]
        return int(rows[0]) if len(rows) else None
    if given.number is not None and given.number < table.height:
        return given.number
    return None
