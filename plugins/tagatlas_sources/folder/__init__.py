"""The source ``folder``: the image files below a folder, or in a ZIP archive.

Decisions:

- Files are selected by their extension; whether they are images shows when they are decoded. Among
  the others, pictures are detected by their first bytes, and counted, or taken with
  ``--extensions all``.
- Skipped are files and folders whose names begin with a dot, those created by systems and viewers
  (``Thumbs.db``, ``@eaDir``, ``__MACOSX``), and links to folders, which could lead in a circle or
  out of the tree. Links to files are read.
- An archive is read without unpacking it, see :mod:`tagatlas.toolkit.archives`. One with a table
  is read by the source ``table``.
- The order is that of the relative paths, by code point, regardless of the file system's order.
- A file whose name is not valid UTF-8 is left out and reported, since the catalog cannot store it.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from msgspec import Meta

from tagatlas import SourceSpec, hookimpl

if TYPE_CHECKING:
    from collections.abc import Iterable


@dataclass(frozen=True)
class FolderOptions:
    """Options of the source ``folder``."""

    extensions: Annotated[
        tuple[str, ...],
        Meta(description="Extensions of image files; all: every file that begins like a picture."),
    ] = (
        *("jpg", "jpeg", "jpe", "jfif", "png", "gif", "webp", "avif"),
        *("tif", "tiff", "bmp", "ico", "heic", "heif"),
    )


def is_folder(location: str) -> bool:
    """Whether ``location`` is an existing folder, or an archive of pictures without a table."""
    from tagatlas.toolkit import archive_contents

    try:
        if location == "" or Path(location).is_dir():
            return location != ""
        return Path(location).is_file() and archive_contents(location) == "pictures"
    except (OSError, ValueError):  # such as a name too long for the file system
        return False


def may_have_pictures(location: str) -> bool:
    """As :func:`is_folder`, except for a folder of JSON files only, which is a table."""
    if not is_folder(location):
        return False
    from tagatlas.toolkit import is_json_folder

    return Path(location).is_file() or not is_json_folder(Path(location))


@hookimpl
def tagatlas_sources() -> Iterable[SourceSpec]:
    """Announce the source ``folder``."""
    return [
        SourceSpec(
            name="folder",
            summary="The image files in a folder and all folders below it, or in a ZIP archive.",
            options=FolderOptions,
            accepts=may_have_pictures,
            factory="tagatlas_sources.folder.source:FolderSource",
        )
    ]
