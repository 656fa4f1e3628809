"""Recoveries that fetching can call safely: if one fails, the others are still called."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from tagatlas.contracts import Recovery
from tagatlas.errors import PluginError
from tagatlas.faults import FaultLog
from tagatlas.masking import as_shown
from tagatlas.plugins import PluginChoice
from tagatlas.wording import count


class Forgiven(Recovery):
    """A recovery that names no copies if it fails. Used by one thread at a time.

    It is asked for addresses as shown: those that it names are often other hosts'.
    """

    def __init__(self, recovery: Recovery, faults: FaultLog) -> None:
        self._recovery = recovery
        self._faults = faults
        self._first: PluginError | None = None
        self._urls: set[str] = set()

    def copies(self, url: str) -> Sequence[str]:
        """See :meth:`Recovery.copies`."""
        shown = as_shown(url)
        return self._asked(shown, lambda: self._recovery.copies(shown))

    def copies_in_page(self, url: str, page: str) -> Sequence[str]:
        """See :meth:`Recovery.copies_in_page`."""
        shown = as_shown(url)
        return self._asked(shown, lambda: self._recovery.copies_in_page(shown, page))

    @property
    def note(self) -> str:
        """The first error, and the number of errors; empty if there were none."""
        if self._first is None:
            return ""
        return f"{self._first}; it named no copies for {count(len(self._urls), 'address')}"

    def _asked(self, url: str, ask: Callable[[], Sequence[str]]) -> Sequence[str]:
        try:
            return ask()
        except PluginError as error:
            if self._first is None:  # the others are counted
                self._first = error
                self._faults.write(url, error)
            self._urls.add(url)
            return ()


def forgiven(recoveries: Iterable[PluginChoice[Recovery]], faults: FaultLog) -> dict[str, Forgiven]:
    """Recoveries by name, in their order; their first errors are written to the log."""
    return {chosen.name: Forgiven(chosen.product, faults) for chosen in recoveries}
