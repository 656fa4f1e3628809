"""Times of nodes: times of records as spells of GEXF."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Literal

import numpy as np
import polars as pl
from numpy.typing import NDArray

from tagatlas.toolkit import ROWS_AT_ONCE, read_columns

if TYPE_CHECKING:
    from tagatlas import Map

TimeFormat = Literal["integer", "date", "dateTime"]
"""GEXF's names of time formats."""

_INTEGER = re.compile(r"[+-]?[0-9]{1,9}")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_SPELLS = pl.Schema({"node": pl.Int32, "start": pl.Int64, "end": pl.Int64})

# Spells include their end. So the days d and d + 1 are one spell, and a spell that starts at the
# end of another is merged with it.
_GAP: dict[TimeFormat, int] = {"integer": 0, "date": 1, "dateTime": 0}


@dataclass(frozen=True, eq=False)
class Spells:
    """The times of a map's nodes.

    Attributes:
        column: of the records' times.
        format: of the times; None if no record has a readable time.
        table: one row a spell, ordered by node, start, end: ``node`` (Int32, its row in the map's
            nodes), ``start``, ``end`` (Int64: integers, days or microseconds since 1970).
        unreadable: number of records with something in the column that is not a time.
        records: number of records with anything in it.
    """

    column: str
    format: TimeFormat | None
    table: pl.DataFrame
    unreadable: int
    records: int

    def as_xml(self, nodes: pl.Series) -> pl.Series:
        """The element ``spells`` of some nodes, by their rows; empty text if there is none."""
        start, end = (_written(pl.col(name), self.format) for name in ("start", "end"))
        elements = (
            self.table.lazy()
            .filter(pl.col("node").is_in(nodes.unique().implode()))
            .with_columns(spell=pl.format('<spell start="{}" end="{}"/>', start, end))
            .group_by("node", maintain_order=True)
            .agg(pl.col("spell").str.join(""))
            .with_columns(pl.format("<spells>{}</spells>", "spell"))
        )
        wanted = nodes.alias("node").to_frame().lazy()
        joined = wanted.join(elements, on="node", how="left", maintain_order="left")
        return joined.select(pl.col("spell").fill_null("")).collect().to_series()


def read_spells(map_: Map, column: str) -> Spells:
    """The spells of a map's nodes.

    An image has a spell for each different time of its records: an integer (a year) lasts until
    the next, as in Table 2 Net; a date is that day; a date with a time is that moment (in UTC,
    if there is no zone). If any record has a time of day, a date alone is its first moment. The
    spells of a tag are those of the images it is linked to, merged where they touch.

    Args:
        map_: with the records.
        column: a kept column.

    Raises:
        OptionError: no record has a column of that name.
    """
    cells = read_columns(map_.records["columns"], [column]).to_series().str.strip_chars()
    filled = pl.DataFrame({"image": map_.records["image"], "cell": cells}).filter(
        pl.col("cell") != ""
    )
    times = {cell: _time(cell) for cell in filled["cell"].unique()}
    time_format = _format(times.values())
    ticks = {
        cell: tick for cell, time in times.items() if (tick := _tick(time, time_format)) is not None
    }
    rows = map_.nodes.select(pl.col("id").alias("image"), pl.row_index("node").cast(pl.Int32))
    read = filled.with_columns(
        start=pl.col("cell").replace_strict(ticks, default=None, return_dtype=pl.Int64)
    )
    length = 1 if time_format == "integer" else 0
    of_images = (
        read.drop_nulls("start")
        .join(rows, on="image")
        .select("node", "start", (pl.col("start") + length).alias("end"))
        .cast(_SPELLS)
        .unique()
    )
    gap = 0 if time_format is None else _GAP[time_format]
    table = pl.concat([of_images, _of_tags(map_, of_images, gap)]).sort("node", "start", "end")
    return Spells(column, time_format, table, read["start"].null_count(), filled.height)


