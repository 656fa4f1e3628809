"""Maps and the annotations on them."""

from __future__ import annotations

import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256

import msgspec
import numpy as np
import polars as pl
from numpy.typing import NDArray

from tagatlas.catalog.answers import Backend
from tagatlas.catalog.database import Database, now
from tagatlas.contracts import LayoutDescription, Maker, NetworkDescription

SettingValue = bool | int | float | str | None


@dataclass(frozen=True, kw_only=True)
class Making:
    """Who made a map, and with which versions.

    Attributes:
        builder: of the network.
        layout: that placed its nodes.
        versions: version of each package that shaped the map, by name.
    """

    builder: Maker[NetworkDescription]
    layout: Maker[LayoutDescription]
    versions: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class StoredMap:
    """What the catalog keeps of a map; :class:`tagatlas.maps.Map` describes the fields.

    Attributes:
        backend: number of the backend whose tags are mapped.
        digest: of everything the map depends on but names that researchers give: equal digests
            mean maps that are equal but for these.
        settings: the settings it was made with, by their name in ``atlas.toml``.
        making: who made it; None of a map of an older tagatlas.
    """

    name: str
    backend: int
    digest: str
    settings: Mapping[str, SettingValue]
    nodes: pl.DataFrame
    sources: NDArray[np.int32]
    targets: NDArray[np.int32]
    weights: NDArray[np.float32]
    directed: bool
    clusters: pl.DataFrame
    subclusters: pl.DataFrame
    stability: float
    outlines: Mapping[int, Sequence[NDArray[np.float64]]]
    making: Making | None = None


class MapTable:
    """The catalog's maps."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def save(self, stored: StoredMap) -> None:
        """Keep a map; one of the same name is replaced, its annotations stay."""
        edges = pl.DataFrame(
            {"source": stored.sources, "target": stored.targets, "weight": stored.weights}
        )
        outlines = {
            str(cluster): [ring.tolist() for ring in rings]
            for cluster, rings in stored.outlines.items()
        }
        with self._database.transaction() as connection:
            connection.execute(
                "INSERT INTO maps (name, backend, digest, settings, directed, nodes, edges, "
                "clusters, subclusters, stability, outlines, making, made_at) "
                "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (name) "
                "DO UPDATE SET backend = excluded.backend, digest = excluded.digest, "
                "settings = excluded.settings, directed = excluded.directed, "
                "nodes = excluded.nodes, edges = excluded.edges, clusters = excluded.clusters, "
                "subclusters = excluded.subclusters, stability = excluded.stability, "
                "outlines = excluded.outlines, making = excluded.making, "
                "made_at = excluded.made_at",
                [
                    stored.name,
                    stored.backend,
                    stored.digest,
                    json.dumps(stored.settings),
                    stored.directed,
                    frame_to_bytes(stored.nodes),
                    frame_to_bytes(edges),
                    frame_to_bytes(stored.clusters),
                    frame_to_bytes(stored.subclusters),
                    stored.stability,
                    json.dumps(outlines),
                    stored.making and msgspec.json.encode(stored.making).decode(),
                    now(),
                ],
            )

    def names(self) -> list[str]:
        """Names of the maps, the one made last at the front."""
        rows = self._database.rows("SELECT name FROM maps ORDER BY made_at DESC, name")
        return [str(row[0]) for row in rows]

    def age(self, name: str) -> tuple[str, bool]:
        """When a map was made, and whether nothing it shows was added, fetched or tagged since.

        Moments are to the second.
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
        """By map a digest of all that is drawn of it without annotations.

        Unlike the map's own digest it also changes with the names in its tables.
        """
        rows = self._database.stream("SELECT name, digest, clusters, subclusters, making FROM maps")
        return {str(name): sha256(repr(parts).encode()).hexdigest() for name, *parts in rows}

    def loadable(self) -> list[str]:
        """Names of the maps that :meth:`load` gives, the one made last at the front."""
        rows = self._database.rows(
            "SELECT name FROM maps WHERE digest != '' ORDER BY made_at DESC, name"
        )
        return [str(row[0]) for row in rows]

    def backend(self, name: str) -> Backend | None:
        """The backend whose tags a map shows; None if there is no such map."""
        frame = self._database.frame(
            "SELECT backends.id, backends.name, fingerprint FROM maps "
            "JOIN backends ON backends.id = maps.backend WHERE maps.name = ?",
            {"id": pl.Int64, "name": pl.String, "fingerprint": pl.String},
            [name],
        )
        return Backend(*frame.row(0)) if frame.height else None

    def places(
        self, name: str, settings: Mapping[str, SettingValue]
    ) -> dict[str, tuple[float, float]]:
        """Where the nodes of a map were, by id, if it was made with these settings; else empty.

        Also of a map that has to be made again since images were taken out.
        """
        rows = self._database.rows("SELECT settings, nodes FROM maps WHERE name = ?", [name])
        if not rows or json.loads(str(rows[0][0])) != settings or not isinstance(rows[0][1], bytes):
            return {}
        places = frame_from_bytes(rows[0][1]).select("id", "x", "y")
        return {node: (x, y) for node, x, y in places.iter_rows()}

    def load(self, name: str) -> StoredMap | None:
        """The map of that name; None if there is none, or only one to be made anew.

        A map of an older tagatlas lacks what this one draws; of one that an image was taken out of
        only the places of the others are left.
        """
        frame = self._database.frame(
            "SELECT backend, digest, settings, directed, nodes, edges, clusters, subclusters, "
            "stability, outlines, making FROM maps WHERE name = ? AND digest != ''",
            {
                "backend": pl.Int64,
                "digest": pl.String,
                "settings": pl.String,
                "directed": pl.Boolean,
                "nodes": pl.Binary,
                "edges": pl.Binary,
                "clusters": pl.Binary,
                "subclusters": pl.Binary,
                "stability": pl.Float64,
                "outlines": pl.String,
                "making": pl.String,
            },
            [name],
        )
        if frame.is_empty():
            return None
        row = frame.row(0, named=True)
        edges = frame_from_bytes(row["edges"])
        return StoredMap(
            name=name,
            backend=row["backend"],
            digest=row["digest"],
            settings=json.loads(row["settings"]),
            nodes=frame_from_bytes(row["nodes"]),
            sources=edges["source"].to_numpy(),
            targets=edges["target"].to_numpy(),
            weights=edges["weight"].to_numpy(),
            directed=row["directed"],
            clusters=frame_from_bytes(row["clusters"]),
            subclusters=frame_from_bytes(row["subclusters"]),
            stability=row["stability"],
            outlines={
                int(cluster): [np.array(ring, dtype=np.float64) for ring in rings]
                for cluster, rings in json.loads(row["outlines"]).items()
            },
            making=row["making"] and msgspec.json.decode(row["making"], type=Making),
        )


def frame_to_bytes(frame: pl.DataFrame) -> bytes:
    """A table as it is kept: Arrow IPC."""
    buffer = io.BytesIO()
    frame.write_ipc(buffer, compression="zstd")
    return buffer.getvalue()


def frame_from_bytes(data: bytes) -> pl.DataFrame:
    """A table that was kept."""
    return pl.read_ipc(io.BytesIO(data))
