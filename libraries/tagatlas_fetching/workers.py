"""Decodes in separate processes: a picture that crashes its decoder affects no other."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from queue import SimpleQueue
from types import TracebackType
from typing import Self

import msgspec

from tagatlas.contracts import ImageStatus
from tagatlas.errors import ImageRejected, PluginError
from tagatlas_fetching.normalise import NormalisedImage
from tagatlas_fetching.options import FetchOptions
from tagatlas_fetching.worker import Answer, Job, Made, receive, send

START_SECONDS = 120.0
"""Seconds in which a process must be ready, even on a busy machine."""

KEPT_MEMORY = {"MALLOC_MMAP_THRESHOLD_": str(32 * 2**20), "MALLOC_TRIM_THRESHOLD_": str(64 * 2**20)}
"""Makes glibc keep the memory of one picture for the next: to get it from the system again takes a
fifth of a worker's time. Bytes of a block, and of free memory, that are returned at once."""


class Workers:
    """A pool of processes that normalise pictures. Used by many threads; a context manager.

    The processes start at once, so that they are ready for the first picture. They end when this
    process ends, even if it is killed.
    """

    def __init__(self, count: int, options: FetchOptions) -> None:
        """Start the processes.

        Args:
            count: number of processes, and of threads that may call :meth:`normalise` at once.
            options: limits of the pictures.
        """
        self._options = options
        self._decoder: msgspec.msgpack.Decoder[Answer] = msgspec.msgpack.Decoder(Answer)
        self._encoder = msgspec.msgpack.Encoder()
        self._idle: SimpleQueue[_Process] = SimpleQueue()
        self._count = count
        for _ in range(count):
            self._idle.put(_Process())

    def normalise(self, data: bytes) -> NormalisedImage:
        """See :func:`tagatlas_fetching.normalise.normalise`.

        Raises:
            ImageRejected: as there; also ``unreadable``: the decoder crashed, or took too long.
            PluginError: the decoding processes do not start.
        """
        options = self._options
        job = Job(data, options.max_side, options.max_pixels, options.share())
        found = self._ask(self._encoder.encode(job))
        if isinstance(found, Made):
            return found.image
        raise ImageRejected(found.status, found.reason, setting=found.setting)

    def _ask(self, message: bytes) -> Answer:
        process = self._idle.get()
        try:
            for _ in range(2):  # a process may die of other things than its picture, but not twice
                process.wait_until_ready()
                try:
                    return self._decoder.decode(process.ask(message, self._options.decode_limit))
                except (EOFError, ConnectionError):
                    process = process.replaced()
        except TimeoutError as error:
            process = process.replaced()
            reason = f"not decoded in {self._options.decode_limit:g} seconds"
            raise ImageRejected(ImageStatus.UNREADABLE, reason, setting="decode_limit") from error
        finally:
            self._idle.put(process)
        raise ImageRejected(ImageStatus.UNREADABLE, "the decoder crashed on it")

    def close(self) -> None:
        """End the processes; call when no thread uses them any more."""
        processes = [self._idle.get() for _ in range(self._count)]
        with ThreadPoolExecutor(max(1, len(processes))) as threads:
            list(threads.map(_Process.end, processes))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


class _Process:
    """A decoding process, used by one thread at a time."""

    def __init__(self) -> None:
        self._connection, theirs = socket.socketpair()
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-P", "-m", "tagatlas_fetching.worker"],
                stdin=theirs.fileno(),
                env=KEPT_MEMORY | os.environ,
            )
        self._ready = False

    def wait_until_ready(self) -> None:
        """Wait until the process has imported its libraries.

        Raises:
            PluginError: it failed to start.
        """
        if self._ready:
            return
        self._connection.settimeout(START_SECONDS)
        try:
            receive(self._connection)
        except (EOFError, OSError) as error:
            raise PluginError(
                f"decoding needs processes of its own, and {sys.executable} -m "
                "tagatlas_fetching.worker does not start: run it to see why"
            ) from error
        self._ready = True

    def ask(self, message: bytes, seconds: float) -> bytearray:
        """Send a message and wait for the reply.

        Raises:
            EOFError, ConnectionError: the process died.
            TimeoutError: no reply in time.
        """
        self._connection.settimeout(seconds)
        send(self._connection, message)
        return receive(self._connection)

    def replaced(self) -> _Process:
        """End this process at once; returns a new one."""
        self._process.kill()
        self.end()
        return _Process()

    def end(self) -> None:
        """End the process and wait for it."""
        self._connection.close()
        try:
            self._process.wait(timeout=2)
        except subprocess.TimeoutExpired:  # it decodes what nobody waits for any more
            self._process.kill()
            self._process.wait()
