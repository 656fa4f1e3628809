"""Addresses, the fetch status of each, and the images they lead to."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

import polars as pl

from tagatlas.catalog.copies import (
    KEEP_SIGNATURE,
    SIGNED_BY,
    representatives,
    signature_row,
    signed,
)
from tagatlas.catalog.database import ROWS_AT_ONCE, Database, now
from tagatlas.catalog.ids import ids_found
from tagatlas.contracts import ImageStatus, Variant
from tagatlas.errors import StorageError
from tagatlas_duplicates import Compare, Signature
from tagatlas_fetching import Address, FetchOutcome, StoredImage
from tagatlas_fetching.addresses import Addresses, gathered
from tagatlas_mapping.maps.duplicates import Level
from tagatlas_tables.shown import cells_as_shown
from tagatlas_tagging import Ids


class AddressTable:
    """The catalog's addresses and images."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def with_status(self, statuses: Iterable[ImageStatus]) -> Addresses:
        """The addresses in any of these statuses, each read when it is needed.

        Ordered by number of attempts, then as added: another run begins with the addresses that
        the last one did not reach.
        """
        wanted = json.dumps([str(status) for status in statuses])
        pages = self._database.frames(
            "SELECT id, location, local, attempts FROM used_addresses "
            "WHERE status IN (SELECT value FROM json_each(?))",
            _GATHERED,
            [wanted],
        )
        return gathered(pages, self.read)

    def refused(self, passes: Callable[[str, str], bool]) -> Addresses:
        """The addresses refused because of a setting that now lets them pass; likewise.

        Args:
            passes: whether an address passes; gets the setting, as
                :func:`tagatlas_fetching.limits.would_pass` does, and the address's host.
        """
        pages = self._database.frames(
            "SELECT id, location, local, attempts, refused_by FROM used_addresses "
            "WHERE refused_by <> ''",
            _GATHERED | {"refused_by": pl.String},
        )
        return gathered(pages, self.read, passes)

    def read(self, keys: Sequence[int]) -> list[Address]:
        """The addresses with these numbers, in their order; any thread may ask.

        Raises:
            StorageError: one of them is no longer there.
        """
        rows = self._database.rows_elsewhere(
            "SELECT id, location, local FROM addresses "
            "WHERE id IN (SELECT value FROM json_each(?))",
            [json.dumps(keys)],
        )
        found = {address.key: address for address in map(address_of, rows)}
        try:
            return [found[key] for key in keys]
        except KeyError as error:
            path = self._database.path
            raise StorageError(f"address {error} has left {path}: run it again") from error

    def without_image(self, keys: Iterable[int]) -> dict[int, Address]:
        """Those of some addresses that a record names and that have no image, by number."""
        rows = self._database.rows(
            "SELECT id, location, local FROM addresses WHERE id IN "
            "(SELECT value FROM json_each(?)) AND status <> 'ok' "
            "AND EXISTS (SELECT 1 FROM records WHERE address = addresses.id)",
            [json.dumps(list(keys))],
        )
        return {address.key: address for address in map(address_of, rows)}

    def locations(self, *, local: bool) -> Iterator[str]:
        """The addresses that are paths, or those that are fetched from the network, as added."""
        query = "SELECT location FROM addresses WHERE local = ? ORDER BY id"
        return (str(location) for (location,) in self._database.stream(query, [local]))

    def named_in_documents(self, keys: Iterable[int]) -> dict[int, str]:
        """Those of some addresses that only documents of the web name, with the first one's URL.

        Any thread may ask.
        """
        rows = self._database.rows_elsewhere(
            "SELECT address, min(sources.location) FROM records "
            "JOIN sources ON sources.id = records.source "
            "WHERE address IN (SELECT value FROM json_each(?)) GROUP BY address "
            "HAVING min(sources.location LIKE 'http://%' OR sources.location LIKE 'https://%')",
            [json.dumps(list(keys))],
        )
        return {int(str(address)): str(location) for address, location in rows}

    def store(self, outcomes: Sequence[FetchOutcome]) -> None:
        """Store the outcomes of some addresses, in one transaction."""
        moment = now()
        with self._database.transaction() as connection:
            for outcome in outcomes:
                image = outcome.image
                if image is not None:
                    connection.execute(_KEEP_IMAGE, _image_row(image))
                    if image.signature is not None:
                        row = signature_row(image.id, image.signature)
                        connection.execute(KEEP_SIGNATURE, row)
                connection.execute(
                    "UPDATE addresses SET status = ?, reason = ?, http_status = ?, "
                    "final_url = ?, content_type = ?, attempts = attempts + ?, fetched_at = ?, "
                    "way = ?, refused_by = ?, placeholder = '', "
                    "image = (SELECT id FROM images WHERE sha256 = ?) WHERE id = ?",
                    [
                        str(outcome.status),
                        outcome.reason,
                        outcome.http_status,
                        outcome.final_url,
                        outcome.content_type,
                        outcome.attempts,
                        moment,
                        outcome.way,
                        outcome.refused_by,
                        None if image is None else image.id,
                        outcome.key,
                    ],
                )

    def fates(self, at_once: int = ROWS_AT_ONCE) -> Iterator[pl.DataFrame]:
        """The outcome of fetching every address, in the order they were added; in parts.

        The first part is empty, others have ``at_once`` rows or fewer: together they can be larger
        than the memory.

        Columns: ``location`` (String), ``local`` (Boolean), ``status``, ``reason`` (String),
        ``http_status`` (Int64), ``final_url``, ``way``, ``refused_by`` (see
        :mod:`tagatlas_fetching.limits`), ``placeholder`` (``certain``, ``perhaps`` or empty),
        ``content_type``, ``fetched_at`` (String), ``attempts`` (Int64), ``image``, ``format``
        (String), ``width``, ``height``, ``bytes``, ``frames``, ``records``, ``frequency``
        (Int64); null if missing.
        """
        yield from self._database.frames(
            "SELECT location, local, status, reason, http_status, final_url, way, refused_by, "
            "placeholder, content_type, fetched_at, attempts, sha256, format, width, height, "
            "bytes, frames, count(records.id), sum(records.frequency) "
            "FROM addresses JOIN records ON records.address = addresses.id "
            "LEFT JOIN images ON images.id = addresses.image "
            "GROUP BY addresses.id ORDER BY addresses.id",
            {
                "location": pl.String,
                "local": pl.Boolean,
                "status": pl.String,
                "reason": pl.String,
                "http_status": pl.Int64,
                "final_url": pl.String,
                "way": pl.String,
                "refused_by": pl.String,
                "placeholder": pl.String,
                "content_type": pl.String,
                "fetched_at": pl.String,
                "attempts": pl.Int64,
                "image": pl.String,
                "format": pl.String,
                "width": pl.Int64,
                "height": pl.Int64,
                "bytes": pl.Int64,
                "frames": pl.Int64,
                "records": pl.Int64,
                "frequency": pl.Int64,
            },
            at_once=at_once,
        )

    def refusals(self) -> dict[str, int]:
        """Number of addresses without an image by the name of the setting that refused them."""
        rows = self._database.rows(
            "SELECT substr(refused_by, 1, instr(refused_by || '=', '=') - 1), count(*) "
            "FROM used_addresses WHERE refused_by <> '' GROUP BY 1"
        )
        return {str(setting): int(str(count)) for setting, count in rows}

    def several(self) -> pl.Series:
        """Ids of the images that several addresses lead to."""
        found = self._database.frame(
            "SELECT sha256 FROM images WHERE id IN (SELECT image FROM used_addresses "
            "WHERE image IS NOT NULL GROUP BY image HAVING count(*) > 1)",
            {"image": pl.String},
        )
        return found["image"]

    def ways(self) -> dict[str, int]:
        """Number of addresses whose image was found elsewhere, by the way it was found."""
        rows = self._database.rows(
            "SELECT way, count(*) FROM used_addresses WHERE way <> '' GROUP BY way ORDER BY way"
        )
        return {str(way): int(str(count)) for way, count in rows}

    def stored(self) -> pl.DataFrame:
        """The files of the collection's images that the store should hold, ordered by ``id``.

        Columns: ``id``, and ``image``, ``thumbnail``, ``original`` (String): SHA-256 of each
        variant as it was put; null if unknown, or if no original is kept.
        """
        return self._database.frame(
            "SELECT sha256, stored_image, stored_thumbnail, stored_original "
            "FROM images JOIN collection ON collection.image = images.id ORDER BY sha256",
            {
                "id": pl.String,
                "image": pl.String,
                "thumbnail": pl.String,
                "original": pl.String,
            },
        )

    def make_pending(self, images: Iterable[str]) -> int:
        """Have the addresses of some images fetched again; returns their number.

        Args:
            images: ids.
        """
        with self._database.transaction() as connection:
            return connection.execute(
                "UPDATE addresses SET status = 'pending', image = NULL WHERE image IN "
                "(SELECT id FROM images WHERE sha256 IN (SELECT value FROM json_each(?)))",
                [json.dumps(list(images))],
            ).rowcount

    def counts(self) -> dict[str, int]:
        """Number of addresses by status, with every status."""
        found = self._database.frame(
            "SELECT status, count(*) FROM used_addresses GROUP BY status",
            {"status": pl.String, "count": pl.Int64},
        )
        counts = dict.fromkeys((str(status) for status in ImageStatus), 0)
        return counts | dict(found.iter_rows())

    def fetched_between(self) -> tuple[str, str] | None:
        """First and last time at which an address was fetched; None if none was."""
        [(first, last)] = self._database.rows(
            "SELECT min(fetched_at), max(fetched_at) FROM used_addresses"
        )
        return None if first is None else (str(first), str(last))

    def image_count(self) -> int:
        """Number of distinct images that a record leads to."""
        [(count,)] = self._database.rows("SELECT count(*) FROM collection")
        return int(str(count))

    def images_among(self, ids: Iterable[str]) -> set[str]:
        """Those of some images that a record leads to; by id."""
        rows = self._database.rows(
            "SELECT sha256 FROM images WHERE sha256 IN (SELECT value FROM json_each(?)) "
            "AND EXISTS (SELECT 1 FROM addresses JOIN records ON records.address = addresses.id "
            "WHERE addresses.image = images.id)",
            [json.dumps(list(ids))],
        )
        return {str(image) for (image,) in rows}

    def images(self) -> pl.DataFrame:
        """The distinct images that a record leads to, ordered by ``id``.

        Columns: ``id`` (String, SHA-256), ``location`` (String, of the first record, as shown),
        ``pixel_width``, ``pixel_height`` (Int64, of the original), ``records`` and
        ``frequency`` (Int64, number and summed frequency of the records).
        """
        images = self._database.frame(
            "SELECT images.sha256, addresses.location, images.width, images.height, "
            "count(*), sum(records.frequency), min(records.id) "
            "FROM records JOIN addresses ON addresses.id = records.address "
            "JOIN images ON images.id = addresses.image "
            "GROUP BY images.id ORDER BY images.sha256",
            {
                "id": pl.String,
                "location": pl.String,
                "pixel_width": pl.Int64,
                "pixel_height": pl.Int64,
                "records": pl.Int64,
                "frequency": pl.Int64,
                "first": pl.Int64,
            },
        )
        # SQLite takes bare columns from the row that holds the minimum.
        return cells_as_shown(images.drop("first"), "location")

    def representatives(self, compare: Compare, level: Level = "copy") -> pl.DataFrame:
        """The representative of each of the collection's images, near duplicates joined.

        The representative of a group of near duplicates is the one whose record came first, so
        that images added later change no existing group. An image without near duplicates,
        without structure, signature (see :meth:`without_signature`) or readable thumbnail
        represents itself.

        Args:
            compare: looks at images whose hashes are near others', unless the groups are stored
                already.
            level: the similarity needed to join images; see :data:`Level`.

        Returns:
            Columns ``image`` and ``representative`` (String, ids), ordered by ``image``; the
            representative of a representative is itself.
        """
        return representatives(self._database, compare, level)

    def without_signature(self) -> Ids:
        """Ids of the collection's images without a signature of the present method."""
        return ids_found(
            self._database,
            "SELECT images.id FROM images JOIN collection ON collection.image = images.id "
            "WHERE images.id NOT IN (SELECT image FROM signatures WHERE method = ?) "
            "ORDER BY sha256",
            [SIGNED_BY],
        )

    def sign(self, signatures: Mapping[str, Signature]) -> None:
        """Store signatures of known images, by id, in one transaction."""
        with self._database.transaction() as connection:
            for image, signature in signatures.items():
                connection.execute(KEEP_SIGNATURE, signature_row(image, signature))


_GATHERED: dict[str, type[pl.DataType]] = {
    "key": pl.Int64,
    "location": pl.String,
    "local": pl.Boolean,
    "attempts": pl.Int64,
}


def address_of(row: tuple[object, ...]) -> Address:
    """The address of a row of number, location, and whether it is a path."""
    key, location, local = row
    return Address(int(str(key)), str(location), bool(local))


_KEEP_IMAGE = (
    "INSERT INTO images (sha256, width, height, format, bytes, frames, perceptual_hash, "
    "stored_image, stored_thumbnail, stored_original) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) "
    "ON CONFLICT (sha256) DO UPDATE SET perceptual_hash = excluded.perceptual_hash, "
    "stored_image = excluded.stored_image, stored_thumbnail = excluded.stored_thumbnail, "
    "stored_original = coalesce(excluded.stored_original, stored_original)"
)


def _image_row(image: StoredImage) -> list[object]:
    return [
        image.id,
        image.width,
        image.height,
        image.format,
        image.bytes,
        image.frames,
        signed(image.perceptual_hash),
        image.stored.get(Variant.IMAGE),
        image.stored.get(Variant.THUMBNAIL),
        image.stored.get(Variant.ORIGINAL),
    ]
