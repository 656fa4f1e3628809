"""Maps."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

import msgspec
import polars as pl

from tagatlas.catalog.database import Database, damaged, now
from tagatlas.contracts import (
    ClustererDescription,
    LayoutDescription,
    Maker,
    MapData,
    NetworkDescription,
)
from tagatlas.errors import AtlasDamaged, StorageError, UsageError
from tagatlas.paths import check_name
from tagatlas.wording import in_one_line
from tagatlas_mapping.maps.columns import COLUMNS, EMPTY, from_columns, read_table, to_columns
from tagatlas_mapping.maps.part import SETTING
from tagatlas_tables.arrow import read_frame
from tagatlas_tables.table_folder import TableFolder

SettingValue = bool | int | float | str | None

HIDDEN = "map.hidden"
"""The setting that says what becomes of hidden images: it moves no other."""

MAP_FILES = "catalog/maps"
"""Folder of the tables of maps' nodes and edges, in that of the catalog's file."""

PLACES: Mapping[str, type[pl.DataType]] = {
    "id": pl.String,
    "x": pl.Float64,
    "y": pl.Float64,
    "colour": pl.Int32,  # that of the node's cluster; null where none is stored
}


@dataclass(frozen=True, kw_only=True)
class Making:
    """The plugins and versions that made a map.

    Attributes:
        builder: of the network.
        layout: that placed its nodes.
        clusterer: that found its clusters; None for maps made before it was stored.
        versions: version of each package that shaped the map, by name.
        changed: as in :class:`~tagatlas.contracts.Provenance`.
    """

    builder: Maker[NetworkDescription]
    layout: Maker[LayoutDescription]
    clusterer: Maker[ClustererDescription] | None = None
    versions: Mapping[str, str] = field(default_factory=dict)
    changed: int | None = None


@dataclass(frozen=True, eq=False)
class StoredMap:
    """A map as the catalog stores it.

    Attributes:
        name: of the map.
        backend: number of the backend whose tags are mapped.
        digest: of everything the map depends on except names that researchers give: equal
            digests mean maps that are equal except for these.
        settings: the settings it was made with, by their name in ``atlas.toml``.
        data: the computed data.
        making: the plugins that made it; None for a map of an older tagatlas.
    """

    name: str
    backend: int
    digest: str
    settings: Mapping[str, SettingValue]
    data: MapData
    making: Making | None = None


class MapTable:
    """The catalog's maps; their nodes and edges are files beside it.

    Attributes:
        files: of all maps.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self.files = TableFolder(database.path.parent / MAP_FILES)

    def save(self, stored: StoredMap) -> None:
        """Store a map; one of the same name is replaced, its annotations stay.

        Raises:
            StorageError: it cannot be written.
        """
        making = stored.making and msgspec.json.encode(stored.making).decode()
        row = {
            "name": stored.name,
            "backend": stored.backend,
            "digest": stored.digest,
            "settings": json.dumps(stored.settings),
            "making": making,
            "made_at": now(),
            **to_columns(stored.data, self.files),
        }
        changes = ", ".join(f"{column} = excluded.{column}" for column in row)
        with self._database.transaction() as connection:
            connection.execute(
                f"INSERT INTO maps ({', '.join(row)}) VALUES ({', '.join('?' * len(row))}) "  # noqa: S608 - names of our own
                f"ON CONFLICT (name) DO UPDATE SET {changes}",
                list(row.values()),
            )
        with suppress(StorageError):  # while they are open: deleted when the next map is stored
            self.sweep()

    def sweep(self) -> None:
        """Delete the files that belong to no map any more.

        Raises:
            StorageError: one cannot be deleted.
        """
        rows = self._database.rows("SELECT nodes_file, edges_file FROM maps")
        self.files.sweep({str(name) for row in rows for name in row if name is not None})

    def faults(self) -> list[str]:
        """Files of maps that are missing or damaged, a line each."""
        found = []
        for name, *files in self._database.rows("SELECT name, nodes_file, edges_file FROM maps"):
            for file in files:
                try:
                    if file is not None:
                        self.files.read(str(file), [])
                except (ValueError, FileNotFoundError) as error:
                    found.append(f"the map {name}: {error}")
        return found

    def names(self) -> list[str]:
        """Names of the maps, the newest first.

        Raises:
            AtlasDamaged: a name is none for a folder, as every map's is.
        """
        rows = self._database.rows("SELECT name FROM maps ORDER BY made_at DESC, name")
        names = [str(row[0]) for row in rows]
        for name in names:
            try:
                check_name(name, "a map")
            except UsageError as error:
                raise damaged(self._database.path, str(error)) from error
        return names

    def age(self, name: str) -> tuple[str, bool]:
        """Time a map was made, and whether nothing it shows was added, fetched or tagged since.

        Times are to the second.
        """
        [(made_at, changed_at)] = self._database.rows(
            "SELECT made_at, max(coalesce((SELECT max(added_at) FROM sources), ''), "
            "coalesce((SELECT max(fetched_at) FROM used_addresses), ''), "
            "coalesce((SELECT max(answered_at) FROM answers WHERE backend = maps.backend), '')) "
            "FROM maps WHERE name = ?",
            [name],
        )
        return str(made_at), str(changed_at) <= str(made_at)

    def states(self) -> dict[str, str]:
        """A digest of each map's drawn data without annotations, by map.

        Unlike the map's own digest it also changes with the names in its tables, and with the
        images that are hidden.
        """
        rows = self._database.stream(
            "SELECT name, digest, clusters, subclusters, making, "
            "(SELECT group_concat(image) FROM (SELECT image FROM hidden ORDER BY image)) FROM maps"
        )
        return {str(name): sha256(repr(parts).encode()).hexdigest() for name, *parts in rows}

    def loadable(self, backend: int | None = None) -> list[str]:
        """Names of the maps that :meth:`load` gives, the newest first.

        Args:
            backend: number of the one whose tags they show; None for all.
        """
        rows = self._database.rows(
            "SELECT name FROM maps WHERE digest != '' AND backend = coalesce(?, backend) "
            "ORDER BY made_at DESC, name",
            [backend],
        )
        return [str(row[0]) for row in rows]

    def places(self, name: str, settings: Mapping[str, SettingValue]) -> pl.DataFrame | None:
        """Positions of a map's nodes, if it was made with these settings; else None.

        Also for a map that has to be made again because images were removed.

        Returns:
            Columns ``id``, ``x`` and ``y``, at least one row.
        """
        rows = self._database.rows(
            "SELECT nodes, nodes_file, clusters FROM maps WHERE name = ?", [name]
        )
        places = stored_places(self.files, *rows[0]) if rows else None
        before, after = ({**each, HIDDEN: None} for each in (self.settings(name), settings))
        if places is None or places.is_empty() or before != after:
            return None
        return places.select("id", "x", "y").unique("id", keep="first", maintain_order=True)

    def colours(self, first: str) -> pl.DataFrame:
        """Colours of the nodes of all maps, of the map ``first`` or else the newest that has one.

        Maps of a part of the collection divide clusters further, and come last.

        Returns:
            One row a node: ``id``, and ``colour`` (Int32), that of its cluster.
        """
        query = """
            SELECT nodes, nodes_file, clusters FROM maps
            ORDER BY name != ?, instr(settings, ?) > 0, made_at DESC, name
        """
        rows = self._database.stream(query, [first, f'"{SETTING}"'])
        read = [pl.DataFrame(schema=PLACES), *(stored_places(self.files, *row) for row in rows)]
        found = pl.concat([each for each in read if each is not None]).select("id", "colour")
        return found.drop_nulls().unique("id", keep="first", maintain_order=True)

    def settings(self, name: str) -> Mapping[str, SettingValue]:
        """The settings of a map, also of one to be made again; empty if missing or damaged."""
        rows = self._database.rows("SELECT settings FROM maps WHERE name = ?", [name])
        try:
            return msgspec.json.decode(str(rows[0][0]), type=dict[str, SettingValue])
        except (IndexError, ValueError, RecursionError):
            return {}

    def load(self, name: str) -> StoredMap | None:
        """The map of that name; None if it is missing or has to be made again.

        It has to be if an older tagatlas made it, which stored less, or if an image was removed
        from it, which leaves only the positions of the other nodes.

        Raises:
            AtlasDamaged: what is stored is no map.
        """
        row = self._row(name)
        try:
            return None if row is None else self._stored(name, row)
        except AtlasDamaged:
            again = self._row(name)
            if again is None or again == row:
                raise
            return self._stored(name, again)  # another process has made it again meanwhile

    def _row(self, name: str) -> dict[str, Any] | None:
        schema: dict[str, type[pl.DataType]] = {
            "backend": pl.Int64,
            "digest": pl.String,
            "settings": pl.String,
            "making": pl.String,
            **COLUMNS,
        }
        frame = self._database.frame(
            f"SELECT {', '.join(schema)} FROM maps WHERE name = ? AND digest != ''",  # noqa: S608 - names of our own
            schema,
            [name],
        )
        return None if frame.is_empty() else frame.row(0, named=True)

    def _stored(self, name: str, row: Mapping[str, Any]) -> StoredMap:
        try:
            return StoredMap(
                name=name,
                backend=row["backend"],
                digest=row["digest"],
                settings=msgspec.json.decode(row["settings"], type=dict[str, SettingValue]),
                data=from_columns(row, self.files),
                making=row["making"] and msgspec.json.decode(row["making"], type=Making),
            )
        except (ValueError, RecursionError) as error:
            wrong = in_one_line(error)[:200]
            raise AtlasDamaged(
                f"the map {name} in {self._database.path} is damaged ({wrong}): make it again "
                f"with tagatlas map --map {name}"
            ) from error


