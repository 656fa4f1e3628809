"""The random id of an atlas, in a file of its own."""

from __future__ import annotations

import os
import re
from contextlib import suppress
from pathlib import Path

from tagatlas.errors import StorageError

ID_FILE = "atlas.id"
"""Name of the file in an atlas's folder."""

_DIGITS = 32


def read_id(folder: Path) -> str | None:
    """The id of the atlas in a folder: 32 hexadecimal digits; None if it has none.

    A link, or a file with anything else in it, is none.
    """
    flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
    path = folder / ID_FILE
    try:
        if path.is_symlink():  # where O_NOFOLLOW is unknown
            return None
        number = os.open(path, flags)
    except OSError:
        return None
    with suppress(OSError), os.fdopen(number, "rb") as file:
        found = file.read(2 * _DIGITS).decode("ascii", "replace").rstrip("\r\n")
        return found if re.fullmatch(rf"[0-9a-f]{{{_DIGITS}}}", found) else None
    return None


def write_id(folder: Path, atlas_id: str) -> None:
    """Give the atlas in a folder an id; a file of that name is replaced, a link not followed.

    Raises:
        StorageError: it cannot be written.
    """
    path = folder / ID_FILE
    try:
        path.unlink(missing_ok=True)
        with path.open("x", encoding="ascii") as file:
            file.write(f"{atlas_id}\n")
    except OSError as error:
        raise StorageError(f"cannot write {path}: {error.strerror}") from error


def new_id() -> str:
    """A random id that no other atlas has."""
    return os.urandom(_DIGITS // 2).hex()
