"""The end of a command: result printed, or error in one line, and exit status."""

from __future__ import annotations

import os
import re
import sqlite3
import sys
import traceback
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from types import UnionType

from tagatlas.cli.terminal import json_text, say, show, show_json
from tagatlas.errors import OptionError, TagatlasError, UsageError
from tagatlas.masking import hidden
from tagatlas.wording import CHECK_SYSTEM, MORE_MEMORY, in_one_line

FAILED = 1
WRONG_USAGE = 2
TOO_MANY_FAILURES = 3
STOPPED = "stopped; run the same command again to finish"
INTERRUPTED = 130  # as shells report Ctrl-C

SOMEBODYS = "the command"
"""Stands for the plugin of a command that is not tagatlas's, if the plugin is not known."""

_LONGEST_SHOWN = 60


@dataclass(frozen=True)
class Outcome:
    """Result of a command.

    Attributes:
        facts: for a program, printed with ``--json``.
        lines: for a person.
        status: exit status.
        opens: the main file, for ``--open``; None if there is none.

    Raises:
        TypeError: one of them is of another type.
    """

    facts: Mapping[str, object]
    lines: list[str]
    status: int = 0
    opens: Path | None = None

    def __post_init__(self) -> None:
        """Check what plugins give, before anything of it is printed."""
        facts, lines, status, opens = self.facts, self.lines, self.status, self.opens
        _require(_is_all(facts, Mapping), "facts", facts, "a dict by texts")
        _require(_is_all(lines, list | tuple), "lines", lines, "a list of texts")
        _require(isinstance(status, int), "status", status, "a whole number")
        _require(isinstance(opens, Path | None), "opens", opens, "a Path or None")


def _is_all(given: object, kind: type | UnionType) -> bool:
    """Whether a collection is of a kind, and its items or keys are texts."""
    return isinstance(given, Collection) and (
        isinstance(given, kind) and all(isinstance(each, str) for each in given)
    )


def _require(fits: bool, name: str, given: object, right: str) -> None:
    if not fits:
        raise TypeError(f"{name} of an Outcome must be {right}, not {_shown(given)}")


def _shown(given: object) -> str:
    return repr(given)[:_LONGEST_SHOWN]


Result = Outcome | Iterator[Outcome]
"""Return value of a command: its outcome, or the outcomes of its steps as they end."""


def run_reporting(
    command: Callable[[], Result],
    json_output: bool,
    debug: bool,
    stranger: str = "",
    secrets: Sequence[str] = (),
) -> int:
    """Run a command, and print its outcome or its error.

    With several steps, each outcome is printed when its step ends, before the next begins or
    fails. A program gets the facts of all finished steps in one JSON object.

    Args:
        command: returns its outcome, or those of its steps.
        json_output: whether to print JSON, for a program.
        debug: whether to show tracebacks.
        stranger: the plugin to blame if the command fails unexpectedly; :data:`SOMEBODYS` if it
            is not known, empty if it is built in.
        secrets: that the command was given; they are masked in all that is printed.

    Returns:
        The exit status.
    """
    facts: dict[str, object] = {}
    status = 0
    try:
        for part in _outcomes(command(), secrets):
            if json_output:
                json_text(part.facts)  # raises before they are among those to print
            facts |= part.facts
            status = status or part.status
            if not json_output:
                show(part.lines)
        if json_output:
            show_json(facts)
    except TagatlasError as error:
        if debug:
            say_traceback(secrets)
        failure = WRONG_USAGE if isinstance(error, UsageError) else FAILED
        return end(hidden(str(error), secrets), failure, json_output, facts)
    except KeyboardInterrupt:
        return end(STOPPED, INTERRUPTED, json_output, facts)
    except BrokenPipeError:
        return end_unread()
    except BaseException as error:
        if not stranger and not isinstance(error, Exception):
            raise
        if debug:
            say_traceback(secrets)
        return end(hidden(fault_of(error, stranger), secrets), FAILED, json_output, facts)
    return status


def say_traceback(secrets: Sequence[str] = ()) -> None:
    """Print the traceback of the exception being handled, without secrets and passwords."""
    for line in hidden(traceback.format_exc(), secrets).splitlines():
        say(line)


def _outcomes(result: object, secrets: Sequence[str]) -> Iterator[Outcome]:
    """The outcomes that a command gave, with the secrets masked.

    Raises:
        TypeError: it gave something else.
    """
    for part in result if isinstance(result, Iterator) else [result]:
        if not isinstance(part, Outcome):
            raise TypeError(f"it gave {_shown(part)}, not an Outcome")
        if secrets:
            from tagatlas_guards.telling import without_values

            lines = [hidden(line, secrets) for line in part.lines]
            yield replace(part, facts=without_values(dict(part.facts), secrets), lines=lines)
        else:
            yield part


def fault_of(error: BaseException, stranger: str = "") -> str:
    """The message for an unexpected error.

    Args:
        error: that was raised.
        stranger: the plugin that raised it; see :func:`run_reporting`.
    """
    if isinstance(error, MemoryError):
        return f"{stranger or 'tagatlas'} ran out of memory ({in_one_line(error)}): {MORE_MEMORY}"
    if not stranger and isinstance(error, OSError):
        return f"{in_one_line(error)}: {CHECK_SYSTEM}"
    if not stranger and isinstance(error, sqlite3.Error):
        return f"the catalog cannot be used ({in_one_line(error)}): restore a backup of the atlas"
    fault = f"{stranger} failed" if stranger else "this is a fault of tagatlas"
    author = "tell its author; " if stranger not in ("", SOMEBODYS) else ""
    return f"{fault}: {in_one_line(error)} ({author}--debug shows where)"


def end_unread() -> int:
    """The exit status if the reader of our output is gone; nothing is written to it at exit."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return FAILED


def end(
    message: str, status: int, json_output: bool, facts: Mapping[str, object] | None = None
) -> int:
    """Report how a command failed, to a person or a program; returns the exit status."""
    say(f"tagatlas: {message}")
    if json_output:
        show_json({**(facts or {}), "error": message})
    return status


def failure_status(failed: int, total: int, limit: str | None) -> int:
    """The exit status of work that failed in part.

    Args:
        failed: number of failures.
        total: number of attempts.
        limit: the most failures accepted, as a number (``20``) or a share (``5%``);
            None accepts any.

    Raises:
        OptionError: the limit is neither a number nor a share.
    """
    if limit is None:
        return 0
    if not re.fullmatch(r"[0-9]+|[0-9]+(\.[0-9]+)?%", limit):
        raise OptionError(f"--max-failures takes a number or a share like 5%, not {limit!r}")
    share = limit.endswith("%")
    accepted = float(limit.removesuffix("%")) * total / 100 if share else int(limit)
    return TOO_MANY_FAILURES if failed > accepted else 0
