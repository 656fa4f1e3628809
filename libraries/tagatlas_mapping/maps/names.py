"""Names that researchers give to clusters, in a file of their own."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import polars as pl
from msgspec import structs

from tagatlas.contracts import MapData
from tagatlas.contracts.annotation import LONGEST_NAME, Annotation, ClusterName
from tagatlas.errors import InputError, UsageError
from tagatlas.wording import untaken
from tagatlas_mapping.maps.followed import (
    DRAWN,
    follow_images,
    followed_images,
    least_move,
    places_of,
)
from tagatlas_mapping.maps.given_name import GivenName, match_cluster
from tagatlas_rendering.cells import cell_text
from tagatlas_tables import read_table

_SEPARATOR = "; "
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")
_FORMS = (
    "give it the columns cluster,name or name,new_name, or edit the column name of a clusters.csv"
)


@dataclass(frozen=True)
class NamesFile:
    """The content of a file of names.

    Attributes:
        names: in the order of the file.
        notes: guesses made and cells left out, for the user.
    """

    names: list[GivenName]
    notes: tuple[str, ...]


def read_names(path: Path) -> NamesFile:
    """Read the names in a file.

    A file is a table of any sort and encoding (:func:`tagatlas_tables.read_table`). In a
    ``clusters.csv`` or ``subclusters.csv`` that tagatlas wrote, every row counts whose ``name`` is
    not its ``automatic_name``. In a file of ``cluster`` (or ``subcluster``) and ``name``, and in
    one of ``name`` (the automatic one) and ``new_name``, every row with a new name does.

    Raises:
        UsageError: it cannot be read, lacks a column, or has an invalid name or number.
    """
    if path.exists() and not path.is_file():
        raise UsageError(f"cannot read the names in {path}: it is no file")
    try:
        table = read_table(path)
    except InputError as error:
        raise UsageError(f"cannot read the names in {path}: {error}") from error
    columns = [cell_text(column).casefold() for column in table.frame.columns]
    known = {"cluster", "subcluster", "automatic_name", "new_name"}
    if "name" not in columns or not known.intersection(columns):
        raise UsageError(f"{path} does not say which cluster gets which name: {_FORMS}")
    names = [
        given
        for number, row in enumerate(table.frame.iter_rows(), start=table.first_row)
        if (given := _given(dict(zip(columns, row, strict=True)), f"{path}, row {number:,}"))
    ]
    return NamesFile(names, table.notes)


def _given(row: Mapping[str, str], place: str) -> GivenName | None:
    """The name in a row; None if the row has none."""
    cells = {column: cell_text(cell).strip() for column, cell in row.items()}
    is_pair = "new_name" in cells
    written = cells["new_name"] if is_pair else cells.get("name", "")
    automatic = cells.get("automatic_name") or (cells.get("name") if is_pair else None)
    if written in ("", automatic):
        return None
    name = " ".join(written.split())
    if len(name) > LONGEST_NAME or _CONTROL.search(name):
        raise UsageError(
            f"{place}: a name is at most {LONGEST_NAME} characters of text, this is {name[:40]!r}"
        )
    level = "subcluster" if cells.get("subcluster") else "cluster" if "cluster" in cells else None
    number = cells.get(level or "") or None
    if number is not None and not (number.isascii() and number.isdigit()):
        raise UsageError(f"{place}: {number[:40]!r} is no number of a {level}")
    typical = tuple(filter(None, cells.get("typical", "").split(_SEPARATOR)))
    return GivenName(name, level, typical, automatic, None if number is None else int(number))


def with_images(
    names: Sequence[GivenName], before: Sequence[GivenName], data: MapData | None
) -> list[GivenName]:
    """Names given to numbers, with typical images of the clusters that have these numbers.

    So a name stays with its images when clusters get other numbers.

    Args:
        names: as read from a file.
        before: those of the same file as last read, whose images stay.
        data: of the map whose numbers they are; None if it is still to be made.
    """
    known = {(each.level, each.number, each.name): each for each in before if each.typical}
    found: list[GivenName] = []
    for given in names:
        level, number = given.level, given.number
        if given.typical or given.automatic_name is not None or level is None or number is None:
            found.append(given)
            continue
        known_one = known.get((level, number, given.name))
        if known_one is None and data is not None:
            table = data.clusters if level == "cluster" else data.subclusters
            if number < table.height:
                known_one = replace(given, typical=tuple(table["typical"][number]))
        found.append(known_one or given)
    return found


@dataclass(frozen=True, eq=False)
class Renamed:
    """Tables of a map with given names in them.

    Attributes:
        clusters, subclusters: as in :class:`~tagatlas_mapping.maps.Map`.
        unused: the names that fit nothing on the map.
    """

    clusters: pl.DataFrame
    subclusters: pl.DataFrame
    unused: list[str]


def rename_clusters(
    clusters: pl.DataFrame,
    subclusters: pl.DataFrame,
    nodes: pl.DataFrame,
    names: Sequence[GivenName],
    *,
    otherwise: str = "automatic_name",
) -> Renamed:
    """Put names into a map's tables; where none is given, the automatic one stands.

    A name goes to the cluster that holds most of the images that were typical of the one it was
    given to, so that it stays with its images when clusters are found again; if no such image is
    given or left, to the cluster of that automatic name, else of that number. Of several names
    for one cluster the last counts. A name that another cluster has gets a number.

    Args:
        clusters: as in :class:`~tagatlas_mapping.maps.Map`.
        subclusters: as in the same.
        nodes: as in the same.
        names: to be given.
        otherwise: the column whose names are used if none is given.
    """
    tables = {"cluster": clusters, "subcluster": subclusters}
    chosen: dict[str, dict[int, str]] = {level: {} for level in tables}
    unused: list[str] = []
    for given in names:
        levels = (given.level,) if given.level else tuple(tables)
        found = ((level, match_cluster(given, level, tables[level], nodes)) for level in levels)
        level, row = next(((level, row) for level, row in found if row is not None), ("", None))
        if row is None:
            unused.append(given.name)
        else:
            chosen[level][row] = given.name
    renamed = put_names(clusters, chosen["cluster"], otherwise, taken=())
    taken = renamed["name"].to_list()
    return Renamed(
        renamed, put_names(subclusters, chosen["subcluster"], otherwise, taken=taken), unused
    )


def put_names(
    table: pl.DataFrame, chosen: Mapping[int, str], otherwise: str, *, taken: Sequence[str]
) -> pl.DataFrame:
    """A table of clusters with names given by row; others yield to equal given ones.

    Args:
        table: one row a cluster, in the order of their numbers.
        chosen: names by row.
        otherwise: the column whose names are used for other rows.
        taken: names that none may have.
    """
    names: dict[int, str] = {}
    for row, name in [*sorted(chosen.items()), *enumerate(table[otherwise])]:
        if row not in names:
            names[row] = untaken(name, {*taken, *names.values()})
    ordered = [names[row] for row in range(table.height)]
    return table.with_columns(pl.Series("name", ordered, dtype=pl.String))


def place_annotations(
    annotations: Sequence[Annotation],
    clusters: pl.DataFrame,
    subclusters: pl.DataFrame,
    nodes: pl.DataFrame,
) -> list[Annotation]:
    """Annotations as they are on a map: each name with the number of the cluster that it fits now.

    A name that fits no cluster is left out. Drawings are where the images are that they follow.

    Args:
        annotations: of the map.
        clusters: as in :class:`~tagatlas_mapping.maps.Map`.
        subclusters: as in the same.
        nodes: as in the same.
    """
    tables = {"cluster": clusters, "subcluster": subclusters}
    places, least = places_of(nodes, followed_images(annotations)), least_move(nodes)
    placed: list[Annotation] = []
    for annotation in annotations:
        content = annotation.content
        if isinstance(content, DRAWN):
            followed = follow_images(content, places, least)
            same = followed is content
            placed.append(annotation if same else replace(annotation, content=followed))
            continue
        if not isinstance(content, ClusterName):
            placed.append(annotation)
            continue
        row = match_cluster(given_by(content), content.level, tables[content.level], nodes)
        if row is not None:
            placed.append(replace(annotation, content=structs.replace(content, number=row)))
    return placed


def named_by_annotations(data: MapData, annotations: Iterable[Annotation]) -> MapData:
    """A map whose clusters have the names of annotations that are placed on it.

    The names that they have without these are in a further column, ``plain_name``.
    """
    plain = pl.col("name").alias("plain_name")
    contents = (each.content for each in annotations)
    renamed = rename_clusters(
        data.clusters.with_columns(plain),
        data.subclusters.with_columns(plain),
        data.nodes,
        [given_by(content) for content in contents if isinstance(content, ClusterName)],
        otherwise="plain_name",
    )
    return replace(data, clusters=renamed.clusters, subclusters=renamed.subclusters)


def given_by(content: ClusterName) -> GivenName:
    """The name in an annotation."""
    return GivenName(
        content.name,
        content.level,
        content.typical,
        content.automatic_name or None,
        content.number,
    )
