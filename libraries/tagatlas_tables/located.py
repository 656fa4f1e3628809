"""Size and hash of a file that a location names: on this machine, or in an archive or table."""

from __future__ import annotations

import hashlib
from pathlib import Path

from tagatlas.errors import ImageRejected, InputError
from tagatlas_tables.archives import archived, open_archive
from tagatlas_tables.embedded import is_parquet, read_embedded

_ANY_SIZE = 1 << 40


def size_of(location: str | None) -> int | None:
    """The bytes of a file, also of one in an archive or a Parquet file; None if missing."""
    if location is None:
        return None
    inside = archived(location)
    try:
        if inside is None:
            return Path(location).stat().st_size
        if is_parquet(inside[0]):
            return len(read_embedded(*inside, _ANY_SIZE))
        member = open_archive(inside[0]).members.get(inside[1])
    except (OSError, InputError, ImageRejected):
        return None
    return None if member is None else member.file_size


def digest_of(location: str | None, size: int) -> str | None:
    """The SHA-256 of a file of that size, in hexadecimal; None if it cannot be read."""
    if location is None:
        return None
    inside = archived(location)
    try:
        if inside is not None and is_parquet(inside[0]):
            return hashlib.sha256(read_embedded(*inside, size)).hexdigest()
        if inside is not None:
            data = open_archive(inside[0]).read(inside[1], size)
            return hashlib.sha256(data).hexdigest()
        with Path(location).open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except (OSError, InputError, ImageRejected):
        return None
