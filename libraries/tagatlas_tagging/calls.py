"""Calls a tagger: keeps to its rate limit, retries what was not billed, measures each call."""

from __future__ import annotations

import os
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from math import ceil
from threading import Event, Lock
from time import monotonic
from typing import Literal, TypeVar

from pyrate_limiter import Limiter, Rate
from tenacity import (
    RetryCallState,
    Retrying,
    retry_if_exception_type,
    sleep_using_event,
    stop_any,
    stop_before_delay,
    stop_when_event_set,
    wait_random_exponential,
)

from tagatlas.contracts import ImageInput, Tagger, TagResult
from tagatlas.errors import (
    CallLost,
    CallRefused,
    ContractBroken,
    PluginFailed,
    ServiceUnreachable,
    TagatlasError,
    TaggerError,
)
from tagatlas_guards import guarded
from tagatlas_tagging.batches import Batch
from tagatlas_tagging.secrets import without_key

Answers = list[tuple[str, TagResult]]
Billed = Literal["yes", "no", "unknown"]
ErrorT = TypeVar("ErrorT", bound=TagatlasError)

PATIENCE = 300.0
"""Seconds for which a refused call is retried."""

LONGEST_PAUSE = 60.0
"""Maximum seconds between two tries, where the service asks for no other pause."""

SAID_AFTER = 3
"""Tries of a call after which the user is told that it is refused; at once if it is known that
the service cannot be reached."""

LOST_IN_A_ROW = 10
"""Unanswered calls in a row that end the run."""

BROKEN_IN_A_ROW = 10
"""Images in a row for which the tagger raises the same kind of exception that end the run: the
fault is not in the images."""

BROKEN_CALLS_IN_A_ROW = 3
"""The same in calls, where each call may be billed."""

OnFault = Callable[[str, Exception], None]
"""Called with ``image`` and an id, or several, and the unexpected error they failed with."""


def no_log(item: str, error: Exception) -> None:
    """An :data:`OnFault` that does nothing: the answer has the reason."""


_back_off = wait_random_exponential(multiplier=1, max=LONGEST_PAUSE)


@dataclass(frozen=True)
class Call:
    """A finished call.

    Attributes:
        number: the number it got when it was begun; None for a batch without images to send.
        answers: ``(image id, result)`` for each image that the call settled: those of the batch,
            unless the call got no answer; and earlier images that failed alone, once an answer
            about another image shows that the tagger works.
        billed: whether the service bills it.
        trouble: why the run must end; None if it can go on.
        seconds: duration of the answered try, without pauses and earlier tries; None without an
            answer.
    """

    number: int | None
    answers: Answers
    billed: Billed = "yes"
    trouble: TagatlasError | None = None
    seconds: float | None = None


