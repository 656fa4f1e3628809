"""The statuses that keep "nothing seen" and "could not look" apart."""

from __future__ import annotations

from enum import StrEnum


class ImageStatus(StrEnum):
    """What became of an address. Every address has exactly one."""

    PENDING = "pending"
    """Not fetched yet."""
    OK = "ok"
    """Fetched, decoded in full, and stored."""
    MISSING = "missing"
    """Gone: 404, 410, no such host, no such file."""
    BLOCKED = "blocked"
    """The server keeps it from us: 401, 403, a page instead of a picture."""
    UNREADABLE = "unreadable"
    """Bytes came, but they do not decode to a picture."""
    REFUSED = "refused"
    """Our own limits: too large, too many pixels, a private address, a scheme not spoken."""
    FAILED = "failed"
    """Timeout, broken connection, 5xx, 429: worth a retry."""


class TagStatus(StrEnum):
    """What became of one image at one tagger. Every pair has exactly one."""

    PENDING = "pending"
    """Not asked yet."""
    OK = "ok"
    """Answered with at least one tag."""
    EMPTY = "empty"
    """Looked at, and nothing seen."""
    FAILED = "failed"
    """Could not look."""


class Variant(StrEnum):
    """The copies that a store keeps of an image: the first two always, the last if asked for."""

    IMAGE = "image"
    """The normalised copy: JPEG, RGB, upright, bounded size."""
    THUMBNAIL = "thumbnail"
    """A JPEG whose longer side is at most 256 pixels."""
    ORIGINAL = "original"
    """The bytes as they were fetched, in whatever format they came."""


ALWAYS_KEPT = (Variant.IMAGE, Variant.THUMBNAIL)
"""The variants that every image has."""
