"""The decoding process: its crashes affect no other process.

Run as ``python -m tagatlas_fetching.worker`` with a socket as its standard input, by
:class:`tagatlas_fetching.workers.Workers`. It reads jobs and writes answers, each as the length of
a message in 8 bytes and the message in MessagePack, until the socket is closed.
"""

from __future__ import annotations

import os
import signal
import socket
import struct
import sys
import warnings
from contextlib import suppress

import msgspec

from tagatlas.errors import ImageRejected
from tagatlas.statuses import ImageStatus
from tagatlas_fetching.normalise import NormalisedImage, normalise

MEMORY = 8 * 1024**3
"""Limit of the process's address space in bytes: allocations beyond it fail."""

LENGTH = struct.Struct("<Q")


class Job(msgspec.Struct):
    """A picture to normalise; see :func:`tagatlas_fetching.normalise.normalise`."""

    data: bytes
    max_side: int
    max_pixels: int
    share: float


class Made(msgspec.Struct, tag=True):
    """The answer if the job gave a picture."""

    image: NormalisedImage


class Rejected(msgspec.Struct, tag=True):
    """The answer if it did not."""

    status: ImageStatus
    reason: str
    setting: str


Answer = Made | Rejected


def send(connection: socket.socket, message: bytes) -> None:
    """Write a message."""
    connection.sendall(LENGTH.pack(len(message)))
    connection.sendall(message)


def receive(connection: socket.socket) -> bytearray:
    """Read a message.

    Raises:
        EOFError: the socket is closed.
        TimeoutError: the socket's time limit has passed.
    """
    (length,) = LENGTH.unpack(_read(connection, LENGTH.size))
    return _read(connection, length)


def _read(connection: socket.socket, count: int) -> bytearray:
    data = bytearray(count)
    view = memoryview(data)
    while view:
        received = connection.recv_into(view)
        if received == 0:
            raise EOFError
        view = view[received:]
    return data


def answer(job: Job) -> Answer:
    """Do a job."""
    try:
        image = normalise(
            job.data, max_side=job.max_side, max_pixels=job.max_pixels, share=job.share
        )
    except ImageRejected as rejected:
        return Rejected(rejected.status, rejected.reason, rejected.setting)
    return Made(image)


def main() -> None:
    """Do jobs until the socket is closed."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the other side decides when it is over
    # Users get a status and a reason for an unusual picture, regardless of PYTHONWARNINGS.
    warnings.simplefilter("ignore")
    _limit_resources()
    connection = socket.socket(fileno=os.dup(sys.stdin.fileno()))
    decoder, encoder = msgspec.msgpack.Decoder(Job), msgspec.msgpack.Encoder()
    with suppress(EOFError, ConnectionError), connection:
        send(connection, b"")  # ready
        with open(os.devnull, "w") as nowhere:  # noqa: PTH123 - a device
            os.dup2(nowhere.fileno(), sys.stderr.fileno())  # C libraries complain of pictures
        while True:
            send(connection, encoder.encode(answer(decoder.decode(receive(connection)))))


def _limit_resources() -> None:
    try:
        import resource
    except ImportError:  # not a Unix
        return
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    if hard == resource.RLIM_INFINITY or hard > MEMORY:
        with suppress(ValueError, OSError):  # some systems know the limit and do not take it
            resource.setrlimit(resource.RLIMIT_AS, (MEMORY, hard))


if __name__ == "__main__":
    main()
