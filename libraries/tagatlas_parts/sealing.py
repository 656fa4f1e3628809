"""Sealing: the long data of very many answers moves from a database to parts, and back.

The database keeps a short row of each answer, which says whether its tags,
its response and its embedding are sealed, and the list of the parts that count. A part is on the
disk before a transaction names it, and what no row names is nothing: so a process may end at any
moment. Deleting a sealed answer, by whatever way, marks its rows in parts as stale.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Iterator, Mapping
from itertools import chain

import polars as pl

from tagatlas.errors import AtlasDamaged
from tagatlas_parts.ascending import Ascending
from tagatlas_parts.files import PartFolder, damaged
from tagatlas_parts.kinds import KINDS, RAWS, TAGS, VECTORS, Kind
from tagatlas_parts.sections import PartFile, Section, cut, merged, next_group, without
from tagatlas_parts.tables import Tables
from tagatlas_parts.tag_rows import tag_rows

ANSWERS = "catalog/answers"
"""Folder of the parts, beside the database's file."""

UNSEALED = 2_000_000
"""Answers of a backend that stay in the database; more are sealed."""

IMAGES = 1 << 15
"""Images in a part, at most."""

_IN_RANGE = "image IN (SELECT id FROM images WHERE sha256 BETWEEN ? AND ?)"
_TAG_BYTES = 80
"""Of a tag in memory, about."""


