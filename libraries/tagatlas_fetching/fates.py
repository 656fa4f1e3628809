"""Tables of what became of addresses: by host, duplicates, placeholders."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import reduce

import polars as pl
import polars.selectors as cs

from tagatlas.contracts import ImageStatus
from tagatlas_fetching.placeholders import Placeholder
from tagatlas_tables.shown import cells_as_shown

_HOST = r"^[a-zA-Z][a-zA-Z0-9+.-]*://(?:[^/?#]*@)?(\[[^\]]*\]|[^/?#:]*)"


def by_host(fates: Iterable[pl.DataFrame]) -> pl.DataFrame:
    """Counts by host, the host with most addresses first.

    Args:
        fates: from :meth:`tagatlas.catalog.addresses.AddressTable.fates`.

    Returns:
        Columns ``host`` (empty for paths on this machine), ``addresses``, one per status with
        the number of addresses, and ``share_ok``, the share of ``ok`` among those tried (null if
        none was tried).
    """
    host = (
        pl.when("local")
        .then(pl.lit(""))
        .otherwise(pl.col("location").str.extract(_HOST).fill_null("?").str.to_lowercase())
    )
    counts = summed(
        part.group_by(host.alias("host")).agg(
            pl.len().alias("addresses"),
            *((pl.col("status") == str(status)).sum().alias(str(status)) for status in ImageStatus),
        )
        for part in fates
    )
    tried = pl.col("addresses") - pl.col(str(ImageStatus.PENDING))
    share = pl.when(tried > 0).then(pl.col(str(ImageStatus.OK)) / tried)
    return counts.with_columns(share_ok=share.round(4)).sort(
        "addresses", "host", descending=[True, False]
    )


def by_status(fates: Iterable[pl.DataFrame]) -> pl.DataFrame:
    """Counts and shares by status and reason, statuses in their order, frequent reasons first.

    Args:
        fates: from :meth:`tagatlas.catalog.addresses.AddressTable.fates`.

    Returns:
        Columns ``status``, ``reason`` (addresses as shown), ``addresses``, ``share`` (of all
        addresses, in [0, 1]) and ``frequency`` (summed over their records).
    """
    order = {str(status): place for place, status in enumerate(ImageStatus)}
    counts = summed(
        cells_as_shown(part, "reason")
        .group_by("status", "reason")
        .agg(pl.len().alias("addresses"), pl.col("frequency").sum())
        for part in fates
    )
    return (
        counts.with_columns(share=(pl.col("addresses") / pl.col("addresses").sum()).round(4))
        .sort(
            pl.col("status").replace_strict(order, return_dtype=pl.Int64),
            pl.col("addresses"),
            "reason",
            descending=[False, True, False],
        )
        .select("status", "reason", "addresses", "share", "frequency")
    )


def summed(parts: Iterable[pl.DataFrame]) -> pl.DataFrame:
    """The sums of tables of numbers by the texts beside them; one table at least."""
    return reduce(
        lambda one, other: (
            pl.concat([one, other]).group_by(cs.string()).agg(pl.all().sum()).select(one.columns)
        ),
        parts,
    )


def table_of(placeholders: Sequence[Placeholder]) -> pl.DataFrame:
    """Placeholders as a table, one row each.

    Returns:
        Columns ``host``, ``leads_to`` (the URL; empty if the addresses give the same bytes
        without a redirect), ``counted_as`` (``missing`` if that is certain, else ``ok``),
        ``addresses``, ``frequency``, ``example`` (the first address) and ``image`` (its id;
        empty if no address has it any more).
    """
    rows = [
        {
            "host": each.host,
            "leads_to": each.leads_to,
            "counted_as": str(ImageStatus.MISSING if each.is_certain else ImageStatus.OK),
            "addresses": len(each.locations),
            "frequency": each.frequency,
            "example": each.locations[0],
            "image": each.image or "",
        }
        for each in placeholders
    ]
    columns = ("host", "leads_to", "counted_as", "addresses", "frequency", "example", "image")
    counts = {"addresses", "frequency"}
    schema = {name: pl.Int64 if name in counts else pl.String for name in columns}
    return pl.DataFrame(rows, schema=schema)


def duplicates(
    fates: Iterable[pl.DataFrame],
    representatives: pl.DataFrame,
    same: pl.DataFrame,
    several: pl.Series,
) -> pl.DataFrame:
    """Every address whose image is available at several addresses, or is a copy of another.

    Args:
        fates: from :meth:`tagatlas.catalog.addresses.AddressTable.fates`.
        representatives: from :meth:`tagatlas.catalog.addresses.AddressTable.representatives`.
        same: likewise, of the level ``same``.
        several: from :meth:`tagatlas.catalog.addresses.AddressTable.several`.

    Returns:
        Columns ``representative`` (id of the group's representative image), ``image``,
        ``kind`` (``exact``: the same bytes as the representative; ``same``: its picture in another
        size or compression; ``near``: its picture cropped, framed or with other tones),
        ``location``, ``frequency``; groups in the order of their first addresses.
    """
    copies = representatives.filter(pl.len().over("representative") > 1)["image"]
    wanted = pl.DataFrame({"image": pl.concat([copies, several])}).unique()
    there = pl.concat(
        part.select("image", "location", "frequency").join(
            wanted, on="image", how="semi", maintain_order="left"
        )
        for part in fates
    )
    placed = (
        there.join(representatives, on="image", how="left", maintain_order="left")
        .join(
            same.rename({"representative": "same"}), on="image", how="left", maintain_order="left"
        )
        .with_row_index("place")
    )
    kind = (
        pl.when(pl.col("image") == pl.col("representative"))
        .then(pl.lit("exact"))
        .when(pl.col("same") == pl.col("representative"))
        .then(pl.lit("same"))
        .otherwise(pl.lit("near"))
    )
    return (
        placed.filter(pl.len().over("representative") > 1)
        .sort(pl.col("place").min().over("representative"), "place")
        .select(
            "representative",
            "image",
            kind.alias("kind"),
            "location",
            "frequency",
        )
    )
