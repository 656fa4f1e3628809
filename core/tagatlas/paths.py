"""Paths in an atlas: names that may become one, and links that may not lead out of it.

Atlases are exchanged: what one holds may be written by anybody, and must not decide where on this
machine is read or written.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator, Sequence
from pathlib import Path

from tagatlas.errors import AtlasError, UsageError

_LONGEST = 200
"""Longest name in bytes: file systems allow 255, and some file names extend it."""


def check_name(name: str, what: str) -> None:
    """Check that a name can be that of a file or folder, and of none elsewhere.

    Args:
        name: from a user, a plugin, or an atlas.
        what: that is called so, such as ``a map``.

    Raises:
        UsageError: it leads to another folder, is hidden, too long, or no valid file name.
    """
    is_hidden_or_empty = name.startswith(".") or not name.strip()
    if is_hidden_or_empty or set(name) & set("/\\") or not name.isprintable():
        raise UsageError(
            f"{what} cannot be called {name[:80]!a}, as a folder or file has its name: begin "
            "with no dot, and use no slash, backslash or line break"
        )
    if len(name.encode()) > _LONGEST:
        raise UsageError(f"{name[:40]!r}... is too long for {what}: {_LONGEST} bytes at most")


def check_places(atlas: Path, files: Sequence[str], folders: Sequence[str]) -> None:
    """Check that the files and folders of an atlas are in it, and are what they should be.

    Args:
        atlas: its folder.
        files: names of its files; those that are missing are passed over.
        folders: of its folders, likewise; the links in them are checked, but none deeper.

    Raises:
        AtlasError: one is a link that leads out of the atlas, or is no file or folder.
    """
    for name in (*files, *folders):
        path = atlas / name
        if path.is_symlink():
            _check_link(path, atlas)
        is_right = stat.S_ISREG if name in files else stat.S_ISDIR
        if path.exists() and not is_right(path.stat().st_mode):
            kind = "file" if name in files else "folder"
            raise AtlasError(f"{path} is no {kind}, as it must be in an atlas: move it away")
    for name in folders:
        for entry in _entries(atlas / name):
            if entry.is_symlink():
                _check_link(Path(entry.path), atlas)


def check_links(folder: Path, atlas: Path) -> None:
    """Check that no link in a folder of an atlas, at any depth, leads out of it.

    Raises:
        AtlasError: one does.
    """
    for entry in _entries(folder):
        if entry.is_symlink():
            _check_link(Path(entry.path), atlas)
        elif entry.is_dir(follow_symlinks=False):
            check_links(Path(entry.path), atlas)


def is_inside(path: Path, atlas: Path) -> bool:
    """Whether a path, its links followed, is in an atlas."""
    return Path(os.path.realpath(path)).is_relative_to(os.path.realpath(atlas))


def _check_link(path: Path, atlas: Path) -> None:
    if path.suffix == ".lock" or path.name == ".lock" or not is_inside(path, atlas):
        raise AtlasError(
            f"{path} is a link, and leads out of the atlas or stands for a lock: no such link is "
            "followed; put the file or folder itself there, or take the link away"
        )


def _entries(folder: Path) -> Iterator[os.DirEntry[str]]:
    try:
        with os.scandir(folder) as entries:
            yield from entries
    except OSError:  # it is missing, or we may not look into it either
        return
