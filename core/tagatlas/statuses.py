"""The statuses that keep "nothing seen" and "could not look" apart."""

from __future__ import annotations

from enum import StrEnum
from typing import Self


class ImageStatus(StrEnum):
    """Result of fetching an address. Every address has exactly one.

    Attributes:
        in_words: what such an address did, for a methods section.
        is_recoverable: whether copies are looked for elsewhere.
    """

    in_words: str
    is_recoverable: bool

    def __new__(cls, value: str, in_words: str, is_recoverable: bool = False) -> Self:
        """A status with its facts; its value is the text."""
        status = str.__new__(cls, value)
        status._value_ = value
        status.in_words = in_words
        status.is_recoverable = is_recoverable
        return status

    PENDING = "pending", "still had to be fetched"
    """Not fetched yet."""
    OK = "ok", "led to an image"
    """Fetched, decoded in full, and stored."""
    MISSING = "missing", "did not exist any more", True
    """Gone: 404, 410, no such host, no such file."""
    BLOCKED = "blocked", "kept the image from us or gave a page in its place", True
    """Access denied: 401, 403, a page instead of a picture."""
    UNREADABLE = "unreadable", "gave no readable image"
    """Bytes came, but they do not decode to a picture."""
    REFUSED = "refused", "went beyond our own limits"
    """Our own limits: too large, too many pixels, a private address, an unsupported scheme."""
    FAILED = "failed", "failed in a way that may pass", True
    """Timeout, broken connection, 5xx, 429: worth a retry."""

    @property
    def is_failure(self) -> bool:
        """Whether the address was tried and gave no image; ``retry_failed`` tries it again."""
        return self not in (ImageStatus.PENDING, ImageStatus.OK)


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
    """The normalised copy: JPEG, RGB, upright, bounded size; of a cut-out with its opacity."""
    THUMBNAIL = "thumbnail"
    """A JPEG whose longer side is at most 256 pixels."""
    ORIGINAL = "original"
    """The bytes as they were fetched, in their original format."""


ALWAYS_KEPT = (Variant.IMAGE, Variant.THUMBNAIL)
"""Variants that every image has."""
