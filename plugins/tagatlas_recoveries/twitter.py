"""Recovery ``twitter``: other sizes of a picture on Twitter."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from tagatlas import NoOptions, Recovery, RecoverySpec, hookimpl

MEDIA_HOST = re.compile(r"https?://(pbs|p)\.twimg\.com/", re.IGNORECASE)

SIZES = ("orig", "large", "medium", "small")
"""Sizes of pictures in tweets, the largest first."""

_MEDIA = re.compile(r"(?P<base>https?://[^/]+/media/[A-Za-z0-9_-]+)(?P<rest>.*)", re.IGNORECASE)
_FORMAT = re.compile(r"(?:\.|[?&]format=)(jpg|jpeg|png|webp)\b", re.IGNORECASE)
_AVATAR = re.compile(
    r"(?P<base>https?://[^/]+/(?:profile_images|sticky/default_profile_images)/[^?#]*?)"
    r"(?P<size>_normal|_bigger|_mini|_reasonably_small|_200x200|_400x400)"
    r"(?P<ending>\.[A-Za-z]+)?(?:[?#].*)?$"
)


class TwitterSizes(Recovery):
    """Gives the addresses of other sizes of a picture in a tweet, or of an avatar.

    A picture in a tweet is served as ``/media/ID?format=jpg&name=orig``, in older addresses as
    ``/media/ID.jpg:large``; sizes disappear one by one. The original of an avatar
    ``..._normal.jpg`` of 48 x 48 pixels is at the same address without ``_normal``.
    """

    def __init__(self, options: NoOptions) -> None:
        """There are no options."""

    def copies(self, url: str) -> Sequence[str]:
        """See :meth:`Recovery.copies`."""
        if not MEDIA_HOST.match(url):
            return []
        avatar = _AVATAR.fullmatch(url)
        if avatar is not None:
            base, ending = avatar["base"], avatar["ending"] or ""
            sizes = ("", "_400x400", "_200x200", "_bigger", "_normal")
            named = [f"{base}{size}{ending}" for size in sizes]
            return [copy for copy in named if copy != url]
        media = _MEDIA.fullmatch(url)
        if media is None:
            return []
        found = _FORMAT.search(media["rest"])
        kind = "jpg" if found is None else found[1].lower().replace("jpeg", "jpg")
        base = media["base"]
        named = [f"{base}?format={kind}&name={size}" for size in SIZES]
        return [copy for copy in [*named, f"{base}.{kind}"] if copy != url]


@hookimpl
def tagatlas_recoveries() -> Iterable[RecoverySpec]:
    """Announce the recovery."""
    return [
        RecoverySpec(
            name="twitter",
            summary="Other sizes of pictures and avatars on Twitter.",
            factory=TwitterSizes,
        )
    ]