class Sealing:
    """The sealed parts of a database's answers."""

    def __init__(self, database: Tables) -> None:
        self._database = database
        self.folder = PartFolder(database.path.parent / ANSWERS)

    def sections(self, backend: int) -> list[Section]:
        """The sections of a backend's images, in the order of ids.

        Raises:
            AtlasDamaged: two overlap.
        """
        frame = self._database.frame(
            "SELECT first, last, images, kind, name, rows, bytes FROM parts "
            "WHERE backend = ? ORDER BY first, last, images",
            {
                **dict.fromkeys(("first", "last"), pl.String),
                "images": pl.Int64,
                **dict.fromkeys(("kind", "name"), pl.String),
                **dict.fromkeys(("rows", "bytes"), pl.Int64),
            },
            [backend],
        )
        if any(column.null_count() for column in frame):
            raise damaged(self._database.path, "a value of its list of parts is missing")
        found: list[Section] = []
        for (first, last, images), parts in frame.group_by(
            "first", "last", "images", maintain_order=True
        ):
            files = {row[3]: PartFile(*row[4:]) for row in parts.iter_rows()}
            if not (found[-1].last if found else "") < str(first) <= str(last):
                raise damaged(self._database.path, "two of its parts overlap")
            found.append(Section(str(first), str(last), int(str(images)), files))
        return found

    def stale(self, backend: int) -> pl.Series:
        """Ids of the images whose rows in a backend's parts do not count, in order."""
        return self._database.frame(
            "SELECT image FROM stale WHERE backend = ? ORDER BY image",
            {"image": pl.String},
            [backend],
        )["image"]

    def frames(self, backend: int, kind: Kind) -> Iterator[pl.DataFrame]:
        """The rows of one kind that count, section by section; sections without any are left out.

        Raises:
            AtlasDamaged: a part is missing or damaged.
        """
        stale = self.stale(backend)
        for section in self.sections(backend):
            if kind.name in section.files:
                yield without(self.folder.read(section, kind), stale)

    def ascending(self, backend: int) -> Ascending:
        """Looks up responses and embeddings, in the order of ids."""
        return Ascending(self.folder, self.sections(backend), (RAWS, VECTORS), self.stale(backend))

    def seal(self, backend: int, *, unsealed: int = UNSEALED, images: int = IMAGES) -> None:
        """Move all that is unsealed of a backend to parts, if it is much.

        Killed at any moment, nothing is lost, and the next one goes on.

        Args:
            backend: the backend's number.
            unsealed: up to so many unsealed answers stay where they are.
            images: in a part, at most.

        Raises:
            StorageError: a part cannot be written.
        """
        [(waiting,)] = self._database.rows(
            "SELECT count(*) FROM answers INDEXED BY answers_unsealed "
            "WHERE backend = ? AND NOT sealed",
            [backend],
        )
        if int(str(waiting)) <= unsealed:
            return
        self.sweep()
        last = ""
        while group := next_group(self.sections(backend), self._waiting(backend, last), images):
            section, first, last = group
            self._write(backend, section, first, last, images)

    def unseal(self, backend: int) -> None:
        """Move all that is sealed of a backend back to the database.

        Raises:
            AtlasDamaged: a part is missing or damaged.
        """
        stale = self.stale(backend)
        for section in self.sections(backend):
            rows = {
                name: without(self.folder.read(section, kind), stale)
                for name, kind in KINDS.items()
            }
            with self._database.transaction() as connection:
                insert_rows(connection, backend, rows)
                connection.execute(
                    f"UPDATE answers SET sealed = 0 WHERE backend = ? AND {_IN_RANGE}",  # noqa: S608 - our own text
                    [backend, section.first, section.last],
                )
                _forget(connection, backend, section)
        with self._database.transaction() as connection:  # of answers without any long data
            connection.execute(
                "UPDATE answers SET sealed = 0 WHERE backend = ? AND sealed", [backend]
            )
            connection.execute("DELETE FROM stale WHERE backend = ?", [backend])
        self.sweep()

    def of_originals(self, backend: int, originals: Mapping[str, str]) -> dict[str, pl.DataFrame]:
        """The sealed rows of images, by kind, as rows of other images that get copies of them.

        Args:
            backend: the backend's number.
            originals: image with the rows, by image; both as ids.
        """
        pairs = pl.DataFrame(
            {"copy": list(originals), "image": list(originals.values())},
            {"copy": pl.String, "image": pl.String},
        )
        stale = self.stale(backend)
        found = {name: [kind.empty()] for name, kind in KINDS.items()}
        for section in self._sections_of(backend, pairs["image"]):
            for name, kind in KINDS.items():
                rows = without(self.folder.read(section, kind), stale).join(pairs, on="image")
                found[name].append(rows.drop("image").rename({"copy": "image"}))
        return {name: pl.concat(rows, how="diagonal") for name, rows in found.items()}

    def purge(self) -> None:
        """Write all parts with stale rows again without them, and delete what does not count."""
        for backend in self._backends("stale"):
            stale = self.stale(backend)
            for section in self._sections_of(backend, stale):
                self._write(backend, section, "", "", max(section.images, 1))
        with self._database.transaction() as connection:
            connection.execute("DELETE FROM stale")
        self.sweep()

    def sweep(self) -> None:
        """Delete the files that no row names."""
        self.folder.sweep({str(name) for (name,) in self._database.rows("SELECT name FROM parts")})

    def unused_labels(self, labels: set[str], images: Collection[str]) -> set[str]:
        """The labels that no part has any more, in the transaction that deletes images.

        Args:
            labels: that the database has no more.
            images: ids of the deleted images, whose sealed labels count as well.
        """
        gone = pl.Series("image", sorted(images), dtype=pl.String)
        backends = self._backends("parts")
        found = set(labels)
        for backend in backends:
            for section in self._sections_of(backend, gone):
                rows = self.folder.read(section, TAGS).join(gone.to_frame(), on="image", how="semi")
                found.update(rows["tag"])
        found -= {str(label) for (label,) in self._database.rows("SELECT label FROM labels")}
        sealed = chain.from_iterable(self.frames(backend, TAGS) for backend in backends)
        while found and (frame := next(sealed, None)) is not None:
            found.difference_update(frame["tag"].unique())
        return found

    def faults(self) -> Iterator[str]:
        """What is wrong with the parts, a line each."""
        for backend in self._backends("parts"):
            try:
                stale = self.stale(backend)
                for section in self.sections(backend):
                    known = self._database.frame(
                        "SELECT sha256 FROM images CROSS JOIN answers "
                        "ON backend = ? AND image = images.id WHERE sealed "
                        "AND sha256 BETWEEN ? AND ?",
                        {"image": pl.String},
                        [backend, section.first, section.last],
                    )
                    if section.files.keys() - KINDS.keys():
                        yield "a part is of no kind that is known"
                    for kind in KINDS.values():
                        rows = without(self.folder.read(section, kind), stale)
                        if not rows.join(known, on="image", how="anti").is_empty():
                            yield f"a part has {kind.name} of an image without a sealed answer"
            except AtlasDamaged as error:
                yield str(error)

    def _sections_of(self, backend: int, images: pl.Series) -> Iterator[Section]:
        """The sections in whose ranges any of these images are."""
        for section in self.sections(backend):
            if images.is_between(section.first, section.last).any():
                yield section

    def _backends(self, table: str) -> list[int]:
        query = f"SELECT DISTINCT backend FROM {table} ORDER BY backend"  # noqa: S608 - our own
        return [int(str(backend)) for (backend,) in self._database.rows(query)]

    def _waiting(self, backend: int, after: str) -> Iterator[tuple[str, int]]:
        """Ids of images with unsealed answers, in order, with their size in bytes, about."""
        for image, size in self._database.stream(
            "SELECT sha256, coalesce(length(raw), 0) + ? * (SELECT count(*) FROM tags "
            "WHERE tags.backend = answers.backend AND tags.image = answers.image) "
            "FROM images CROSS JOIN answers ON backend = ? AND answers.image = images.id "
            "WHERE sha256 > ? AND NOT sealed ORDER BY sha256",
            [_TAG_BYTES, backend, after],
        ):
            yield str(image), int(str(size))

    def _unsealed(self, backend: int, kind: Kind, first: str, last: str) -> pl.DataFrame:
        """The rows of a kind that are in the database, of a range of images."""
        if kind is TAGS:
            end = last and f"{last}~"  # of no images, no tags
            return tag_rows(self._database, backend, first, end, collected=False)
        table, column = ("answers", "raw") if kind is RAWS else ("embeddings", "vector")
        return self._database.frame(
            f"SELECT sha256, CAST({column} AS BLOB) FROM images CROSS JOIN {table} "  # noqa: S608 - our own
            f"ON backend = ? AND image = images.id "
            f"WHERE sha256 BETWEEN ? AND ? AND {column} IS NOT NULL ORDER BY sha256",
            {"image": pl.String, column: pl.Binary},
            [backend, first, last],
        )

    def _write(
        self, backend: int, section: Section | None, first: str, last: str, images: int
    ) -> None:
        """Write a section's rows that count, and the unsealed ones of a range, to new parts."""
        stale = self.stale(backend)
        frames = {
            name: merged(
                kind,
                kind.empty()
                if section is None
                else without(self.folder.read(section, kind), stale),
                self._unsealed(backend, kind, first, last),
            )
            for name, kind in KINDS.items()
        }
        parts = [
            (backend, begin, name, end, count, part.name, part.rows, part.bytes)
            for begin, end, count, rows in cut(frames, images)
            for name, frame in rows.items()
            for part in [self.folder.write(KINDS[name], frame)]
        ]
        with self._database.transaction() as connection:
            if section is not None:
                _forget(connection, backend, section)
            connection.executemany("INSERT INTO parts VALUES (?, ?, ?, ?, ?, ?, ?, ?)", parts)
            for statement in (
                "DELETE FROM tags WHERE backend = ? AND",
                "DELETE FROM embeddings WHERE backend = ? AND",
                "UPDATE answers SET raw = NULL, sealed = 1 WHERE backend = ? AND NOT sealed AND",
            ):
                connection.execute(f"{statement} {_IN_RANGE}", [backend, first, last])
            _clear(connection, backend, first, last)