def images_at_ends(map_: Map, some: slice) -> NDArray[np.int32]:
    """The row of the source image of each edge or, if it has none, of its target image.

    -1 where both ends are tags.
    """
    is_image = (map_.nodes["kind"] == "image").to_numpy()
    sources, targets = map_.sources[some], map_.targets[some]
    ends = np.where(is_image[sources], sources, np.where(is_image[targets], targets, -1))
    return ends.astype(np.int32)


def _of_tags(map_: Map, of_images: pl.DataFrame, gap: int) -> pl.DataFrame:
    """The spells of tags: those of their images, merged."""
    is_image = (map_.nodes["kind"] == "image").to_numpy()
    parts = [pl.DataFrame(schema=_SPELLS)]
    for first in range(0, len(map_.weights), ROWS_AT_ONCE):
        some = slice(first, first + ROWS_AT_ONCE)
        sources, targets = map_.sources[some], map_.targets[some]
        others = np.where(is_image[sources], targets, sources)
        links = pl.DataFrame({"image": images_at_ends(map_, some), "node": others})
        spells = (
            links.filter(pl.Series(~is_image[others]))
            .join(of_images.rename({"node": "image"}), on="image")
            .select(_SPELLS.names())
        )
        parts.append(_merged(spells, gap))
    return _merged(pl.concat(parts), gap)


def _merged(spells: pl.DataFrame, gap: int) -> pl.DataFrame:
    """Each node's spells; those that touch or overlap are merged."""
    ordered = spells.unique().sort("node", "start", "end")
    before = pl.col("end").cum_max().shift(1).over("node")
    starts_anew = (pl.col("start") > before + gap).fill_null(value=True)
    return (
        ordered.with_columns(number=starts_anew.cum_sum())
        .group_by("node", "number", maintain_order=True)
        .agg(pl.col("start").first(), pl.col("end").max())
        .select(_SPELLS.names())
    )


def _time(cell: str) -> int | date | None:
    """The parsed text: an integer, a date, a date with a time (in UTC), or None."""
    if _INTEGER.fullmatch(cell):
        return int(cell)
    for kind in (date, datetime):
        try:
            time = kind.fromisoformat(cell)
        except ValueError:
            continue
        if not isinstance(time, datetime):
            return time
        try:
            return time.replace(tzinfo=UTC) if time.tzinfo is None else time.astimezone(UTC)
        except OverflowError:  # a zone before the first year, or after the last
            return None
    return None


def _format(times: Iterable[int | date | None]) -> TimeFormat | None:
    """The format of most times: integers or dates; dates with times if any has one."""
    readable = [time for time in times if time is not None]
    integers = sum(isinstance(time, int) for time in readable)
    if 2 * integers > len(readable):
        return "integer"
    if any(isinstance(time, datetime) for time in readable):
        return "dateTime"
    return "date" if readable else None


def _tick(time: int | date | None, time_format: TimeFormat | None) -> int | None:
    """The time as a number: see :class:`Spells`; None if it has another format."""
    if time is None or isinstance(time, int) is not (time_format == "integer"):
        return None
    if isinstance(time, int):
        return time
    if time_format == "date":
        return (time - _EPOCH.date()).days
    moment = time if isinstance(time, datetime) else datetime(*time.timetuple()[:3], tzinfo=UTC)
    return (moment - _EPOCH) // timedelta(microseconds=1)


def _written(tick: pl.Expr, time_format: TimeFormat | None) -> pl.Expr:
    """The number of :func:`_tick` as GEXF has it."""
    if time_format == "date":
        return tick.cast(pl.Int32).cast(pl.Date).dt.to_string("%Y-%m-%d")
    if time_format == "dateTime":
        return tick.cast(pl.Datetime("us")).dt.to_string("%Y-%m-%dT%H:%M:%S%.fZ")
    return tick.cast(pl.String)
