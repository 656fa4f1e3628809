"""What a process does that works on shards, whoever started it."""

from __future__ import annotations

import socket
from threading import Event

from tagatlas.errors import StorageError, TagatlasError
from tagatlas.wording import in_one_line
from tagatlas_shards.shard import Desk, Job, Report, Results, Shard


class Worker:
    """Works on shards one after the other, and puts their results into the job's place.

    :meth:`work` is called by one thread at a time, :meth:`stop` by any.
    """

    def __init__(self, job: Job) -> None:
        """Take a job; nothing is done yet."""
        self._job = job
        self._stop = Event()
        self._desk: Desk | None = None

    def begin(self) -> str:
        """Make ready; returns why this process cannot work, one line, or empty text."""
        try:
            self._job.place.get(self._job.marker)
        except StorageError:
            return (
                f"the processes on {socket.gethostname()} do not see {self._job.place}, where this "
                "atlas has its images: use an image store that all nodes reach, or a folder that "
                "they share"
            )
        except TagatlasError as error:
            return f"{error} (on {socket.gethostname()})"
        try:
            self._desk = self._job.begin()
        except TagatlasError as error:
            return f"{error} (on {socket.gethostname()})"
        except Exception as error:  # noqa: BLE001 - told to the driver, which raises it
            return f"{in_one_line(error)} (on {socket.gethostname()})"
        return ""

    def work(self, shard: Shard) -> Report:
        """Work on a shard and put its results away; an error is part of the report."""
        desk = self._desk
        if desk is None:
            raise RuntimeError("work comes after a begin that went well")
        try:
            results = desk.work(shard, self._stop)
        except Exception as error:  # noqa: BLE001 - told to the driver, which lists the shard
            text = str(error) if isinstance(error, TagatlasError) else in_one_line(error)
            results = Results(b"", is_whole=False, error=text)
        warnings, faults = desk.told()
        file, why = "", results.error
        if results.data:
            ending = "parquet" if results.is_whole else "part.parquet"
            file = f"{self._job.folder}/{shard.name}.{ending}"
            try:
                self._job.place.put(file, results.data)
            except TagatlasError as error:
                file, why = "", why or str(error)
        return Report(file, why, warnings, faults)

    def stop(self) -> None:
        """Have the shard under way end soon, and all later ones at once."""
        self._stop.set()
