"""What commands of plugins return and raise is said as their fault, in one line."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import cast

import numpy as np
import pytest

from tagatlas.cli.info import command as info_command
from tagatlas.cli.outcome import run_reporting
from tagatlas.contracts import Recovery
from tagatlas.errors import PluginError
from tagatlas.toolkit.commands import Command, Outcome
from tagatlas_guards import guarded

AUTHOR = "command odd (tagatlas-odd 1.0)"


def steps() -> Iterator[object]:
    yield Outcome({"step": 1}, ["one"])
    yield {"step": 2}


def outcome(**parts: object) -> Outcome:
    return cast("Callable[..., Outcome]", Outcome)(**({"facts": {}, "lines": []} | parts))


GIVEN: dict[str, tuple[Callable[[], object], str]] = {
    "none": (lambda: None, "it gave None, not an Outcome"),
    "dict": (lambda: {"a": 1}, "it gave {'a': 1}, not an Outcome"),
    "text": (lambda: "done", "it gave 'done', not an Outcome"),
    "step": (steps, "it gave {'step': 2}, not an Outcome"),
    "numbers": (
        lambda: outcome(lines=[3]),
        "lines of an Outcome must be a list of texts, not [3]",
    ),
    "letters": (
        lambda: outcome(lines="text"),
        "lines of an Outcome must be a list of texts, not 'text'",
    ),
    "no-facts": (
        lambda: outcome(facts=None),
        "facts of an Outcome must be a dict by texts, not None",
    ),
    "numbered": (
        lambda: outcome(facts={1: 2}),
        "facts of an Outcome must be a dict by texts, not {1: 2}",
    ),
    "status": (
        lambda: outcome(status="bad"),
        "status of an Outcome must be a whole number, not 'bad'",
    ),
    "opens": (
        lambda: outcome(opens="map.html"),
        "opens of an Outcome must be a Path or None, not 'map.html'",
    ),
}


def command_of(run: Callable[[], object], stranger: str | None = AUTHOR) -> Command:
    command = Command(cast("Callable[[], Outcome]", run))
    if stranger is not None:
        command.stranger = stranger
    return command


@pytest.mark.parametrize("name", GIVEN)
def test_what_is_no_outcome_is_its_authors_fault(
    name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    run, fault = GIVEN[name]
    assert command_of(run)([], standalone_mode=False) == 1
    printed = capsys.readouterr()
    wanted = f"{AUTHOR} failed: TypeError: {fault} (tell its author; --debug shows where)"
    assert printed.err == f"tagatlas: {wanted}\n"
    assert printed.out == ("one\n" if name == "step" else "")
    assert command_of(run)(["--json"], standalone_mode=False) == 1
    facts = {"step": 1} if name == "step" else {}
    assert json.loads(capsys.readouterr().out) == {**facts, "error": wanted}


@pytest.mark.parametrize(
    "fact", [object(), {(1, 2): 3}, "\ud800"], ids=["object", "keys", "surrogate"]
)
def test_facts_that_json_cannot_hold_are_its_authors_fault(
    fact: object, capsys: pytest.CaptureFixture[str]
) -> None:
    command = command_of(lambda: outcome(facts={"fact": fact}, lines=["done"]))
    assert command(["--json"], standalone_mode=False) == 1
    printed = capsys.readouterr()
    assert printed.err.startswith(
        f"tagatlas: {AUTHOR} failed: TypeError: --json cannot print the facts ("
    )
    assert printed.err.count("\n") == 1
    assert json.loads(printed.out).keys() == {"error"}
    assert command([], standalone_mode=False) == 0
    assert capsys.readouterr().out == "done\n"


def test_paths_and_numbers_of_numpy_are_plain_facts(capsys: pytest.CaptureFixture[str]) -> None:
    facts = {"paths": (Path("a") / "b",), "numbers": [np.int64(3), np.float64(0.5), np.float32(2)]}
    command = command_of(lambda: outcome(facts=facts))
    assert command(["--json"], standalone_mode=False) == 0
    assert json.loads(capsys.readouterr().out) == {"paths": ["a/b"], "numbers": [3, 0.5, 2.0]}


def failing() -> Outcome:
    raise KeyError("name")


def test_a_command_whose_plugin_is_not_known_is_not_tagatlas(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert command_of(failing, stranger=None)([], standalone_mode=False) == 1
    said = "tagatlas: the command failed: KeyError: 'name' (--debug shows where)\n"
    assert capsys.readouterr().err == said
    assert info_command().stranger == ""


def exhausted() -> Outcome:
    raise MemoryError


@pytest.mark.parametrize("stranger", [AUTHOR, ""])
def test_memory_that_runs_out_is_nobodys_fault(
    stranger: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert command_of(exhausted, stranger)([], standalone_mode=False) == 1
    said = capsys.readouterr().err
    who = stranger or "tagatlas"
    assert said.startswith(f"tagatlas: {who} ran out of memory (MemoryError): give it fewer images")


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (PermissionError(13, "Permission denied", "/a"), "PermissionError: [Errno 13] Permission"),
        (FileNotFoundError(2, "No such file", "/a"), "FileNotFoundError: [Errno 2] No such file"),
        (OSError(28, "No space left on device"), "OSError: [Errno 28] No space left on device"),
        (ConnectionResetError(104, "reset"), "ConnectionResetError: [Errno 104] reset"),
        (sqlite3.OperationalError("disk I/O error"), "the catalog cannot be used (OperationalErr"),
        (sqlite3.DatabaseError("malformed"), "the catalog cannot be used (DatabaseError: malform"),
    ],
    ids=repr,
)
def test_what_the_system_refuses_is_no_fault_of_tagatlas(
    error: Exception, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    def run() -> Outcome:
        raise error

    assert run_reporting(run, json_output=False, debug=False) == 1
    [line] = capsys.readouterr().err.splitlines()
    assert line.startswith(f"tagatlas: {said}")
    assert "fault of tagatlas" not in line


def test_a_built_in_plugin_is_not_blamed_for_the_disk() -> None:
    class Full(Recovery):
        def copies(self, url: str) -> list[str]:
            raise OSError(28, "No space left on device")

    with pytest.raises(PluginError) as caught:
        guarded(Full(), "recovery own", own=True).copies("http://a")
    assert str(caught.value) == (
        "recovery own failed in copies (OSError: [Errno 28] No space left on device): "
        "check the disk, the permissions and the network, then run it again"
    )
