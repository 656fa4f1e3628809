"""Input and output of fetching: addresses and their outcomes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from tagatlas.statuses import ImageStatus, Variant
from tagatlas_duplicates import Signature
from tagatlas_fetching.plain import LONGEST_ADDRESS, plain


@dataclass(frozen=True, slots=True)
class Address:
    """The address of one picture.

    Attributes:
        key: the caller's number for it; returned with the outcome.
        location: an ``http(s)`` URL, or a path where ``local``.
        local: whether ``location`` is a path on this machine.
        headers_for: a URL whose origin alone gets headers that may be keys; empty: ``location``.
    """

    key: int
    location: str
    local: bool = False
    headers_for: str = ""


@dataclass(frozen=True, slots=True)
class StoredImage:
    """An image that is now in the store.

    Attributes:
        id: SHA-256 of the fetched bytes, 64 hexadecimal digits.
        width: of the original, upright, in pixels.
        height: of the original, upright, in pixels.
        format: of the original: ``jpeg``, ``png``, ``gif``, ``webp``, ``avif``, ``tiff``,
            ``bmp``, ``ico`` or ``heif``.
        bytes: number of fetched bytes.
        frames: of an animation, of which the first is kept; 1 for a still.
        perceptual_hash: see :func:`tagatlas_duplicates.perceptual_hash`.
        signature: see :func:`tagatlas_duplicates.make_signature`.
        stored: SHA-256 of the stored copies, 64 hexadecimal digits, by variant.
    """

    id: str
    width: int
    height: int
    format: str
    bytes: int
    frames: int
    perceptual_hash: int | None = None
    signature: Signature | None = None
    stored: Mapping[Variant, str] = field(default_factory=dict, compare=False)


@dataclass(frozen=True, slots=True)
class FetchOutcome:
    """Outcome of one address. Its texts are made encodable and of limited length.

    Attributes:
        key: as in the :class:`Address`.
        status: any but ``pending``.
        reason: why there is no image, a few words; empty if ``ok``.
        image: set exactly if ``ok``.
        http_status: of the last answer; None without one.
        final_url: the URL after all redirects; None without an answer, and for a path.
        content_type: the server's header, for information only.
        attempts: number of tries; 0 if refused without one.
        way: name of the recovery that found the image; empty if it was at its address.
        refused_by: the setting that refused it, with its value; empty if none did. See
            :func:`tagatlas_fetching.limits.would_pass`.
        page: start of a web page received in place of a picture, for recoveries; empty in a final
            outcome.
    """

    key: int
    status: ImageStatus
    reason: str = ""
    image: StoredImage | None = None
    http_status: int | None = None
    final_url: str | None = None
    content_type: str | None = None
    attempts: int = 1
    way: str = ""
    refused_by: str = ""
    page: bytes = field(default=b"", repr=False, compare=False)

    def __post_init__(self) -> None:
        """Make the texts encodable: some come from servers, decoders and plugins."""
        object.__setattr__(self, "reason", plain(self.reason))
        if self.final_url is not None:
            object.__setattr__(self, "final_url", plain(self.final_url, LONGEST_ADDRESS))
        if self.content_type is not None:
            object.__setattr__(self, "content_type", plain(self.content_type))
