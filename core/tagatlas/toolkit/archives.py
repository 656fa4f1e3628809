"""ZIP archives, read without unpacking.

A file in an archive is named by the archive's path, ``!/`` and its name within, such as
``/data/photos.zip!/a/1.jpg``: a source may give such a location as an address.
"""

from tagatlas_tables.archives import (
    Archive,
    archive_contents,
    is_archive,
    is_junk,
    open_archive,
    pictures_in,
    tables_in,
)

__all__ = [
    "Archive",
    "archive_contents",
    "is_archive",
    "is_junk",
    "open_archive",
    "pictures_in",
    "tables_in",
]
