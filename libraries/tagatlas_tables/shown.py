"""Tables of the catalog as they are shown: without passwords in addresses."""

from __future__ import annotations

import json
from collections.abc import Callable

import polars as pl

from tagatlas.masking import as_shown, without_queries

_MAY_HAVE_USER = r"@|(?i:%(?:25)*40)"
_MAY_HAVE_QUERY = r"\?|(?i:%(?:25)*3f)"


def cells_as_shown(table: pl.DataFrame, *names: str) -> pl.DataFrame:
    """Columns of texts, or of JSON objects of texts, with their addresses as shown."""
    return _changed(table, names, _MAY_HAVE_USER, as_shown)


def cells_without_queries(table: pl.DataFrame, *names: str) -> pl.DataFrame:
    """Columns of texts, or of JSON objects of texts, without the queries of addresses."""
    return _changed(table, names, _MAY_HAVE_QUERY, without_queries)


def _changed(
    table: pl.DataFrame, names: tuple[str, ...], pattern: str, change: Callable[[str], str]
) -> pl.DataFrame:
    """The table; texts that match the pattern are changed, which few do."""
    for name in names:
        column = table[name]
        found = column.filter(column.str.contains(pattern)).unique().to_list()
        if found:
            news = [_in_object(text, change) for text in found]
            changed = column.replace(found, pl.Series(news, dtype=pl.String))
            table = table.with_columns(changed.alias(name))
    return table


def _in_object(text: str, change: Callable[[str], str]) -> str:
    """A text, changed; of a JSON object, each of its values."""
    if not text.startswith("{"):
        return change(text)
    try:
        read = json.loads(text)
    except ValueError:
        return change(text)
    return json.dumps(
        {name: change(value) if isinstance(value, str) else value for name, value in read.items()},
        ensure_ascii=False,
    )
