"""The columns of the input that are kept with each record: JSON objects of text."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from tagatlas.errors import OptionError

if TYPE_CHECKING:
    import polars as pl


def read_columns(objects: pl.Series, names: Sequence[str]) -> pl.DataFrame:
    """Some kept columns, as columns again.

    Args:
        objects: of each record, its kept columns as a JSON object (String).
        names: of the columns wanted, each once.

    Returns:
        One row a record, in the same order, with the columns ``names`` (String); null where a
        record has none.

    Raises:
        OptionError: no record has a column of that name; the message lists the existing ones.
    """
    import polars as pl

    cells: dict[str, list[str | None]] = {name: [] for name in names}
    missing = set(names)
    for record in _records(objects):
        missing -= record.keys()
        for name, column in cells.items():
            column.append(record.get(name))
    for name in names:
        if name in missing:
            raise OptionError(f"no column {name!r} was kept; there are: {column_names(objects)}")
    return pl.DataFrame(cells, schema=dict.fromkeys(names, pl.String))


def column_names(objects: pl.Series) -> str:
    """The names of the kept columns, in the order they first appear, for an error's one line."""
    names = dict.fromkeys(name for record in _records(objects) for name in record)
    return ", ".join(" ".join(name.split()) for name in names) or "none"


def _records(objects: pl.Series) -> Iterator[dict[str, str | None]]:
    import msgspec

    decode = msgspec.json.Decoder(dict[str, str | None]).decode
    return map(decode, objects)
