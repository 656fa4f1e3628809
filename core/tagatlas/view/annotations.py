"""What windows read and write of the annotations on a map."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
import polars as pl
from msgspec import Raw, Struct

from tagatlas.annotations import Annotation, Content, read_content
from tagatlas.atlas import Atlas
from tagatlas.errors import UsageError
from tagatlas.maps.names import place_names


class Change(Struct, forbid_unknown_fields=True):
    """What a window wants to keep of an annotation.

    Attributes:
        map: the map it is on.
        base: the revision that was changed; 0 for a new one.
        content: as JSON; null removes it.
    """

    map: str
    base: int
    content: Raw


class Told(Struct):
    """An annotation as windows are told of it.

    Attributes:
        number: rises with every new annotation.
        content: None where it was removed.
    """

    id: str
    revision: int
    number: int
    content: Content | None


def read_change(body: bytes) -> tuple[Change, Content | None]:
    """A change as a window sends it, and its content.

    Raises:
        UsageError: it is none.
    """
    try:
        change = msgspec.json.decode(body, type=Change)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise UsageError(f"this is no change: {error}") from error
    return change, read_content(bytes(change.content))


class Teller:
    """Tells of annotations as they are on their map; used by several threads at once."""

    def __init__(self) -> None:
        # What names are placed by, of each map in the state it was last seen in.
        self._tables: dict[str, tuple[str, pl.DataFrame, pl.DataFrame, pl.DataFrame]] = {}

    def changes(self, atlas: Atlas, map_name: str, since: int) -> tuple[int, list[Told]]:
        """The last revision, and what changed on a map after one.

        Names that fit no cluster of the map are left out.

        Raises:
            UsageError: there is no such map.
        """
        if map_name not in atlas.catalog.maps.names():
            raise UsageError(f"there is no map {map_name[:80]!r}")
        changed = atlas.catalog.annotations.changes(map_name, since)
        last = max((each.revision for each in changed), default=since)
        placed = self._placed(atlas, map_name, changed)
        return last, [_told(each) for each in placed]

    def one(self, atlas: Atlas, annotation: Annotation) -> Told:
        """An annotation; a name has the number of its cluster, as far as there is one."""
        placed = self._placed(atlas, annotation.map, [annotation]) or [annotation]
        return _told(placed[0])

    def _placed(
        self, atlas: Atlas, map_name: str, annotations: Sequence[Annotation]
    ) -> list[Annotation]:
        if not annotations:
            return []
        state = atlas.catalog.maps.states().get(map_name, "")
        known = self._tables.get(map_name)
        if known is None or known[0] != state:
            stored = atlas.catalog.maps.load(map_name)
            if stored is None:
                raise UsageError(f"the map {map_name} is to be made anew with tagatlas map")
            nodes = stored.data.nodes.select("id", "cluster", "subcluster")
            known = (state, stored.data.clusters, stored.data.subclusters, nodes)
            self._tables[map_name] = known
        return place_names(annotations, *known[1:])


def _told(annotation: Annotation) -> Told:
    return Told(annotation.id, annotation.revision, annotation.number, annotation.content)
