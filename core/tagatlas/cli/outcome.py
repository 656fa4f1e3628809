"""How a command ends: its result printed, or its error in one line, and the exit status."""

from __future__ import annotations

import functools
import inspect
import os
import sys
import traceback
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from tagatlas.cli.terminal import say, show, show_json
from tagatlas.errors import OptionError, TagatlasError, UsageError

FAILED = 1
WRONG_USAGE = 2
TOO_MANY_FAILURES = 3
INTERRUPTED = 130  # what shells report after Ctrl-C

JsonFlag = Annotated[bool, typer.Option("--json", help="Print the result as JSON.")]
DebugFlag = Annotated[bool, typer.Option("--debug", help="Show where an error comes from.")]


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


def reporting(command: Callable[..., Result]) -> Callable[..., None]:
    """The command with ``--json`` and ``--debug``, printing its outcome or its error.

    Of several steps each is printed when it ends, so that a person knows what came of it before
    the next begins or fails. A program gets the facts of all that ended in one JSON object.
    """
    signature = inspect.signature(command, eval_str=True)

    @functools.wraps(command)
    def run(*, json_output: bool, debug: bool, **arguments: object) -> None:
        facts: dict[str, object] = {}
        status = 0
        try:
            result = command(**arguments)
            for part in [result] if isinstance(result, Outcome) else result:
                facts |= part.facts
                status = status or part.status
                if not json_output:
                    show(part.lines)
        except TagatlasError as error:
            if debug:
                traceback.print_exc()
            failure = WRONG_USAGE if isinstance(error, UsageError) else FAILED
            _end(str(error), failure, facts, json_output)
        except KeyboardInterrupt:
            _end("stopped; run the same command again to go on", INTERRUPTED, facts, json_output)
        except BrokenPipeError:
            # Whoever read our output has gone; nothing may be written to it on the way out.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            raise typer.Exit(FAILED) from None
        except Exception as error:  # noqa: BLE001 - it is said, and with --debug where from
            if debug:
                traceback.print_exc()
            text = " ".join(f"{type(error).__name__}: {error}".split())
            message = f"this is a fault of tagatlas: {text} (--debug shows where)"
            _end(message, FAILED, facts, json_output)
        else:
            if json_output:
                show_json(facts)
            raise typer.Exit(status)

    common = {"json_output": JsonFlag, "debug": DebugFlag}
    parameters = [
        *signature.parameters.values(),
        *(
            inspect.Parameter(
                name, inspect.Parameter.KEYWORD_ONLY, default=False, annotation=annotation
            )
            for name, annotation in common.items()
        ),
    ]
    run.__signature__ = signature.replace(parameters=parameters)  # type: ignore[attr-defined] # read by inspect
    run.__annotations__ = {item.name: item.annotation for item in parameters}
    return run


def _end(message: str, status: int, facts: Mapping[str, object], json_output: bool) -> None:
    say(f"tagatlas: {message}")
    if json_output:
        show_json({**facts, "error": message})
    raise typer.Exit(status)


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
    try:
        accepted = (
            float(limit.removesuffix("%")) * total / 100 if limit.endswith("%") else int(limit)
        )
    except ValueError as error:
        raise OptionError(
            f"--max-failures takes a number or a share like 5%, not {limit!r}"
        ) from error
    return TOO_MANY_FAILURES if failed > accepted else 0
