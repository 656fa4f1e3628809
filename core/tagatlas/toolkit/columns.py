"""The columns of the input that were kept, as columns again."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import TYPE_CHECKING

from tagatlas.columns import column_names, read_columns

if TYPE_CHECKING:
    import polars as pl

__all__ = [
    "column_names",
    "copied_columns",
    "kept_columns",
    "read_columns",
    "with_kept_columns",
]


def kept_columns(records: pl.DataFrame, reserved: Collection[str]) -> pl.DataFrame:
    """All kept columns, of all records of each image, as :func:`copied_columns` has them.

    Args:
        records: as in :class:`~tagatlas.Map`.
        reserved: names that these columns may not have, ignoring case: those of the table they
            are added to. Such a column is called ``name (kept)``.

    Returns:
        One row an image, in the order of the records: ``image``, then the kept columns
        (String), in the order they first appear; null where no record of an image has one.
    """
    import msgspec

    decode = msgspec.json.Decoder(dict[str, str | None]).decode
    names = dict.fromkeys(name for columns in records["columns"] for name in decode(columns))
    return copied_columns(records, list(names), reserved)


def with_kept_columns(
    table: pl.DataFrame, key: str, records: pl.DataFrame, reserved: Collection[str] = ()
) -> pl.DataFrame:
    """A finished table, then the kept columns of all records of each of its images.

    Args:
        table: all of its columns are unchanged, regardless of the kept ones.
        key: its column of image ids; rows of other ids have null in the kept columns.
        records: as in :class:`~tagatlas.Map`.
        reserved: further names that the kept columns may not have; see :func:`kept_columns`.
    """
    kept = kept_columns(records, (*table.columns, *reserved))
    return table.join(kept, left_on=key, right_on="image", how="left", maintain_order="left")


def copied_columns(
    records: pl.DataFrame, names: Sequence[str], reserved: Collection[str]
) -> pl.DataFrame:
    """Some kept columns, of all records of each image.

    Args:
        records: as in :class:`~tagatlas.Map`.
        names: of the columns, each once.
        reserved: see :func:`kept_columns`.

    Returns:
        One row an image, in the order of the records: ``image``, then the columns (String): the
        different values of its records, in their order, joined by `` | ``; null if there is
        none.

    Raises:
        OptionError: no record has a column of that name.
    """
    import polars as pl

    cells = read_columns(records["columns"], names).rename(free_names(names, (*reserved, "image")))
    values = pl.exclude("image").drop_nulls().unique(maintain_order=True).str.join(" | ")
    joined = (
        pl.DataFrame({"image": records["image"], **cells.to_dict()})
        .with_columns(pl.exclude("image").replace("", None))
        .group_by("image", maintain_order=True)
        .agg(values)
    )
    return joined.with_columns(pl.exclude("image").replace("", None))


def free_names(names: Iterable[str], reserved: Collection[str]) -> dict[str, str]:
    """Names of kept columns in a table with other columns.

    Args:
        names: of the columns, each once.
        reserved: names of the table's own columns. A kept column with one of these names,
            ignoring case, is called ``name (kept)``.
    """
    taken = {name.casefold() for name in reserved}
    free = {}
    for name in names:
        free[name] = name
        while free[name].casefold() in taken:
            free[name] += " (kept)"
        taken.add(free[name].casefold())
    return free
