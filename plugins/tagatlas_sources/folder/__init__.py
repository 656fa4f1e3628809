"""The source ``folder``: the image files below a folder, or in a ZIP archive.

What is decided here:

- Files count by their extension; whether they are images is found when they are decoded. The first
  bytes of the others are looked at: pictures among them are counted, or taken with
  ``--extensions all``.
- Files and folders whose names begin with a dot are skipped, those that systems and viewers leave
  (``Thumbs.db``, ``@eaDir``, ``__MACOSX``), and links to folders, which could lead in a circle or
  out of the tree. Links to files are read.
- An archive is read where it is, see :mod:`tagatlas.toolkit.archives`. One with a table in it is a
  table's.
- The order is that of the relative paths, by code point, whatever the file system's may be.
- A file whose name is not valid UTF-8 is left out, and said to be: no catalog could hold its name.
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
    """Which files of a folder are taken."""

    extensions: Annotated[
        tuple[str, ...],
        Meta(description="The extensions of image files; all: whatever begins as pictures do."),
    ] = (
        *("jpg", "jpeg", "jpe", "jfif", "png", "gif", "webp", "avif"),
        *("tif", "tiff", "bmp", "ico", "heic", "heif"),
    )


def is_folder(location: str) -> bool:
    """Whether ``location`` is a folder that is there, or an archive of pictures without a table."""
    from tagatlas.toolkit import archive_contents

    try:
        if location == "" or Path(location).is_dir():
            return location != ""
        return Path(location).is_file() and archive_contents(location) == "pictures"
    except (OSError, ValueError):  # such as a name too long for the file system
        return False


def may_have_pictures(location: str) -> bool:
    """As :func:`is_folder`, but for a folder of JSON files alone, which is a table."""
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
