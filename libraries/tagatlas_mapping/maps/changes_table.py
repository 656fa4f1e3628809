"""Changes of clusters in a table: images that are moved, and clusters that are merged."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from unicodedata import category

import polars as pl

from tagatlas.contracts import MapData
from tagatlas.contracts.annotation import (
    LONGEST_NAME,
    MOST_MOVED,
    ClusterChange,
    ClusterMerge,
    ClusterMove,
    ClusterReference,
)
from tagatlas.errors import InputError, UsageError
from tagatlas.wording import count
from tagatlas_mapping.maps.changes_copy import ChangesCopy
from tagatlas_rendering.cells import cell_text
from tagatlas_tables import read_table
from tagatlas_tables.matching import Known as Address
from tagatlas_tables.named_images import find_images

_TYPICAL = 6
"""Number of images that a cluster is recognised by."""

_TOLD = 20
"""Rows that do not fit, told one by one."""

_IMAGE = ("image", "url", "location", "address", "file", "label")
"""Columns that say which image a row is about; the first that is not empty counts."""

_READ = {*_IMAGE, "id", "kind", "cluster", "cluster_name", "into", "name", "typical"}

_STORED = re.compile(r"(?:.*/)?([0-9a-f]{64})(?:\.\w+)?")
"""An image's id, or its file in the store."""

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")
_FORMS = "give it the columns image,cluster or cluster,into"


@dataclass(frozen=True, eq=False)
class Known:
    """What images and clusters in a table are looked up in.

    Attributes:
        data: the map as it is, with the names that are shown; None if there is none.
        addresses: ``location`` and ``image`` (id) of all images; several rows for one image.
    """

    data: MapData | None
    addresses: pl.DataFrame


def read_changes(path: Path, known: Known, before: ChangesCopy | None) -> ChangesCopy:
    """Read the changes in a table of any sort and encoding (:func:`tagatlas_tables.read_table`).

    A row of ``image`` and ``cluster`` moves an image to the cluster of that name, which is made if
    there is none; a row of ``cluster`` and ``into`` merges one cluster into another; a row of
    ``image`` and ``into`` moves an image as well. An image is named by its id, its address, its
    path, or its file name if it is the only one of that name. Clusters are named as on the map,
    by their automatic names, or by their numbers. In a table of images or nodes that tagatlas
    wrote, with ``cluster`` and ``cluster_name``, only the rows count in which one of them was
    changed. Rows that do not fit are left out, with a note each; of two rows that contradict each
    other the later counts.

    Args:
        path: of the table.
        known: images, and clusters of the map that the table was made for.
        before: the changes as they were last read; names in them keep their meaning.

    Raises:
        UsageError: it cannot be read, or lacks a column.
    """
    try:
        digest = sha256(path.read_bytes()).hexdigest()
        if before is not None and before.digest == digest and not before.notes:
            return before
        table = read_table(path)
    except (InputError, OSError) as error:
        raise UsageError(f"cannot read the changes in {path}: {error}") from error
    columns = [cell_text(column).strip().casefold() for column in table.frame.columns]
    has_image = any(name in columns for name in (*_IMAGE, "id"))
    if not ("into" in columns or (has_image and "cluster" in columns)) or not (
        has_image or "cluster" in columns
    ):
        raise UsageError(f"{path} does not say what is moved or merged: {_FORMS}")
    places = [at for at, name in enumerate(columns) if name in _READ]
    rows = [
        _Row(number, {name: " ".join(cell_text(cell).split()) for name, cell in cells})
        for number, row in enumerate(table.frame.iter_rows(), start=table.first_row)
        if (cells := [(columns[at], row[at]) for at in places])
    ]
    reading = _Reading(path, known, before, rows)
    changes = reading.changes()
    return ChangesCopy(digest, tuple(changes), (*table.notes, *reading.told()))


@dataclass(frozen=True)
class _Row:
    number: int
    cells: Mapping[str, str]

    def get(self, column: str) -> str:
        return self.cells.get(column, "")

    @property
    def image(self) -> str:
        """What the row calls its image; empty if it is about none."""
        if self.get("kind") and self.get("id"):
            return self.get("id") if self.get("kind") == "image" else ""
        return next(filter(None, map(self.get, _IMAGE)), "")


