"""Recovery ``page``: the picture that a web page names for link previews.

Tables often have the address of a post's page, not of its picture. Pages name their picture for
link previews: Open Graph (``og:image``, ogp.me), Twitter cards (``twitter:image``), schema.org
(``itemprop="image"``) and, before these, ``<link rel="image_src">``.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import suppress
from urllib.parse import urljoin

from tagatlas import NoOptions, Recovery, RecoverySpec, hookimpl

NAMES = (
    *("og:image", "og:image:secure_url", "og:image:url"),
    *("twitter:image", "twitter:image:src", "image", "image_src"),
)
"""Names of a page's picture, the best first."""


class PagePicture(Recovery):
    """Finds the picture that a page names as its own."""

    def __init__(self, options: NoOptions) -> None:
        """There are no options."""

    def copies(self, url: str) -> Sequence[str]:  # noqa: ARG002 - the contract's
        """Always empty: the address is only in the page."""
        return []

    def copies_in_page(self, url: str, page: str) -> Sequence[str]:
        """See :meth:`Recovery.copies_in_page`."""
        from tagatlas_recoveries.heads import Head  # whose parser is slow to import

        head = Head()
        with suppress(AssertionError, ValueError):  # Python's reader raises them at broken markup
            head.feed(page)
        base = _joined(url, head.base) or url
        found = [_joined(base, head.found.get(name, "")) for name in NAMES]
        return [address for address in dict.fromkeys(found) if address and address != url]


def _joined(base: str, address: str) -> str:
    """An absolute ``http(s)`` address; empty if it is not one."""
    try:
        whole = urljoin(base, address) if address else ""
    except ValueError:
        return ""
    return whole if whole.startswith(("http://", "https://")) else ""


@hookimpl
def tagatlas_recoveries() -> Iterable[RecoverySpec]:
    """Announce the recovery."""
    return [
        RecoverySpec(
            name="page",
            summary="The picture that a web page names as its own (og:image).",
            factory=PagePicture,
        )
    ]
