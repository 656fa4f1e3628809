"""How a command ends: its result printed, or its error in one line, and the exit status."""

from __future__ import annotations

import os
import re
import sys
import traceback
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from tagatlas.cli.terminal import say, show, show_json
from tagatlas.errors import OptionError, TagatlasError, UsageError
from tagatlas.wording import in_one_line

FAILED = 1
WRONG_USAGE = 2
TOO_MANY_FAILURES = 3
STOPPED = "stopped; run the same command again to go on"
INTERRUPTED = 130  # what shells report after Ctrl-C


@dataclass(frozen=True)
class Outcome:
    """What a command did.

    Attributes:
        facts: for a program, printed with ``--json``.
        lines: for a person.
        status: exit status.
        opens: the file that a person wants to see; None where there is none.
    """

    facts: Mapping[str, object]
    lines: list[str]
    status: int = 0
    opens: Path | None = None


Result = Outcome | Iterator[Outcome]
"""What a command returns: its outcome, or the outcomes of its steps as they end."""


def run_reporting(
    command: Callable[[], Result], json_output: bool, debug: bool, stranger: str = ""
) -> int:
    """Run a command, and print its outcome or its error.

    Of several steps each is printed when it ends, so that a person knows what came of it before
    the next begins or fails. A program gets the facts of all that ended in one JSON object.

    Args:
        command: gives its outcome, or those of its steps.
        json_output: whether a program reads it.
        debug: whether to show where an error comes from.
        stranger: whose fault it is if the command fails in a way that nobody thought of; empty
            if it is ours.

    Returns:
        The exit status.
    """
    facts: dict[str, object] = {}
    status = 0
    try:
        result = command()
        for part in [result] if isinstance(result, Outcome) else result:
            facts |= part.facts
            status = status or part.status
            if not json_output:
                show(part.lines)
        if json_output:
            show_json(facts)
    except TagatlasError as error:
        if debug:
            traceback.print_exc()
        failure = WRONG_USAGE if isinstance(error, UsageError) else FAILED
        return end(str(error), failure, json_output, facts)
    except KeyboardInterrupt:
        return end(STOPPED, INTERRUPTED, json_output, facts)
    except BrokenPipeError:
        # Whoever read our output has gone; nothing may be written to it on the way out.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return FAILED
    except Exception as error:  # noqa: BLE001 - it is said, and with --debug where from
        if debug:
            traceback.print_exc()
        return end(fault_of(error, stranger), FAILED, json_output, facts)
    return status


def fault_of(error: Exception, stranger: str = "") -> str:
    """How an error is said that nobody thought of.

    Args:
        error: that was raised.
        stranger: the plugin that raised it; empty if it is ours.
    """
    fault = f"{stranger} failed" if stranger else "this is a fault of tagatlas"
    remedy = "tell its author; --debug shows where" if stranger else "--debug shows where"
    return f"{fault}: {in_one_line(error)} ({remedy})"


def end(
    message: str, status: int, json_output: bool, facts: Mapping[str, object] | None = None
) -> int:
    """Say how a command failed, to a person and to a program; gives the exit status back."""
    say(f"tagatlas: {message}")
    if json_output:
        show_json({**(facts or {}), "error": message})
    return status


def failure_status(failed: int, total: int, limit: str | None) -> int:
    """The exit status of work of which a part failed.

    Args:
        failed: number of failures.
        total: number of attempts.
        limit: the most that is accepted, as a number (``20``) or a share (``5%``);
            None accepts any.

    Raises:
        OptionError: the limit is neither.
    """
    if limit is None:
        return 0
    if not re.fullmatch(r"[0-9]+|[0-9]+(\.[0-9]+)?%", limit):
        raise OptionError(f"--max-failures takes a number or a share like 5%, not {limit!r}")
    share = limit.endswith("%")
    accepted = float(limit.removesuffix("%")) * total / 100 if share else int(limit)
    return TOO_MANY_FAILURES if failed > accepted else 0
