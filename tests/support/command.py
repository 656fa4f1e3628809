"""Running the ``tagatlas`` command in tests."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from socket import send_fds, socketpair
from tempfile import TemporaryFile
from types import TracebackType
from typing import IO, Protocol, Self

SECONDS = 300
"""Timeout of a command."""

FREELY_SET = (
    "CLARIFAI_",
    "COLUMNS",
    "GOOGLE_",
    "NO_PROXY",
    "no_proxy",
    "PYTEST_",  # pytest's own word on which test is running
    "PYTHONPATH",
    "TAGATLAS_",
)
"""Prefixes of variables that are read by a command, or set for it, and not by modules imported
before it."""


class Run(Protocol):
    """Runs ``tagatlas``."""

    def __call__(
        self, *words: str | Path, variables: Mapping[str, str] | None = None
    ) -> subprocess.CompletedProcess[str]:
        """The finished command, its output as text."""


@dataclass
class Started:
    """A command that was started.

    Attributes:
        pid: the number of its process.
        errors: what it writes to standard error.
        returncode: its exit status, or minus the signal that killed it; None while it runs.
    """

    pid: int
    errors: IO[str]
    returncode: int | None = None


class Starter:
    """Runs commands in separate processes, which start at once.

    They are forks of one process that has done the imports: see :mod:`command_server`. If that is
    impossible, or the imports would differ from those of a new process, a new process is started.
    """

    def __init__(self) -> None:
        self._variables = dict(os.environ)
        self._connection, theirs = socketpair()
        self._server: subprocess.Popen[bytes] | None = None
        with theirs:
            if sys.platform == "linux":  # elsewhere the system's own libraries may not be forked
                server = Path(__file__).with_name("command_server.py")
                self._server = subprocess.Popen(
                    [sys.executable, server, str(theirs.fileno())],
                    pass_fds=[theirs.fileno()],
                    start_new_session=True,
                )

    def run(
        self, words: Sequence[str | Path], folder: Path, variables: Mapping[str, str]
    ) -> subprocess.CompletedProcess[str]:
        """The finished command, its output as text.

        Args:
            words: of the command, without ``tagatlas``.
            folder: working directory.
            variables: its whole environment.

        Raises:
            TimeoutError: it took too long, and was killed.
        """
        texts = [*map(str, words)]
        if not self.can_fork(variables):
            return run_new(texts, folder, variables)
        with ExitStack() as stack:
            nothing = stack.enter_context(Path(os.devnull).open())
            output, errors = (stack.enter_context(TemporaryFile("w+")) for _ in range(2))
            streams = [stream.fileno() for stream in (nothing, output, errors)]
            status = self._wait(self._fork(texts, folder, variables, streams))
            output.seek(0)
            errors.seek(0)
            return subprocess.CompletedProcess(texts, status, output.read(), errors.read())

    @contextmanager
    def started(
        self, words: Sequence[str | Path], folder: Path, variables: Mapping[str, str]
    ) -> Iterator[Started]:
        """A command that runs, to be killed; its output is lost, and its errors can be read.

        Arguments are those of :meth:`run`. At the end its exit status is known, and no sooner.
        """
        texts = [*map(str, words)]
        if not self.can_fork(variables):
            with subprocess.Popen(
                [sys.executable, "-m", "tagatlas", *texts],
                cwd=folder,
                env=dict(variables),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.PIPE,
                encoding="utf-8",
            ) as process:
                assert process.stderr is not None
                started = Started(process.pid, process.stderr)
                yield started
            started.returncode = process.returncode
            return
        ours, theirs = os.pipe()
        with os.fdopen(ours, encoding="utf-8") as errors:
            with Path(os.devnull).open("r+") as nothing:
                streams = [nothing.fileno(), nothing.fileno(), theirs]
                number = self._fork(texts, folder, variables, streams)
            os.close(theirs)
            started = Started(number, errors)
            yield started
            started.returncode = self._wait(number)

    def _fork(
        self, words: Sequence[str], folder: Path, variables: Mapping[str, str], streams: list[int]
    ) -> int:
        """Ask for a command with these streams; returns the number of its process."""
        request = {"words": words, "folder": str(folder), "variables": dict(variables)}
        message = json.dumps(request).encode()
        self._connection.settimeout(SECONDS)
        send_fds(self._connection, [len(message).to_bytes(4)], streams)
        self._connection.sendall(message)
        return int.from_bytes(self._receive())

    def can_fork(self, variables: Mapping[str, str]) -> bool:
        """Whether a command with this environment is a fork, and not a new process."""
        if self._server is None:
            return False
        changed = {
            name
            for name in variables.keys() | self._variables.keys()
            if variables.get(name) != self._variables.get(name)
        }
        return all(name.startswith(FREELY_SET) for name in changed) and not (
            "PYTHONPATH" in changed and "PYTHONPATH" in self._variables
        )

    def _wait(self, process: int) -> int:
        try:
            return int.from_bytes(self._receive(), signed=True)
        except TimeoutError:
            with suppress(ProcessLookupError):
                os.kill(process, signal.SIGKILL)
            self._receive()
            raise

    def _receive(self) -> bytes:
        word = self._connection.recv(4)
        if len(word) < 4:
            raise EOFError("the process that starts commands is gone")
        return word

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._connection.close()
        if self._server is not None:
            self._server.wait(SECONDS)


def run_new(
    words: Sequence[str], folder: Path, variables: Mapping[str, str]
) -> subprocess.CompletedProcess[str]:
    """The finished command, which was a new process."""
    return subprocess.run(
        [sys.executable, "-m", "tagatlas", *words],
        cwd=folder,
        env=variables,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )
