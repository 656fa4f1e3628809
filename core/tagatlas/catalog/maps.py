"""Maps and the annotations on them."""

from __future__ import annotations

import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from tagatlas.catalog.answers import Backend
from tagatlas.catalog.database import Database, now

SettingValue = bool | int | float | str | None


@dataclass(frozen=True, eq=False)
class StoredMap:
    """What the catalog keeps of a map; :class:`tagatlas.maps.Map` describes the fields.

    Attributes:
        backend: number of the backend whose tags are mapped.
        digest: of everything the map depends on but names that researchers give: equal digests
            mean maps that are equal but for these.
        settings: the settings it was made with, by their name in ``atlas.toml``.
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
                "clusters, subclusters, stability, outlines, made_at) "
                "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (name) "
                "DO UPDATE SET backend = excluded.backend, digest = excluded.digest, "
                "settings = excluded.settings, directed = excluded.directed, "
                "nodes = excluded.nodes, edges = excluded.edges, clusters = excluded.clusters, "
                "subclusters = excluded.subclusters, stability = excluded.stability, "
                "outlines = excluded.outlines, made_at = excluded.made_at",
                [
                    stored.name,
                    stored.backend,
                    stored.digest,
                    json.dumps(stored.settings),
                    stored.directed,
                    _to_bytes(stored.nodes),
                    _to_bytes(edges),
                    _to_bytes(stored.clusters),
                    _to_bytes(stored.subclusters),
                    stored.stability,
                    json.dumps(outlines),
                    now(),
                ],
            )

    def names(self) -> list[str]:
        """Names of the maps, the one made last at the front."""
        rows = self._database.rows("SELECT name FROM maps ORDER BY made_at DESC, name")
        return [str(row[0]) for row in rows]

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

    def load(self, name: str) -> StoredMap | None:
        """The map of that name; None if there is none, or only one to be made anew.

        A map of an older tagatlas lacks what this one draws.
        """
        frame = self._database.frame(
            "SELECT backend, digest, settings, directed, nodes, edges, clusters, subclusters, "
            "stability, outlines FROM maps WHERE name = ? AND digest != ''",
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
            },
            [name],
        )
        if frame.is_empty():
            return None
        row = frame.row(0, named=True)
        edges = _from_bytes(row["edges"])
        return StoredMap(
            name=name,
            backend=row["backend"],
            digest=row["digest"],
            settings=json.loads(row["settings"]),
            nodes=_from_bytes(row["nodes"]),
            sources=edges["source"].to_numpy(),
            targets=edges["target"].to_numpy(),
            weights=edges["weight"].to_numpy(),
            directed=row["directed"],
            clusters=_from_bytes(row["clusters"]),
            subclusters=_from_bytes(row["subclusters"]),
            stability=row["stability"],
            outlines={
                int(cluster): [np.array(ring, dtype=np.float64) for ring in rings]
                for cluster, rings in json.loads(row["outlines"]).items()
            },
        )


def _to_bytes(frame: pl.DataFrame) -> bytes:
    buffer = io.BytesIO()
    frame.write_ipc(buffer, compression="zstd")
    return buffer.getvalue()


def _from_bytes(data: bytes) -> pl.DataFrame:
    return pl.read_ipc(io.BytesIO(data))
