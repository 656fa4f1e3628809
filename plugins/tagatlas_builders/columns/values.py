"""The values of columns, by record."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy.sparse import csr_array, diags_array

from tagatlas.errors import EmptyMap, OptionError
from tagatlas.toolkit import column_names, read_columns
from tagatlas_builders.columns import ColumnsOptions, Separator


@dataclass(frozen=True, eq=False)
class Values:
    """The v distinct values of a column.

    Attributes:
        column: its name.
        labels: the values, sorted.
        on_records: 1 where a record has a value, shape (records, v), float64.
    """

    column: str
    labels: pl.Series
    on_records: csr_array

    def among(self, column: str, labels: pl.Series) -> Values:
        """The same values as some of those of another column, sorted and without gaps."""
        places = labels.search_sorted(self.labels).to_numpy()
        old = self.on_records
        shape = (old.shape[0], len(labels))
        return Values(column, labels, csr_array((old.data, places[old.indices], old.indptr), shape))


@dataclass(frozen=True, eq=False)
class Table:
    """The values in the records of n images.

    Attributes:
        of_image: 1 where a record is of an image, shape (n, records), float64.
        weights: of each record, its frequency or 1, shape (records,).
        first: values of the node column.
        second: values of the second column, if one was chosen.
    """

    of_image: csr_array
    weights: NDArray[np.float64]
    first: Values
    second: Values | None

    def weighed(self, values: Values) -> csr_array:
        """The weight of each record where it has a value, shape (records, v)."""
        return csr_array(diags_array(self.weights) @ values.on_records)

    def by_image(self, values: Values) -> csr_array:
        """The weight of the records of each image that have a value, shape (n, v)."""
        return csr_array(self.of_image @ self.weighed(values))


def read_table(images: pl.DataFrame, options: ColumnsOptions) -> Table:
    """Read the chosen columns of the images' records.

    Args:
        images: as in :meth:`tagatlas.GraphBuilder.build`, with ``records``.
        options: the columns, and how to read them. If one cites the other, both get the values of
            either.

    Raises:
        OptionError: a column is missing, not named, or named twice.
        EmptyMap: there is no record.
    """
    records = (
        images.lazy()
        .select(pl.row_index("image"), "records")
        .filter(pl.col("records").list.len() > 0)
        .explode("records")
        .unnest("records")
        .collect()
    )
    if records.is_empty():
        raise EmptyMap("no record leads to an image: fetch first, or add a source")
    names = _columns(records["columns"], options)
    cells = read_columns(records["columns"], names)
    separators = (options.separator, options.second_separator)
    values = [
        _values(cells[name], separator, options)
        for name, separator in zip(names, separators, strict=False)
    ]
    if options.linked == "citation":
        labels = pl.concat([each.labels for each in values]).unique().sort()
        values = [each.among(names[0], labels) for each in values]
    count = records.height
    is_weighed = options.weight == "frequency"
    return Table(
        of_image=csr_array(
            (np.ones(count), (records["image"].to_numpy(), np.arange(count))),
            shape=(images.height, count),
        ),
        weights=records["frequency"].to_numpy().astype(float) if is_weighed else np.ones(count),
        first=values[0],
        second=values[1] if len(values) > 1 else None,
    )


def _columns(objects: pl.Series, options: ColumnsOptions) -> list[str]:
    """The names of the chosen columns, one or two."""
    first, second = options.node_column, options.second_column
    if first is None:
        raise OptionError(
            "name the column whose values become nodes (--node-column);"
            f" there are: {column_names(objects)}"
        )
    if second is None and options.linked in ("columns", "citation"):
        raise OptionError(
            f"to link by {options.linked}, name the second column (--second-column);"
            f" there are: {column_names(objects)}"
        )
    if first == second:
        raise OptionError(f"{first!r} cannot be both node column and second column: choose another")
    return [first] if second is None else [first, second]


def _values(cells: pl.Series, separator: Separator, options: ColumnsOptions) -> Values:
    cell = pl.col("cell").str.to_lowercase() if options.lower_case else pl.col("cell")
    found = (
        cells.alias("cell")
        .to_frame()
        .lazy()
        .with_row_index("record")
        .drop_nulls()
        .select("record", _parts(cell, separator).alias("label"))
        .explode("label")
        .with_columns(pl.col("label").str.strip_chars())
        .filter(pl.col("label") != "", ~pl.col("label").is_in(options.stop_values))
        .unique()
        .filter(pl.len().over("label") >= options.minimum_records)
        .sort("label", "record")
        .collect()
    )
    labels = found["label"].unique(maintain_order=True)
    on_records = csr_array(
        (np.ones(found.height), (found["record"].to_numpy(), found["label"].rle_id().to_numpy())),
        shape=(len(cells), len(labels)),
    )
    return Values(cells.name, labels, on_records)


def _parts(cell: pl.Expr, separator: Separator) -> pl.Expr:
    """The values of each cell, as a list."""
    if separator == "none":
        return pl.concat_list(cell)
    if separator == "space":
        return cell.str.replace_all(r"\s", " ").str.split(" ")
    return cell.str.split(separator)