class Caller:
    """Makes the calls of one run. Thread-safe.

    When the service asks one call to wait, all wait: its limits hold for the account.

    If the tagger raises for a batch, the batch is halved until the image that causes it fails
    alone. If calls cost money, the call is lost instead: all its images fail. The same holds for
    invalid results, except before the first answer: then they end the run.
    """

    def __init__(
        self,
        tagger: Tagger,
        ending: Event,
        patience: float = PATIENCE,
        warn: Callable[[str], None] = lambda _: None,
        on_fault: OnFault = no_log,
    ) -> None:
        """Set up.

        Args:
            tagger: the tagger to call.
            ending: once it is set, no further call is made, and waiting ends.
            patience: see :data:`PATIENCE`.
            warn: called once, by any thread, with a line on calls that are made again, and until
                when; again only after an answer.
            on_fault: see :data:`OnFault`.
        """
        self._on_fault = on_fault
        self._tagger = guarded(tagger, type(tagger).__name__)
        self._ending = ending
        self._patience = patience
        self._warn = warn
        self._warned = False
        self._key = os.environ.get(tagger.key_variable or "", "")
        self._limiter = _limiter(tagger.calls_per_second)
        self._lock = Lock()
        self._not_before = 0.0
        self._lost_in_a_row = 0
        self._answered = False
        self._broken: Answers = []
        self._broken_in: list[str] = []
        retried = (CallRefused,) if tagger.price is not None else (CallRefused, CallLost)
        self._retrying = Retrying(
            retry=retry_if_exception_type(retried),
            wait=self._pause,
            stop=stop_any(stop_before_delay(patience), stop_when_event_set(ending)),
            before_sleep=self._tell,
            sleep=sleep_using_event(ending),
            reraise=True,
        )

    def answer(self, batch: Batch, number: int | None) -> Call:
        """Send a batch and return the finished call; trouble ends the run at once."""
        if not batch.images:
            return Call(number, batch.failed, "no")
        if self._ending.is_set():
            return Call(number, [], "no")
        call = self._call(batch, number)
        if call.trouble is not None:
            self._ending.set()
        return call

    def broken(self) -> Answers:
        """Images at the end of the run for which the tagger raised, with no answer after them.

        If no image was answered at all, the fault may not be theirs: they fail as ``transient``.
        """
        if self._answered:
            return self._broken
        return [(image_id, replace(result, kind="transient")) for image_id, result in self._broken]

    def _call(self, batch: Batch, number: int | None) -> Call:
        try:
            answers, seconds = self._answers(batch.images)
        except CallLost as error:
            return self._lost(batch, number, self._without_key(error))
        except CallRefused as error:
            return Call(number, [], "no", self._given_up(self._without_key(error)))
        except PluginFailed as error:
            if self._tagger.price is None:
                return Call(number, [], "unknown", self._without_key(error))
            return self._lost(batch, number, self._without_key(error))
        except TaggerError as error:
            return Call(number, [], "no", self._without_key(error))
        except TagatlasError as error:
            return Call(number, [], "unknown", self._without_key(error))
        return Call(number, answers + batch.failed, seconds=seconds)

    def _answers(self, images: Sequence[ImageInput]) -> tuple[Answers, float | None]:
        """Answers about images, and the seconds they took; None without an answer.

        Raises:
            PluginFailed: the tagger broke its contract, and a call costs money or the fault is not
                in the images.
        """
        try:
            results, seconds = self._retrying(self._ask, images)
        except PluginFailed as error:
            if self._tagger.price is not None or self._never_right(error):
                raise
            if len(images) == 1:
                self._put_aside(images[0], error)
                return [], None
            half = len(images) // 2
            first, others = self._answers(images[:half]), self._answers(images[half:])
            spent = [seconds for _, seconds in (first, others) if seconds is not None]
            return first[0] + others[0], sum(spent) if spent else None
        with self._lock:
            self._lost_in_a_row = 0
            self._answered = True
            self._warned = False
            broken, self._broken, self._broken_in = self._broken, [], []
        answers = [
            (image.id, self._clean(result)) for image, result in zip(images, results, strict=True)
        ]
        return answers + broken, seconds

    def _never_right(self, error: PluginFailed) -> bool:
        """Whether the tagger gave only invalid results so far; such calls may be billed."""
        return isinstance(error, ContractBroken) and not self._answered

    def _put_aside(self, image: ImageInput, error: PluginFailed) -> None:
        """Keep an image for which the tagger raised until the cause is known."""
        self._on_fault(f"image {image.id}", error)
        with self._lock:
            self._broken.append((image.id, self._clean(TagResult.failed("image", error.reason))))
            self._broken_in.append(error.reason.partition(":")[0])
            last = self._broken_in[-BROKEN_IN_A_ROW:]
        if len(last) == BROKEN_IN_A_ROW and len(set(last)) == 1:
            raise error

    def _ask(self, images: Sequence[ImageInput]) -> tuple[Sequence[TagResult], float]:
        """The results, and the seconds they took."""
        while (pause := self._not_before - monotonic()) > 0 and not self._ending.wait(pause):
            pass  # another call may have been asked to wait longer meanwhile
        if self._limiter is not None:
            self._limiter.try_acquire("calls")
        if self._ending.is_set():
            raise CallRefused("the run ended before the call was made")
        began = monotonic()
        results = self._tagger.tag(images)
        return results, monotonic() - began

    def _pause(self, state: RetryCallState) -> float:
        """Seconds until the next try: as the service asks, else growing; with jitter."""
        error = state.outcome.exception() if state.outcome else None
        asked = error.retry_after if isinstance(error, CallRefused) else None
        # If all calls were retried at the same moment, most would be refused again.
        pause = _back_off(state) if asked is None else asked + random.uniform(0, 0.1 + asked / 10)  # noqa: S311 - no secret
        with self._lock:
            self._not_before = max(self._not_before, monotonic() + pause)
        return pause

    def _tell(self, state: RetryCallState) -> None:
        """Say that a call is made again, unless that is known."""
        error = state.outcome.exception() if state.outcome else None
        is_unreachable = isinstance(error, ServiceUnreachable)
        if not is_unreachable and state.attempt_number < SAID_AFTER:
            return
        with self._lock:
            known, self._warned = self._warned, True
        if not known:
            left = timedelta(seconds=self._patience - (state.seconds_since_start or 0.0))
            until = datetime.now().astimezone() + left
            text = without_key(str(error), self._key)
            self._warn(f"{text}; trying again until {until:%H:%M}")

    def _given_up(self, error: CallRefused) -> TaggerError:
        if self._ending.is_set():
            return error
        wait = "" if error.retry_after is None else f", now for {error.retry_after:,.0f} s"
        if isinstance(error, ServiceUnreachable):
            return TaggerError(f"{error}: run it again later")
        return TaggerError(f"{error}; it refuses every call{wait}: run it again later")

    def _lost(self, batch: Batch, number: int | None, error: CallLost | PluginFailed) -> Call:
        with self._lock:
            self._lost_in_a_row += 1
            in_a_row = self._lost_in_a_row
        reason = error.reason if isinstance(error, PluginFailed) else str(error)
        lost = self._clean(TagResult.failed("transient", reason))
        failures = [(image.id, lost) for image in batch.images]
        if isinstance(error, PluginFailed):
            self._on_fault(f"images {', '.join(image.id for image in batch.images)}", error)
        trouble: TagatlasError | None = None
        if isinstance(error, PluginFailed):
            is_hopeless = self._never_right(error) or in_a_row >= BROKEN_CALLS_IN_A_ROW
            trouble = error if is_hopeless else None
        elif self._tagger.price is None:
            trouble = TaggerError(f"{error}; no answer after all retries: run it again later")
        elif in_a_row >= LOST_IN_A_ROW:
            trouble = TaggerError(f"{in_a_row} calls in a row had no answer: {error}")
        return Call(number, failures + batch.failed, "unknown", trouble)

    def _without_key(self, error: ErrorT) -> ErrorT:
        error.args = (without_key(str(error), self._key),)
        return error

    def _clean(self, result: TagResult) -> TagResult:
        if not result.message:
            return result
        return replace(result, message=without_key(result.message, self._key))


def _limiter(calls_per_second: float | None) -> Limiter | None:
    if calls_per_second is None:
        return None
    calls = max(1, int(calls_per_second))
    # No less than a second: two full shares of a shorter time could fall into one second.
    return Limiter(Rate(calls, max(1000, ceil(1000 * calls / calls_per_second))))
