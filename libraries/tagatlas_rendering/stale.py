"""Files that may show images that were hidden after they were written."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from tagatlas.errors import StorageError
from tagatlas.wording import count

_WITHOUT_PICTURES = (".csv", ".md", ".lock")


def remove_stale(folders: Iterable[Path], hidden: int) -> int:
    """Remove the files that were written before images were hidden.

    Args:
        folders: to look in, with the folders within them; links are not followed.
        hidden: the time, in seconds since 1970.

    Returns:
        Their number; tables and texts, which show no images, are left.

    Raises:
        StorageError: one cannot be removed.
    """
    places = [path for folder in folders for path in folder.rglob("*")]
    old = [
        path
        for path in places
        if (path.is_symlink() or not path.is_dir())
        and path.suffix not in _WITHOUT_PICTURES
        and path.lstat().st_mtime < hidden + 1
    ]
    for path in old:
        try:
            path.unlink()
        except OSError as error:
            raise StorageError(
                f"cannot remove {path}, which may show hidden images: {error.strerror or error};"
                " check the permissions, then render again"
            ) from error
    for path in reversed(places):  # a folder comes before what is in it
        with suppress(OSError):  # it is not empty, or none
            path.rmdir()
    return len(old)


def stale_notes(removed: int) -> list[str]:
    """A note on removed files; none where there were none."""
    if not removed:
        return []
    files = count(removed, "file")
    said = (
        f"{files} of maps and comparisons from before images were hidden: removed; render other"
        " maps and compare again where you need them"
    )
    return [said]
