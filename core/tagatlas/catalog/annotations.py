"""Annotations on maps, kept so that several windows can write at once."""

from __future__ import annotations

import polars as pl

from tagatlas.catalog.database import Database, damaged, now
from tagatlas.contracts.annotation import Annotation, Content, content_as_json, read_content
from tagatlas.errors import AnnotationChanged, UsageError

_COLUMNS = {
    "id": pl.String,
    "map": pl.String,
    "content": pl.String,
    "revision": pl.Int64,
    "changed_at": pl.String,
    "number": pl.Int64,
}


class AnnotationTable:
    """The catalog's annotations.

    A removed annotation stays without content, so that other windows notice the removal.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def put(self, id_: str, map_name: str, content: Content | None, *, base: int) -> Annotation:
        """Store an annotation as it is now. Repeating a call changes nothing.

        Args:
            id_: of the annotation.
            map_name: the map it is on.
            content: None removes it.
            base: the revision that was changed; 0 for a new annotation.

        Raises:
            AnnotationChanged: somebody else changed it since that revision.
            UsageError: the map does not exist, or the annotation is on another.
        """
        with self._database.transaction() as connection:
            there = self.get(id_)
            if there is not None and there.map != map_name:
                raise UsageError(f"the annotation {id_} is on another map")
            if there is not None and there.content == content:
                return there
            if base != (there.revision if there else 0):
                raise AnnotationChanged(f"the annotation {id_} was changed by somebody else")
            if not connection.execute("SELECT 1 FROM maps WHERE name = ?", [map_name]).fetchone():
                raise UsageError(f"there is no map {map_name}")
            connection.execute(
                "INSERT INTO annotations (id, map, content, revision, changed_at) VALUES "
                "(?, ?, ?, (SELECT coalesce(max(revision), 0) + 1 FROM annotations), ?) "
                "ON CONFLICT (id) DO UPDATE SET content = excluded.content, "
                "revision = excluded.revision, changed_at = excluded.changed_at",
                [id_, map_name, content_as_json(content), now()],
            )
            [kept] = self._select(id_=id_)
        return kept

    def get(self, id_: str) -> Annotation | None:
        """An annotation as it is now, without content if it was removed; None if missing."""
        found = self._select(id_=id_)
        return found[0] if found else None

    def on(self, map_name: str) -> list[Annotation]:
        """The annotations on a map, the newest last, without removed ones."""
        there = [each for each in self.changes(map_name, 0) if each.content is not None]
        return sorted(there, key=lambda each: each.number)

    def changes(self, map_name: str, since: int) -> list[Annotation]:
        """Annotations changed on a map after a revision, by revision; with removed ones."""
        return self._select(map_name=map_name, since=since)

    def _select(
        self, *, id_: str | None = None, map_name: str | None = None, since: int = 0
    ) -> list[Annotation]:
        """Those of an id and of a map, as far as these are given."""
        frame = self._database.frame(
            "SELECT id, map, content, revision, changed_at, number FROM annotations "
            "WHERE coalesce(id = ?, 1) AND coalesce(map = ?, 1) AND revision > ? "
            "ORDER BY revision",
            _COLUMNS,
            [id_, map_name, since],
        )
        try:
            return [
                Annotation(**(row | {"content": read_content(row["content"])}))
                for row in frame.iter_rows(named=True)
            ]
        except UsageError as error:
            raise damaged(self._database.path, f"of an annotation, {error}") from error
