"""A process that works on shards of this machine; run by :class:`tagatlas_shards.local.LocalPool`.

Run as ``python -m tagatlas_shards.process`` with a socket as its standard input. It gets a job and
then shards, and answers each with a report, until the socket is closed: whoever started it is
gone then, and so is it.
"""

from __future__ import annotations

import os
import signal
from multiprocessing.connection import Connection
from queue import SimpleQueue
from threading import Thread

from tagatlas_shards.shard import Job, Shard
from tagatlas_shards.worker import Worker


def main() -> None:
    """Work until the socket is closed."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the driver gets it, too, and tells to stop
    connection = Connection(os.dup(0))
    job = connection.recv()
    if not isinstance(job, Job):
        raise TypeError("a job comes first")
    worker = Worker(job)
    shards: SimpleQueue[Shard] = SimpleQueue()

    def listen() -> None:
        try:
            while True:
                message = connection.recv()
                if isinstance(message, Shard):
                    shards.put(message)
                else:
                    worker.stop()
        except (EOFError, OSError):
            os._exit(1)  # hosts are asked by the next driver's processes from now on

    Thread(target=listen, daemon=True).start()
    connection.send(worker.begin())
    while True:
        connection.send(worker.work(shards.get()))


if __name__ == "__main__":
    main()
