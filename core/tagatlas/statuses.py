"""The statuses that keep "nothing seen" and "could not look" apart."""

from __future__ import annotations

from enum import StrEnum


class ImageStatus(StrEnum):
    """Result of fetching an address. Every address has exactly one."""

    PENDING = "pending"
    """Not fetched yet."""
    OK = "ok"
    """Fetched, decoded in full, and stored."""
    MISSING = "missing"
    """Gone: 404, 410, no such host, no such file."""
    BLOCKED = "blocked"
    """Access denied: 401, 403, a page instead of a picture."""
    UNREADABLE = "unreadable"
    """Bytes came, but they do not decode to a picture."""
    REFUSED = "refused"
    """Our own limits: too large, too many pixels, a private address, an unsupported scheme."""
    FAILED = "failed"
    """Timeout, broken connection, 5xx, 429: worth a retry."""


class TagStatus(StrEnum):
    """Result of tagging an image with a backend. Every pair has exactly one."""

    PENDING = "pending"
    """Not asked yet."""
    OK = "ok"
    """Answered with at least one tag."""
    EMPTY = "empty"
    """Processed, with no tags."""
    FAILED = "failed"
    """Could not be processed."""


class Variant(StrEnum):
    """The copies that a store keeps of an image: the first two always, the last if asked for."""

    IMAGE = "image"
    """The normalised copy: JPEG, RGB, upright, bounded size."""
    THUMBNAIL = "thumbnail"
    """A JPEG whose longer side is at most 256 pixels."""
    ORIGINAL = "original"
    """The bytes as they were fetched, in their original format."""


ALWAYS_KEPT = (Variant.IMAGE, Variant.THUMBNAIL)
"""Variants that every image has."""
