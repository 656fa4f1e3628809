"""Tables of a researcher that name images of a collection, one a row."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from pathlib import Path

from tagatlas.errors import InputError, UsageError
from tagatlas_tables.files import read_table
from tagatlas_tables.matching import Known, Matched, match_images

COLUMNS = (
    *("image", "id", "image_id", "sha256", "location", "url", "image_url", "address"),
    *("path", "file", "filename", "file_name", "label", "name"),
)
"""Names of the column with the images, the first that a table has."""

_BEGINNING = re.compile(r"[0-9a-f]{8,63}")
_NAMES_A_FILE = re.compile(r"[\\/]|\.\w{2,5}$|^[0-9a-f]{8,64}$")


def read_image_names(path: Path) -> list[str]:
    """The names of images in a table of any form, each once, in the order of the table.

    They are in the first of its columns that is called as in :data:`COLUMNS`, or in its only one.

    Raises:
        UsageError: the table cannot be read, or none of its columns is called so.
    """
    try:
        table = read_table(path)
    except InputError as error:
        raise UsageError(f"cannot read the images in {path}: {error}") from error
    called = {name.strip().casefold().replace(" ", "_"): name for name in table.frame.columns}
    column = next((called[name] for name in COLUMNS if name in called), None)
    first: Sequence[str] = ()
    if column is None and table.frame.width == 1:
        [column] = table.frame.columns
        first = [column] if _NAMES_A_FILE.search(column) else []  # a list without a header
    if column is None:
        there = ", ".join(table.frame.columns[:20])
        raise UsageError(
            f"{path} has no column with images: call it {', '.join(COLUMNS[:-1])} or {COLUMNS[-1]};"
            f" its columns are {there}"
        )
    cells = (cell.strip() for cell in (*first, *table.column(column)))
    return list(dict.fromkeys(cell for cell in cells if cell))


def find_images(names: Sequence[str], known: Iterable[Known]) -> Matched:
    """Find images by ids, the first 8 or more digits of these, addresses, paths or file names.

    Args:
        names: of images; see :func:`~tagatlas_tables.matching.match_images`.
        known: the collection's addresses.
    """
    known = list(known)
    ids = sorted({each.image for each in known})
    whole = {name: _whole(name, ids) for name in names}
    matched = match_images([*whole.values()], known)
    return Matched(
        {name: matched.images[each] for name, each in whole.items() if each in matched.images},
        {
            name: matched.unmatched[each]
            for name, each in whole.items()
            if each in matched.unmatched
        },
    )


def _whole(name: str, ids: Sequence[str]) -> str:
    """The only id that begins so, else the name."""
    digits = name.lower()
    first = bisect_left(ids, digits) if _BEGINNING.fullmatch(digits) else len(ids)
    beginning = [each for each in ids[first : first + 2] if each.startswith(digits)]
    return beginning[0] if len(beginning) == 1 else name