@dataclass
class _Reading:
    """One table, while it is read."""

    path: Path
    known: Known
    before: ChangesCopy | None
    rows: Sequence[_Row]
    _notes: list[str] = field(default_factory=list)

    def changes(self) -> list[ClusterChange]:
        moves, merges = self._moves(), self._merges()
        clusters = _Clusters(self.known.data, self.before, self.rows, moved=frozenset(moves))
        images: dict[str, list[str]] = {}
        for image, (name, _) in moves.items():
            images.setdefault(name, []).append(image)
        changes: list[ClusterChange] = []
        for name, some in images.items():
            into = clusters.named(name)
            if into is None and not _is_name(name):
                what = f"a name is at most {LONGEST_NAME} characters of text, this is {name[:40]!r}"
                self._tell(moves[some[0]][1], what)
                continue
            into = into or ClusterReference(name)
            some = sorted(some)
            parts = [some[at : at + MOST_MOVED] for at in range(0, len(some), MOST_MOVED)]
            changes += [ClusterMove(tuple(part), into) for part in parts]
        for name, (target, number) in merges.items():
            pair = [
                clusters.named(each) or (ClusterReference(each) if each in images else None)
                for each in (name, target)
            ]
            unknown = [
                each for each, found in zip((name, target), pair, strict=True) if found is None
            ]
            if unknown:
                self._tell(number, f"the map has no cluster {unknown[0]!r}")
            elif pair[0] is not None and pair[1] is not None:
                changes.append(ClusterMerge(pair[0], pair[1]))
        return changes

    def told(self) -> list[str]:
        """Notes, of many the first ones and the number of the others."""
        more = len(self._notes) - _TOLD
        verb = "does" if more == 1 else "do"
        rest = [f"{self.path}: {count(more, 'further row')} {verb} not fit"] if more > 0 else []
        return [*self._notes[:_TOLD], *rest]

    def _tell(self, number: int, what: str) -> None:
        self._notes.append(f"{self.path}, row {number:,}: {what}")

    def _moves(self) -> dict[str, tuple[str, int]]:
        """The cluster that each image is moved to, and the row that says so; by id."""
        about = [row for row in self.rows if row.image]
        addresses = self.known.addresses.select("image", "location").iter_rows()
        found = find_images([row.image for row in about], [Address(*row) for row in addresses])
        edited = _Edited(about, found.images, self.known.data, self.before)
        moves: dict[str, tuple[str, int]] = {}
        for row in about:
            target = row.get("into") or edited.target(row)
            if not target:
                continue
            image = found.images.get(row.image)
            if image is None:
                reason = found.unmatched[row.image]
                self._tell(row.number, f"the image {row.image[:200]!r} is not found: {reason}")
                continue
            there = moves.pop(image, None)
            if there is not None and there[0] != target:
                self._tell(
                    row.number,
                    f"the image {row.image[:200]!r} goes to {target!r}, and row {there[1]:,} says"
                    f" {there[0]!r}: the later counts",
                )
            moves[image] = target, row.number
        return moves

    def _merges(self) -> dict[str, tuple[str, int]]:
        """The cluster that each cluster is merged into, and the row that says so; by name."""
        numbers = {row.get("cluster"): row.get("name") for row in self.rows if row.get("name")}
        merges: dict[str, tuple[str, int]] = {}
        for row in self.rows:
            into = row.get("into")
            if row.image or not into or not row.get("cluster"):
                continue
            name = row.get("name") or row.get("cluster")
            into = into if into in numbers.values() else numbers.get(into, into)
            if name in (into, *_followed(merges, into)):
                self._tell(row.number, f"{into!r} goes into {name!r} already, or is the same")
                continue
            there = merges.pop(name, None)
            if there is not None and there[0] != into:
                self._tell(
                    row.number,
                    f"the cluster {name!r} goes into {into!r}, and row {there[1]:,} says"
                    f" {there[0]!r}: the later counts",
                )
            merges[name] = into, row.number
        return merges


def _followed(merges: Mapping[str, tuple[str, int]], name: str) -> Iterator[str]:
    """The clusters that a cluster goes into in the end, one after the other."""
    while name in merges:
        name, _ = merges[name]
        yield name


