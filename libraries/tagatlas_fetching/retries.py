"""Decides what follows a try: an outcome, a retry, a try at a copy, or skipping the host."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from tagatlas.contracts import ImageStatus, Recovery
from tagatlas_fetching.download import OVERLOADED, DownloadRejected
from tagatlas_fetching.host_names import host_in
from tagatlas_fetching.options import FetchOptions
from tagatlas_fetching.outcome import FetchOutcome
from tagatlas_fetching.schedule import Schedule, Try
from tagatlas_fetching.urls import other_readings

LONGEST_PAUSE = 10
"""Longest pause before a retry, in first pauses."""

LEFT_ALONE = "the host failed again and again, and is left alone for now"


@dataclass(frozen=True)
class _Search:
    """An address whose copies are tried.

    Attributes:
        original: outcome of the address itself; final if no copy is found.
        copies: remaining locations of copies, with the recovery's name.
    """

    original: FetchOutcome
    copies: list[tuple[str, str]]


@dataclass
class Retries:
    """Decides what follows from each try. Used by one thread."""

    schedule: Schedule
    options: FetchOptions
    recoveries: Mapping[str, Recovery]
    _searches: dict[int, _Search] = field(default_factory=dict)

    def begun(self, tried: Try, now: float) -> Try:
        """The try with its start time: all tries at a location share a time limit."""
        return replace(tried, begun=now, left=min(tried.left, self.options.time_limit))

    def settle(
        self, tried: Try, outcome: FetchOutcome, rejected: DownloadRejected | None, now: float
    ) -> Iterator[FetchOutcome]:
        """Handle the result of a try.

        Args:
            tried: the try, returned to the schedule.
            outcome: outcome of its address if nothing else follows.
            rejected: why it gave no bytes; None if it did.
            now: the current time.

        Yields:
            The outcomes settled by it: none, one, or those of a whole host.
        """
        if rejected is not None and rejected.host is not None:
            yield from self._host_failed(tried, rejected, now)
        elif outcome.http_status is not None:
            self.schedule.succeeded(tried.host)
        if rejected is not None and self._try_again(tried, outcome, rejected, now):
            return
        yield from self._settled(tried, outcome, now)

    def _host_failed(
        self, tried: Try, rejected: DownloadRejected, now: float
    ) -> Iterator[FetchOutcome]:
        """Let a host rest, or give it up and settle all its waiting addresses."""
        name = rejected.host
        if name is None or not self.schedule.knows(name):  # a redirect led there
            return
        was_given_up = self.schedule.is_given_up(name)
        if tried.number == 1:  # a repeated failure is no new evidence
            answered = rejected.http_status is not None
            self.schedule.failed(name, now, answered=answered)
        if rejected.http_status in OVERLOADED:
            wait = rejected.retry_in or 0.0
            if wait > self.options.longest_wait:
                wait = float("inf")
            self.schedule.overloaded(name, now, wait)
        if self.schedule.is_given_up(name) and not was_given_up:
            for waiting in self.schedule.abandon(name):
                yield from self._settled(waiting, waiting.last or _left_alone(waiting), now)

    def left_alone(self, now: float) -> Iterator[FetchOutcome]:
        """The outcomes of addresses of hosts given up before that could not be settled then."""
        for waiting in self.schedule.abandoned():
            yield from self._settled(waiting, waiting.last or _left_alone(waiting), now)

    def _try_again(
        self, tried: Try, outcome: FetchOutcome, rejected: DownloadRejected, now: float
    ) -> bool:
        """Schedule the same try again, if that may help and there is time."""
        wait = rejected.retry_in
        if wait is None or wait > self.options.longest_wait:
            return False
        if tried.number > self.options.retries or self.schedule.is_given_up(tried.host):
            return False
        left = tried.left - (now - tried.begun)
        if left <= 0:
            return False
        longest = self.options.pause * min(2 ** (tried.number - 1), LONGEST_PAUSE)
        moment = now + wait + random.uniform(0, longest)  # noqa: S311 - spreads, hides nothing
        another = replace(tried, number=tried.number + 1, left=left, last=outcome)
        self.schedule.add(another, moment, now)
        return True

    def _settled(self, tried: Try, outcome: FetchOutcome, now: float) -> Iterator[FetchOutcome]:
        """The outcome of an address, unless a copy is to be tried first."""
        key = tried.address.key
        if outcome.status == ImageStatus.OK:
            self._searches.pop(key, None)
            yield outcome
            return
        search = self._searches.get(key)
        if search is None:
            original = replace(outcome, page=b"")  # there may be many, and they are long
            search = _Search(original, self._copies(tried, outcome))
            if search.copies:
                self._searches[key] = search
        attempts = outcome.attempts
        while search.copies:
            location, way = search.copies.pop(0)
            host = host_in(location)
            if self.schedule.is_given_up(host):
                continue
            copy = Try(tried.address, location, host, way, earlier=attempts)
            self.schedule.add(copy, now, now)
            return
        self._searches.pop(key, None)
        yield replace(search.original, attempts=attempts)

    def _copies(self, tried: Try, outcome: FetchOutcome) -> list[tuple[str, str]]:
        """Further locations of the picture, with the recovery's name; empty for another reading."""
        if not outcome.status.is_recoverable or tried.address.local:
            return []
        location, page = tried.address.location, outcome.page.decode(errors="replace")
        readings = [(reading, "") for reading in other_readings(location)]
        named = {
            way: recovery.copies_in_page(outcome.final_url or location, page) if page else ()
            for way, recovery in self.recoveries.items()
        }
        return readings + [
            (copy, way)
            for way, recovery in self.recoveries.items()
            for copy in (*recovery.copies(location), *named[way])
            if copy != location
        ]


def _left_alone(waiting: Try) -> FetchOutcome:
    """The outcome of an address that is not tried because its host is given up."""
    attempts = waiting.earlier + waiting.number - 1
    return FetchOutcome(waiting.address.key, ImageStatus.FAILED, LEFT_ALONE, attempts=attempts)
