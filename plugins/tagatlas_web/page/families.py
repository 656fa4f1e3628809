"""Families of images: records of one picture, of its copies and its near duplicates together.

An image that several records lead to is a family as well: what they tell is how a picture travels.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import PurePosixPath
from urllib.parse import urlsplit

import numpy as np
import polars as pl

from tagatlas_web.page.scripts import packed

COPIES_SHOWN = 24
"""The most copies in a family that the viewer has pictures of, besides the images of its maps."""


@dataclass(frozen=True, eq=False)
class Families:
    """The families of a viewer's images.

    Attributes:
        table: one row each, those seen most often first: ``rows`` (List(UInt32), its images in the
            viewer, the one of the earliest record first), ``images``, ``records``, ``frequency``,
            ``places`` (UInt32; different pictures, records, their frequencies summed, and hosts or
            folders), ``first``, ``last`` (String, as the column of dates has it), and ``begin``,
            ``end`` (Int64, when that was in milliseconds since 1970); null without a date.
        copies: ids of images that are no images of the viewer, but copies of some.
    """

    table: pl.DataFrame
    copies: list[str]

    def rows_file(self) -> object:
        """``families/rows.js``: the images of each family."""
        counts = self.table["rows"].list.len().to_numpy()
        starts = np.concatenate([[0], np.cumsum(counts)]).astype(np.uint32)
        rows = self.table["rows"].explode(empty_as_null=False).to_numpy().astype(np.uint32)
        return {"starts": packed(starts), "rows": packed(rows)}

    def table_file(self) -> object:
        """``families/table.js``: what is known of each family."""
        numbers = {
            name: packed(self.table[name].cast(pl.UInt32).to_numpy())
            for name in ("images", "records", "frequency", "places")
        }
        for name in ("begin", "end"):
            moments = self.table[name].cast(pl.Float64).fill_null(np.nan)
            numbers[name] = packed(moments.to_numpy())
        return {
            **numbers,
            "first": self.table["first"].to_list(),
            "last": self.table["last"].to_list(),
        }


def families_of(records: pl.DataFrame, ids: pl.Series, near: pl.DataFrame | None) -> Families:
    """Find the families.

    Args:
        records: of all images of the viewer, as from
            :func:`~tagatlas_web.page.moments.with_moments`.
        ids: of the images, in the viewer's order.
        near: ``image``, ``representative``, as :attr:`tagatlas.Map.near_duplicates` gives them;
            None where nothing is known of near duplicates.
    """
    rows = pl.DataFrame({"image": ids, "row": pl.int_range(len(ids), dtype=pl.UInt32, eager=True)})
    is_elsewhere = (pl.col("copy") != pl.col("image")) & pl.col("copy").is_in(ids.implode())
    own = records.filter(~is_elsewhere).join(rows, on="image", maintain_order="left")
    if near is None:
        near = pl.DataFrame({"image": ids, "representative": ids})
    own = own.join(near, on="image", how="left", maintain_order="left").with_columns(
        family=pl.coalesce("representative", "image")
    )
    own = own.filter(pl.len().over("family") > 1)
    own = own.with_columns(
        place=pl.Series([_place(each) for each in own["location"]], dtype=pl.String)
    )
    # Within a group, the list of all ids would be made once for each.
    own = own.with_columns(is_copy=~pl.col("copy").is_in(ids.implode()))
    is_dated = pl.col("moment").is_not_null()
    table = (
        own.sort("moment", nulls_last=True, maintain_order=True)
        .group_by("family", maintain_order=True)
        .agg(
            pl.col("row").unique(maintain_order=True).alias("rows"),
            pl.col("copy").n_unique().alias("images"),
            pl.len().alias("records"),
            pl.col("frequency").sum().clip(0, 2**32 - 1),
            pl.col("place").n_unique().alias("places"),
            pl.col("date").filter(is_dated).first().alias("first"),
            pl.col("date").filter(is_dated).last().alias("last"),
            pl.col("moment").min().alias("begin"),
            pl.col("moment").max().alias("end"),
            pl.col("copy")
            .filter("is_copy")
            .unique(maintain_order=True)
            .head(COPIES_SHOWN)
            .alias("copies"),
        )
        .filter((pl.col("images") > 1) | (pl.col("records") > 1))
        .sort("frequency", "records", descending=True, maintain_order=True)
    )
    copies = table["copies"].explode(empty_as_null=False).to_list()
    return Families(table.drop("family", "copies"), copies)


def _place(location: str) -> str:
    """The host of an address, or the folder of a file."""
    try:
        host = urlsplit(location).hostname
    except ValueError:
        host = None
    return host or str(PurePosixPath(location.replace("\\", "/")).parent)
