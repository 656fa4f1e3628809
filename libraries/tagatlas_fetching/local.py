"""Reads pictures on this machine."""

from __future__ import annotations

import os
import stat

from tagatlas.contracts import ImageStatus
from tagatlas.errors import ImageRejected, InputError
from tagatlas_tables.archives import archived, open_archive
from tagatlas_tables.embedded import is_parquet, read_embedded


def read_file(path: str, max_bytes: int) -> bytes:
    """The bytes of a regular file, or of one in an archive or a Parquet file; follows links.

    Args:
        path: of the file; in an archive, a name from :mod:`tagatlas_tables.archives`.
        max_bytes: a larger file is refused, unread.

    Raises:
        ImageRejected: ``missing``; ``blocked`` (no permission); ``refused`` (too large, or not a
            regular file: a folder, a pipe, a device); ``failed`` (disk errors).
    """
    inside = None if os.path.lexists(path) else archived(path)
    if inside is not None:
        return _from_archive(*inside, max_bytes)
    try:
        with open(path, "rb", opener=_open_without_waiting) as file:
            status = os.fstat(file.fileno())
            if not stat.S_ISREG(status.st_mode):
                raise ImageRejected(ImageStatus.REFUSED, "not a plain file")
            # A size of 0 may be wrong in virtual file systems, so the read is limited too.
            data = b"" if status.st_size > max_bytes else file.read(max_bytes + 1)
            if max(status.st_size, len(data)) > max_bytes:
                raise ImageRejected(
                    ImageStatus.REFUSED, f"larger than {max_bytes:,} bytes", setting="max_bytes"
                )
            return data
    except (FileNotFoundError, NotADirectoryError) as error:
        raise ImageRejected(ImageStatus.MISSING, "no such file") from error
    except IsADirectoryError as error:
        raise ImageRejected(ImageStatus.REFUSED, "not a plain file") from error
    except PermissionError as error:
        raise ImageRejected(ImageStatus.BLOCKED, "no permission to read it") from error
    except OSError as error:
        raise ImageRejected(ImageStatus.FAILED, error.strerror or "cannot be read") from error
    except ValueError as error:  # a NUL, or text that no file name can be
        raise ImageRejected(ImageStatus.REFUSED, "not a valid path") from error


def _from_archive(archive: str, name: str, max_bytes: int) -> bytes:
    if is_parquet(archive):
        return read_embedded(archive, name, max_bytes)
    try:
        return open_archive(archive).read(name, max_bytes)
    except InputError as error:
        raise ImageRejected(ImageStatus.UNREADABLE, str(error)) from error


def _open_without_waiting(path: str, flags: int) -> int:
    """Open a file without blocking, as a pipe without a writer would."""
    return os.open(path, flags | getattr(os, "O_NONBLOCK", 0))
