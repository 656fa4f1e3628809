"""Addresses that lead to placeholders for deleted images."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping

from tagatlas.catalog.addresses import address_of
from tagatlas.catalog.database import Database
from tagatlas_fetching import Address


class PlaceholderTable:
    """What is known of the catalog's addresses that lead to placeholders."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def mark(self, certain: Mapping[str, str], perhaps: Iterable[str]) -> None:
        """Store which addresses lead to placeholders for deleted images.

        Args:
            certain: reasons by location; these addresses count as missing from now on, unless
                their image was found elsewhere.
            perhaps: locations that are only reported.
        """
        with self._database.transaction() as connection:
            connection.execute(
                "UPDATE addresses SET placeholder = '' WHERE placeholder = 'perhaps'"
            )
            connection.execute(
                "UPDATE addresses SET placeholder = 'perhaps' WHERE NOT local AND location IN "
                "(SELECT value FROM json_each(?))",
                [json.dumps(list(perhaps))],
            )
            connection.executemany(
                "UPDATE addresses SET status = 'missing', reason = ?, image = NULL "
                "WHERE NOT local AND way = '' AND location = ?",
                [(reason, location) for location, reason in certain.items()],
            )
            connection.execute(
                "UPDATE addresses SET placeholder = 'certain' WHERE NOT local AND location IN "
                "(SELECT value FROM json_each(?))",
                [json.dumps(list(certain))],
            )

    def counts(self) -> dict[str, int]:
        """Number of addresses that lead to placeholders, by whether that is ``certain``."""
        rows = self._database.rows(
            "SELECT placeholder, count(*) FROM used_addresses WHERE placeholder <> '' "
            "GROUP BY placeholder"
        )
        return {str(kind): int(str(count)) for kind, count in rows}

    def with_images(self, locations: Iterable[str]) -> list[Address]:
        """Those of some addresses that have an image and are not known to lead to placeholders.

        Ordered by number of attempts, then as added.
        """
        rows = self._database.rows(
            "SELECT id, location, local FROM addresses WHERE local = 0 "
            "AND location IN (SELECT value FROM json_each(?)) AND +status = 'ok' "
            "AND placeholder <> 'certain' AND EXISTS "
            "(SELECT 1 FROM records WHERE address = addresses.id) ORDER BY attempts, id",
            [json.dumps(list(locations))],
        )
        return [address_of(row) for row in rows]