class _Edited:
    """Which rows of a table that tagatlas wrote a researcher has changed, and to which cluster.

    Such a table has a number and a name in each row. Before it was ever read, a row was changed
    where it has another name than its image's cluster on the map; where most rows do, or the table
    was read before, where its name is not the one that most rows of the same number have.
    """

    def __init__(
        self,
        rows: Sequence[_Row],
        found: Mapping[str, str],
        data: MapData | None,
        before: ChangesCopy | None,
    ) -> None:
        names: dict[str, Counter[str]] = {}
        for row in rows:
            names.setdefault(row.get("cluster"), Counter())[row.get("cluster_name")] += 1
        self._common = {number: each.most_common(1)[0][0] for number, each in names.items()}
        self._found = found
        self._asked = _asked(before)
        self._on_map = {} if data is None or before is not None else _names_on(data)
        same = sum(self._now(row) == row.get("cluster_name") for row in rows)
        if 2 * same < len(rows):
            self._on_map = {}

    def target(self, row: _Row) -> str:
        """Where the row moves its image; empty if it moves it nowhere."""
        number, name = row.get("cluster"), row.get("cluster_name")
        if "cluster_name" not in row.cells:
            return number
        image = self._found.get(row.image)
        if image is not None and self._asked.get(image) == name:
            return name
        common, now = self._common[number], self._now(row)
        if now and now != name:
            return name
        if name == common:
            return ""
        return common if now else name  # where the name is still right, the number was changed

    def _now(self, row: _Row) -> str:
        """The name of the image's cluster on the map; empty if that is not known."""
        return self._on_map.get(self._found.get(row.image, ""), "")


def _names_on(data: MapData) -> dict[str, str]:
    names = data.nodes.select("id", "cluster").join(
        data.clusters.select("cluster", "name"), on="cluster"
    )
    return {image: " ".join(name.split()) for image, name in names.select("id", "name").iter_rows()}


def _asked(before: ChangesCopy | None) -> dict[str, str]:
    """The name of the cluster that each image was moved to."""
    changes = () if before is None else before.changes
    moves = [change for change in changes if isinstance(change, ClusterMove)]
    return {image: change.into.name for change in moves for image in change.images}


class _Clusters:
    """Clusters by what a table calls them."""

    def __init__(
        self,
        data: MapData | None,
        before: ChangesCopy | None,
        rows: Sequence[_Row],
        *,
        moved: frozenset[str],
    ) -> None:
        self._data = data
        self._moved = moved
        self._before = {each.name: each for each in _references(before)}
        self._written = {
            row.get("name"): tuple(row.get("typical").split("; "))
            for row in rows
            if row.get("name") and row.get("typical")
        }

    def named(self, name: str) -> ClusterReference | None:
        """The cluster of a name; None if there is none.

        It is recognised by typical images that the table does not move.
        """
        earlier = self._before.get(name)
        if earlier is not None and not earlier.typical:
            return earlier
        known = (earlier.typical if earlier else ()) or self._written.get(name, ())
        typical = tuple(
            image for image in known if image not in self._moved and _STORED.fullmatch(image)
        )
        return ClusterReference(name, typical[:_TYPICAL]) if typical else self._on_map(name)

    def _on_map(self, name: str) -> ClusterReference | None:
        if self._data is None:
            return None
        number = _number(self._data.clusters, name)
        if number is None:
            return None
        own = self._data.images.filter(pl.col("cluster") == number)
        left = own.filter(~pl.col("id").is_in(list(self._moved)))
        most = left.sort("typicality", "id", descending=[True, False])["id"].head(_TYPICAL)
        return ClusterReference(name, tuple(most)) if len(most) else None


def _is_name(text: str) -> bool:
    """Whether a cluster can be called so: not too long, and with something that can be seen."""
    is_seen = any(category(each)[0] not in "CZ" for each in text)
    return is_seen and len(text) <= LONGEST_NAME and not _CONTROL.search(text)


def _references(before: ChangesCopy | None) -> Iterator[ClusterReference]:
    for change in () if before is None else before.changes:
        yield change.into
        if isinstance(change, ClusterMerge):
            yield change.cluster


def _number(clusters: pl.DataFrame, name: str) -> int | None:
    """The number of the cluster of a name, as shown or automatic, or of that number."""
    for column in ("name", "automatic_name"):
        numbers = {
            " ".join(str(shown).split()).casefold(): int(number)
            for number, shown in clusters.select("cluster", column).iter_rows()
        }
        if name.casefold() in numbers:
            return numbers[name.casefold()]
    is_number = name.isascii() and name.isdigit() and len(name) < 10
    return int(name) if is_number and int(name) < clusters.height else None
