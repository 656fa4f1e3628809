"""Annotations fitted to their maps, for several windows that read and write at once."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from tagatlas.atlas import Atlas
from tagatlas.contracts.annotation import Annotation, Content
from tagatlas.errors import UsageError
from tagatlas_mapping.maps.names import place_annotations


class AnnotationFeed:
    """Reads and writes the annotations of one atlas; used by several threads at once.

    A name comes with the number of the cluster that it fits on the present map, regardless of the
    number it was given to. One instance serves all requests; each method is called with the open
    atlas. The data that names are fitted by is read again only if a map has changed.
    """

    def __init__(self) -> None:
        # The data that names are fitted by, of each map as it was last read.
        self._tables: dict[str, tuple[str, pl.DataFrame, pl.DataFrame, pl.DataFrame]] = {}

    def changes(self, atlas: Atlas, map_name: str, since: int) -> tuple[int, list[Annotation]]:
        """The last revision, and the annotations changed on a map after one, with removed ones.

        Names that fit no cluster of the map are left out.

        Raises:
            UsageError: the map does not exist.
        """
        if map_name not in atlas.map_names():
            raise UsageError(f"there is no map {map_name[:80]!r}")
        changed = atlas.catalog.annotations.changes(map_name, since)
        last = max((each.revision for each in changed), default=since)
        return last, self._placed(atlas, map_name, changed)

    def put(
        self, atlas: Atlas, id_: str, map_name: str, content: Content | None, *, base: int
    ) -> Annotation:
        """Store an annotation as it is now. Repeating a call changes nothing.

        Args:
            atlas: open; it need not be open for writing.
            id_: of the annotation.
            map_name: the map it is on.
            content: None removes it.
            base: the revision that was changed; 0 for a new annotation.

        Raises:
            AnnotationChanged: somebody else changed it since that revision.
            UsageError: the map does not exist, or the annotation is on another.
        """
        return self._one(atlas, atlas.catalog.annotations.put(id_, map_name, content, base=base))

    def get(self, atlas: Atlas, id_: str) -> Annotation | None:
        """An annotation as it is now, without content if it was removed; None if missing.

        A name that fits no cluster of its map keeps its original number.
        """
        there = atlas.catalog.annotations.get(id_)
        return None if there is None else self._one(atlas, there)

    def _one(self, atlas: Atlas, annotation: Annotation) -> Annotation:
        placed = self._placed(atlas, annotation.map, [annotation])
        return placed[0] if placed else annotation

    def _placed(
        self, atlas: Atlas, map_name: str, annotations: Sequence[Annotation]
    ) -> list[Annotation]:
        if not annotations:
            return []
        state = atlas.map_states().get(map_name, "")
        known = self._tables.get(map_name)
        if known is None or known[0] != state:
            stored = atlas.catalog.maps.load(map_name)
            if stored is None:
                raise UsageError(f"the map {map_name} is to be made again with tagatlas map")
            nodes = stored.data.nodes.select("id", "cluster", "subcluster", "x", "y")
            known = (state, stored.data.clusters, stored.data.subclusters, nodes)
            self._tables[map_name] = known
        return place_annotations(annotations, *known[1:])
