"""Where shards are worked on, as the user names it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from tagatlas.errors import OptionError
from tagatlas_shards.driver import Pool
from tagatlas_shards.local import LocalPool
from tagatlas_shards.on_ray import ON_THIS_CLUSTER, RayPool, require_ray
from tagatlas_shards.shard import Job

LOCAL = "local"
"""Processes of this machine."""


def check_where(on: str) -> None:
    """Check the name of a pool.

    Args:
        on: ``local``, ``auto`` or ``ray://HOST:PORT``.

    Raises:
        OptionError: it is none.
        MissingDependency: Ray is needed, and not installed.
    """
    if on == LOCAL:
        return
    if on != ON_THIS_CLUSTER and not on.startswith("ray://"):
        raise OptionError(f"--on is auto, local or ray://HOST:10001, not {on!r}")
    require_ray(f"--on {on}")


@contextmanager
def pool_on(on: str, job: Job) -> Iterator[Pool]:
    """A pool for a job, closed at the end of the block.

    Args:
        on: see :func:`check_where`.
        job: of all shards.

    Raises:
        OptionError, MissingDependency: see :func:`check_where`.
        TagatlasError: there is no such cluster.
        StorageError: the job's place cannot be written.
    """
    check_where(on)
    job.place.put(job.marker, b"")
    try:
        pool = LocalPool(job) if on == LOCAL else RayPool(job, on)
        try:
            yield pool
        finally:
            pool.close()
    finally:
        job.place.remove(job.marker)
