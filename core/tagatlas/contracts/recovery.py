"""Contract of a recovery: it knows where a copy of a picture may be that is gone."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence


class Recovery(ABC):
    """Names other URLs for a picture that is not to be had at its own.

    It only names them: they are fetched like any other URL, with the same limits and checks.
    May be called from several threads at once.
    """

    @abstractmethod
    def copies(self, url: str) -> Sequence[str]:
        """URLs where a copy may be, the best first.

        Quick, without any request: an archive is named by the URL that leads to its copy.

        Args:
            url: where the picture was to be; any ``http(s)`` URL, however odd.

        Returns:
            ``http(s)`` URLs other than ``url``; none if the URL is not of a kind that this
            recovery knows.
        """

    def copies_in_page(
        self,
        url: str,  # noqa: ARG002 - for those that override it
        page: str,  # noqa: ARG002
    ) -> Sequence[str]:
        """URLs of the picture that a web page names, which came in the picture's place.

        Quick, without any request. None unless a recovery overrides it.

        Args:
            url: where the page is, after all redirects; its relative addresses begin there.
            page: its HTML, the first half mebibyte at most; anything, however broken.

        Returns:
            ``http(s)`` URLs other than ``url``, the best first.
        """
        return ()