def insert_rows(
    connection: sqlite3.Connection, backend: int, rows: Mapping[str, pl.DataFrame]
) -> None:
    """Write the rows of parts, by kind, to the database, where the images have none."""
    tags = rows[TAGS.name]
    connection.executemany(
        "INSERT OR IGNORE INTO labels (label) VALUES (?)", ([tag] for tag in tags["tag"].unique())
    )
    connection.executemany(
        "INSERT INTO tags SELECT ?, images.id, labels.id, ? FROM images CROSS JOIN labels "
        "WHERE sha256 = ? AND label = ?",
        ((backend, score, image, tag) for image, tag, score in tags.iter_rows()),
    )
    connection.executemany(
        "UPDATE answers SET raw = ? WHERE backend = ? "
        "AND image = (SELECT id FROM images WHERE sha256 = ?)",
        ((raw, backend, image) for image, raw in rows[RAWS.name].iter_rows()),
    )
    connection.executemany(
        "INSERT INTO embeddings SELECT ?, id, ? FROM images WHERE sha256 = ?",
        ((backend, vector, image) for image, vector in rows[VECTORS.name].iter_rows()),
    )


def _forget(connection: sqlite3.Connection, backend: int, section: Section) -> None:
    """Take a section off the list, and what is said of its rows."""
    connection.execute(
        "DELETE FROM parts WHERE backend = ? AND first = ?", [backend, section.first]
    )
    _clear(connection, backend, section.first, section.last)


def _clear(connection: sqlite3.Connection, backend: int, first: str, last: str) -> None:
    """Note that no part has stale rows of a range of images any more."""
    connection.execute(
        "DELETE FROM stale WHERE backend = ? AND image BETWEEN ? AND ?", [backend, first, last]
    )
