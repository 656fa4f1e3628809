"""Ids of images that a query finds, without holding them in memory."""

from __future__ import annotations

import json
from collections.abc import Sequence

import numpy as np

from tagatlas.catalog.database import Database
from tagatlas.errors import StorageError
from tagatlas_tagging import Ids


def ids_found(database: Database, query: str, parameters: Sequence[object]) -> Ids:
    """The ids of the images whose numbers a query gives, in its order."""

    def read(numbers: Sequence[int]) -> list[str]:
        rows = database.rows(
            "SELECT id, sha256 FROM images WHERE id IN (SELECT value FROM json_each(?))",
            [json.dumps(numbers)],
        )
        found = {number: str(sha256) for number, sha256 in rows}
        try:
            return [found[number] for number in numbers]
        except KeyError as error:
            raise StorageError(f"image {error} has left {database.path}: run it again") from error

    numbers = (int(str(number)) for (number,) in database.stream(query, parameters))
    return Ids(np.fromiter(numbers, np.int64), read)
