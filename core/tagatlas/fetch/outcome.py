"""What goes into fetching, and what comes out: one address, one outcome."""

from __future__ import annotations

from dataclasses import dataclass

from tagatlas.contracts.statuses import ImageStatus


@dataclass(frozen=True, slots=True)
class Address:
    """Where one picture is to be had.

    Attributes:
        key: the caller's own number for it; handed back with the outcome.
        location: an ``http(s)`` URL, or a path where ``local``.
        local: whether ``location`` is a path on this machine.
    """

    key: int
    location: str
    local: bool = False


@dataclass(frozen=True, slots=True)
class StoredImage:
    """An image that is now in the store.

    Attributes:
        id: SHA-256 of the bytes as they were fetched, 64 hexadecimal digits.
        width: of the original, upright, in pixels.
        height: of the original, upright, in pixels.
        format: what the bytes were: ``jpeg``, ``png``, ``gif``, ``webp``, ``avif``, ``tiff``,
            ``bmp`` or ``ico``.
        bytes: how many bytes were fetched.
        frames: of an animation, of which the first is kept; 1 for a still.
        perceptual_hash: see :func:`tagatlas.duplicates.perceptual_hash`.
    """

    id: str
    width: int
    height: int
    format: str
    bytes: int
    frames: int
    perceptual_hash: int | None = None


@dataclass(frozen=True, slots=True)
class FetchOutcome:
    """What became of one address.

    Attributes:
        key: as in the :class:`Address`.
        status: any but ``pending``.
        reason: why there is no image, a few words; empty where ``ok``.
        image: there exactly where ``ok``.
        http_status: of the last answer; None without one.
        final_url: where the last redirect led; None without an answer, and for a path.
        content_type: what the server called the bytes, which decides nothing.
        attempts: how often it was tried; 0 if it was refused untried.
    """

    key: int
    status: ImageStatus
    reason: str = ""
    image: StoredImage | None = None
    http_status: int | None = None
    final_url: str | None = None
    content_type: str | None = None
    attempts: int = 1
