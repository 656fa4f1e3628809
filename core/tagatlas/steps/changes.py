"""Changes of clusters by researchers: in their tables, or the copies of these, and on the map."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import polars as pl

from tagatlas.atlas import Atlas
from tagatlas.catalog import StoredMap
from tagatlas.contracts.annotation import ClusterChange, ClusterMerge, ClusterMove
from tagatlas.errors import UsageError
from tagatlas.steps.names import remembered
from tagatlas_mapping.maps.changes_copy import ChangesCopy
from tagatlas_mapping.maps.duplicates import Level
from tagatlas_tables.shown import cells_as_shown


def check_changes(atlas: Atlas, paths: Sequence[Path]) -> None:
    """Check that newly given tables of changes can be read.

    Raises:
        UsageError: one cannot.
    """
    from tagatlas_mapping.maps.changes_table import Known, read_changes

    known, _ = remembered(atlas, "cluster_changes")
    nothing = pl.DataFrame(schema={"image": pl.String, "location": pl.String})
    for path in paths:
        if str(path.resolve()) not in known:
            read_changes(path, Known(None, nothing), None)


def are_new(atlas: Atlas, paths: Sequence[Path]) -> bool:
    """Whether a table was never read, so that its clusters are looked up on a map."""
    return any(atlas.catalog.changes.of(str(path.resolve())) is None for path in paths)


def given_changes(
    atlas: Atlas, stored: StoredMap | None, paths: Sequence[Path], level: Level | None
) -> tuple[list[ClusterChange], list[str]]:
    """Read the changes in some tables, and keep copies, by which clusters are recognised.

    If a table that the atlas's settings name is missing, or the user has not accepted that it is
    read, the changes last read from it are used.

    Args:
        atlas: with the copies.
        stored: the map that the tables were made for; None if there is none.
        paths: of the tables; see :func:`tagatlas_mapping.maps.changes_table.read_changes`.
        level: of near duplicates that are moved together; None for each alone.

    Returns:
        The changes in their order, and a line for each table that could not be read, each guess
        made, and each row that does not fit.

    Raises:
        UsageError: a newly given table cannot be read.
    """
    if not paths:
        return [], []
    from tagatlas_mapping.maps.changes_table import Known, read_changes
    from tagatlas_mapping.maps.names import named_by_annotations, place_annotations

    data = None
    if stored is not None:
        there = atlas.catalog.annotations.on(stored.name)
        tables = stored.data.clusters, stored.data.subclusters, stored.data.nodes
        data = named_by_annotations(stored.data, place_annotations(there, *tables))
    known = Known(data, _addresses(atlas, level))
    listed, asked = remembered(atlas, "cluster_changes")
    changes: list[ClusterChange] = []
    notes: list[str] = []
    for path in paths:
        place = str(path.resolve())
        copy = atlas.catalog.changes.of(place)
        try:
            if place in listed:
                atlas.settings.require(asked)
            read = read_changes(path, known, copy)
        except UsageError as error:
            if place not in listed:
                raise
            rest = "there is no copy of them" if copy is None else "they count as last read"
            notes.append(f"{error}; {rest}")
            read = copy or ChangesCopy("", ())
        else:
            notes += read.notes
            if read != copy:
                atlas.catalog.changes.keep(place, read)
        changes += read.changes
    return changes, notes


def annotated_changes(atlas: Atlas, map_name: str) -> tuple[list[ClusterChange], int]:
    """The changes made on a map in their order, and the revision of the last, or 0."""
    there = atlas.catalog.annotations.on(map_name)
    made = [each for each in there if isinstance(each.content, ClusterMove | ClusterMerge)]
    changes = [
        each.content for each in made if isinstance(each.content, ClusterMove | ClusterMerge)
    ]
    return changes, max((each.revision for each in made), default=0)


def _addresses(atlas: Atlas, level: Level | None) -> pl.DataFrame:
    """``location`` and ``image`` of every address, in all spellings; of duplicates, what stands."""
    known = atlas.catalog.removals.known().filter(pl.col("image").is_not_null())
    spelled = [
        known.select("location", "image"),
        cells_as_shown(known, "location").select("location", "image"),
        known.select(pl.col("final_url").alias("location"), "image").drop_nulls(),
    ]
    addresses = pl.concat(spelled).unique(maintain_order=True)
    if level is None:
        return addresses
    joined = addresses.join(
        atlas.representatives(level), on="image", how="left", maintain_order="left"
    )
    standing = pl.col("representative").fill_null(pl.col("image"))
    return joined.select("location", image=standing)
