"""Tables written as one JSON object, as by pandas and others."""

from __future__ import annotations

from tagatlas_tables.json_text import complete, opened


def tabulated(value: object) -> list[object] | None:
    """The rows of such a table as objects; None for anything else.

    Supported are columns of cells (``{"url": [...], "id": [...]}``), columns of numbered cells
    (``{"url": {"0": ..., "1": ...}}``), rows beside their columns' names (``{"columns": [...],
    "data": [[...]]}``), and objects under their keys (``{"a1": {...}, "a2": {...}}``; the key
    becomes the column ``key``).
    """
    whole = opened(value)
    if not isinstance(whole, dict) or not whole:
        return None
    if "columns" in whole and "data" in whole:
        return _beside_names(complete(whole["columns"]), opened(whole["data"]))
    members = [opened(member) for member in whole.values()]
    lists = [member for member in members if isinstance(member, list)]
    if len(lists) == len(members) > 1:
        return _columns(list(whole), lists)
    objects = [member for member in members if isinstance(member, dict)]
    if len(objects) < len(members):
        return None
    if all(all(map(str.isdecimal, member)) and member for member in objects):
        labels = list(dict.fromkeys(label for member in objects for label in member))
        cells = [[complete(member.get(label)) for label in labels] for member in objects]
        return [dict(zip(whole, row, strict=True)) for row in zip(*cells, strict=True)]
    return _under_keys(list(whole), objects)


def _beside_names(names: object, rows: object) -> list[object] | None:
    if not isinstance(names, list) or not isinstance(rows, list) or not rows:
        return None
    found: list[object] = []
    for row in map(complete, rows):
        if not isinstance(row, list):
            return None
        found.append(dict(zip(map(str, names), row, strict=False)))
    return found


def _columns(names: list[str], columns: list[list[object]]) -> list[object] | None:
    if len(columns[0]) < 2 or len({len(cells) for cells in columns}) > 1:
        return None
    complete_columns = [[complete(cell) for cell in cells] for cells in columns]
    if any(isinstance(cell, dict) for cells in complete_columns for cell in cells):
        return None
    return [dict(zip(names, row, strict=True)) for row in zip(*complete_columns, strict=True)]


def _under_keys(keys: list[str], objects: list[dict[str, object]]) -> list[object] | None:
    """Rows of similar objects: most keys of each are among those of the first."""
    first = objects[0].keys()
    if len(objects) < 2 or not all(len(one.keys() & first) * 2 > len(one) for one in objects):
        return None
    return [
        {"key": key, **{name: complete(member) for name, member in one.items()}}
        for key, one in zip(keys, objects, strict=True)
    ]