def stored_places(
    files: TableFolder, nodes: object, file: object, clusters: object
) -> pl.DataFrame | None:
    """Positions and colours of a map's nodes, as :data:`PLACES`; None if damaged.

    Args:
        files: of maps.
        nodes: as stored; once images were removed, the positions and colours themselves.
        file: name of their file, as stored.
        clusters: as stored; nothing once images were removed.
    """
    try:
        if clusters and "colour" in (table := read_frame(clusters)).columns:
            places = read_table(nodes, file, files, ["id", "x", "y", "cluster"])
            colours = table.select("cluster", "colour").unique("cluster")
            places = places.join(colours, on="cluster", how="left", maintain_order="left")
        else:
            places = read_table(nodes, file, files)
            if clusters or "colour" not in places.columns:  # of an older tagatlas
                places = places.with_columns(colour=None)
        places = places.select(pl.col(name).cast(kind) for name, kind in PLACES.items())
    except (ValueError, FileNotFoundError, pl.exceptions.PolarsError):
        return None
    is_sound = pl.col("x").is_finite() & pl.col("y").is_finite()
    return places.drop_nulls(["id", "x", "y"]).filter(is_sound)


def empty_map(
    connection: sqlite3.Connection, name: str, places: pl.DataFrame, files: TableFolder
) -> None:
    """Delete all of a map but the positions and colours that it starts from when made again.

    Args:
        connection: in a transaction; once that is over, :meth:`MapTable.sweep` deletes its files.
        name: of the map.
        places: of nodes, as :data:`PLACES`.
        files: of maps.
    """
    row = {**EMPTY, "digest": "", "nodes_file": files.keep(places)}
    changes = ", ".join(f"{column} = ?" for column in row)
    connection.execute(
        f"UPDATE maps SET {changes} WHERE name = ?",  # noqa: S608 - names of our own
        [*row.values(), name],
    )
