"""Running the ``tagatlas`` command in tests."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from contextlib import ExitStack, suppress
from pathlib import Path
from socket import send_fds, socketpair
from tempfile import TemporaryFile
from types import TracebackType
from typing import Protocol, Self

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
        request = {"words": texts, "folder": str(folder), "variables": dict(variables)}
        message = json.dumps(request).encode()
        with ExitStack() as stack:
            nothing = stack.enter_context(Path(os.devnull).open())
            output, errors = (stack.enter_context(TemporaryFile("w+")) for _ in range(2))
            streams = [stream.fileno() for stream in (nothing, output, errors)]
            send_fds(self._connection, [len(message).to_bytes(4)], streams)
            self._connection.sendall(message)
            status = self._wait()
            output.seek(0)
            errors.seek(0)
            return subprocess.CompletedProcess(texts, status, output.read(), errors.read())

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

    def _wait(self) -> int:
        self._connection.settimeout(SECONDS)
        process = int.from_bytes(self._receive())
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
