"""Picture files named by a table: in a folder that the user named, or beside the table."""

from __future__ import annotations

import os
import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from tagatlas.errors import InputError
from tagatlas.toolkit import (
    PICTURE_ENDING,
    count,
    is_archive,
    is_junk,
    open_archive,
    pictures_in,
    shown,
    shown_columns,
)
from tagatlas_sources import ATLAS_FILE
from tagatlas_sources.table.columns import relative_column
from tagatlas_sources.table.forms import url_columns

if TYPE_CHECKING:
    from tagatlas.toolkit import Archive, Table
    from tagatlas_sources.table import TableOptions

_IS_PICTURE = re.compile(PICTURE_ENDING + "$", re.IGNORECASE)
_LOOKED_AT = 1_000


@dataclass(frozen=True)
class Named:
    """The files named by a table's rows.

    Attributes:
        column: the column with the names.
        paths: absolute, one per row; empty if a row names none.
        notes: for the user.
    """

    column: str
    paths: list[str]
    notes: tuple[str, ...]


class Files:
    """Files below a folder or in an archive, found by their names in tables."""

    def __init__(self, root: str, names: Iterable[str]) -> None:
        """Index the files by their paths relative to ``root``, written with ``/``."""
        self._root = root
        self.names = sorted(names)
        self._by_path = {_key(name): name for name in reversed(self.names)}
        self._by_ending: dict[str, list[str]] = defaultdict(list)
        for name in self.names:
            parts = _key(name).split("/")
            stem = PurePosixPath(parts[-1]).stem
            for start in range(len(parts)):
                self._by_ending["/".join(parts[start:])].append(name)
            if stem != parts[-1]:
                self._by_ending[stem].append(name)

    def find(self, cell: str) -> list[str]:
        """The files that ``cell`` may mean: none, one, or several of one name.

        In this order by the path from the folder, the end of the path, the name, the name without
        its extension; in any letter case, also percent-encoded. A URL counts by the last segment of
        its path.
        """
        text = cell.strip()
        if "://" in text:
            text = unquote(urlsplit(text).path.rpartition("/")[2]) if _is_url(text) else ""
        found = self._find(_key(text))
        return found or ("%" in text and self._find(_key(unquote(text)))) or []

    def _find(self, key: str) -> list[str]:
        if key in self._by_path:
            return [self._by_path[key]]
        while key:
            found = self._by_ending.get(key, [])
            pictures = [name for name in found if _IS_PICTURE.search(name)]
            if found:
                return pictures or found
            key = key.partition("/")[2]  # the table's folders may be those of another machine
        return []

    def path(self, name: str) -> str:
        """The absolute path of a file."""
        return f"{self._root}{name}"


def _is_url(text: str) -> bool:
    try:
        return bool(urlsplit(text).netloc)
    except ValueError:
        return False


def _key(name: str) -> str:
    """Key of a name: NFC, without letter case, with unified slashes."""
    text = unicodedata.normalize("NFC", name).casefold().replace("\\", "/")
    return "/".join(part for part in text.split("/") if part not in ("", "."))


def files_below(folder: Path) -> Files:
    """The files in a folder and below it, or in an archive, without hidden files and atlases.

    Raises:
        InputError: there is no such folder.
    """
    if is_archive(str(folder)):
        archive = open_archive(str(folder))
        return Files(archive.location(""), archive.members)
    if not folder.is_dir():
        raise InputError(f"--files: there is no folder {shown(str(folder))}: check the path")
    root = folder.resolve()
    names = []
    for place, folders, files in os.walk(root):
        folders[:] = [name for name in folders if not is_junk(name)]
        below = Path(place).relative_to(root).as_posix()
        if below != "." and ATLAS_FILE in files:
            folders.clear()
            continue
        names += [
            name if below == "." else f"{below}/{name}"
            for name in files
            if not is_junk(name) and _is_text(name) and _is_text(below)
        ]
    return Files(f"{root.as_posix().rstrip('/')}/", names)


def _is_text(name: str) -> bool:
    try:
        name.encode()
    except UnicodeEncodeError:  # Python holds foreign bytes as lone surrogates
        return False
    return True


def named_files(table: Table, folder: Path, columns: Sequence[str]) -> Named:
    """The files below ``folder`` named by a table, in the given column or the best one.

    Raises:
        InputError: there is no such folder, or the table names none of its files.
    """
    return _files_named_by(table, files_below(folder), shown(folder.absolute().name), columns)


def named_inside(table: Table, archive: Archive, options: TableOptions) -> Named | None:
    """The pictures in the archive named by its table; None if it names none of them.

    By giving the archive, the user allows all files in it.
    """
    files = Files(archive.location(""), pictures_in(archive.members))
    columns = url_columns(table, options) if options.url_column else ()
    names = columns or table.frame.columns
    if not any(files.find(cell) for name in names for cell in table.column(name).unique()):
        return None
    return _files_named_by(table, files, "the archive", columns)


def _files_named_by(table: Table, files: Files, where: str, columns: Sequence[str]) -> Named:
    """The named files among those already listed."""
    if len(columns) > 1:
        raise InputError("--files takes the names from one column: name one with --url-column")
    column = columns[0] if columns else _best_column(table, files)
    paths, without, many = [], 0, 0
    taken: set[str] = set()
    for cell in table.column(column).to_list():
        found = files.find(cell)
        if len(found) > 1:
            many += 1
        elif not found:
            without += cell.strip() != ""
        paths.append(files.path(found[0]) if len(found) == 1 else "")
        taken.update(found)
    if not any(paths):
        if many:
            raise InputError(
                f"the column {shown(column)} has only names that several files in {where} have: "
                "write the folder before the name"
            )
        raise InputError(
            f"no file in {where} is named in {f'the column {shown(column)}'}; "
            f"columns found: {shown_columns(table.frame.columns)}; name one with --url-column"
        )
    pictures = [name for name in files.names if _IS_PICTURE.search(name)]
    left = [name for name in pictures if name not in taken]
    notes = []
    if without:
        notes.append(f"{count(without, 'row')} left out: no such file in {where}")
    if many:
        notes.append(
            f"{count(many, 'row')} left out: several files of that name in {where}; "
            "write the folder before the name"
        )
    if left:
        notes.append(
            f"{count(len(left), 'picture file')} in {where} left out: no row names "
            f"{'it' if len(left) == 1 else 'them'}, such as {shown(left[0])}"
        )
    return Named(column, paths, tuple(notes))


def _best_column(table: Table, files: Files) -> str:
    """The column that names most files.

    A name with its extension counts twice: row numbers may equal names without one by chance.
    """

    def hits(name: str) -> int:
        cells = table.column(name)
        some = cells.gather_every(max(1, len(cells) // _LOOKED_AT)).to_list()
        named = {found[0]: cell for cell in some if (found := files.find(cell))}
        return sum(2 if _IS_PICTURE.search(cell.strip()) else 1 for cell in named.values())

    best = max(table.frame.columns, key=hits)
    return best if hits(best) else relative_column(table) or best


def named_beside(table: Table, folder: Path) -> Named | None:
    """The picture files below the table's own folder named by their relative paths.

    A table from outside must not read arbitrary files: only picture files below the folder count,
    named without ``..`` and not behind links.

    Args:
        table: as read.
        folder: the table's folder, resolved.

    Returns:
        None if it names no such file.
    """
    column = relative_column(table)
    if column is None:
        return None
    cells = table.column(column).to_list()
    paths = [_below(folder, cell.strip()) for cell in cells]
    if not any(paths):
        return None
    without = sum(1 for path, cell in zip(paths, cells, strict=True) if cell.strip() and not path)
    notes = [f"the files are taken from the folder that the table lies in, {shown(str(folder))}"]
    if without:
        notes.append(f"{count(without, 'row')} left out: no such picture file below that folder")
    return Named(column, paths, tuple(notes))


def _below(folder: Path, name: str) -> str:
    parts = name.replace("\\", "/").split("/")
    if not _IS_PICTURE.search(name) or ".." in parts or parts[0] in ("", "~") or ":" in parts[0]:
        return ""
    for form in ("NFC", "NFD"):
        path = folder.joinpath(*unicodedata.normalize(form, name).replace("\\", "/").split("/"))
        try:
            if path.is_file() and path.resolve() == path:
                return path.as_posix()
        except (OSError, ValueError):  # such as a name too long for the file system
            continue
    return ""
