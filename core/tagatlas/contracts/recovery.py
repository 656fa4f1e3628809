"""Contract of a recovery: it names URLs of copies of pictures that are gone."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence


class Recovery(ABC):
    """Names other URLs for a picture that is unavailable at its own.

    It makes no requests: the URLs are fetched like any other, with the same limits and checks.
    May be called from several threads at once.
    """

    @abstractmethod
    def copies(self, url: str) -> Sequence[str]:
        """URLs where a copy may be, the best first.

        Quick, without any request: for an archive, the URL that leads to its copy.

        Args:
            url: the picture's own URL; any ``http(s)`` URL, even a malformed one.

        Returns:
            ``http(s)`` URLs other than ``url``; none if this recovery does not handle the URL.
        """

    def copies_in_page(
        self,
        url: str,  # noqa: ARG002 - for those that override it
        page: str,  # noqa: ARG002
    ) -> Sequence[str]:
        """URLs of the picture named in a web page that was served in its place.

        Quick, without any request. None unless a recovery overrides it.

        Args:
            url: of the page, after all redirects; the base of its relative addresses.
            page: its HTML, at most the first 512 KiB; may be malformed.

        Returns:
            ``http(s)`` URLs other than ``url``, the best first.
        """
        return ()
