"""Processors that this process is given, which may be fewer than the machine has."""

from __future__ import annotations

import math
import os
import sys
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

__all__ = ["processors"]

_GROUPS = "sys/fs/cgroup"
_V1_FOLDERS = ("cpu,cpuacct", "cpu")
"""Where the controller ``cpu`` of version 1 is mounted."""


def processors(root: Path = Path("/")) -> int:
    """Number of processors that this process may use: workers to start, or threads.

    The least of those of its affinity (``taskset``, Slurm), the quotas of its control groups
    (containers, Kubernetes; a part of a processor counts as one), and, in a task or an actor of
    Ray, its share of the node.

    Args:
        root: of the file system with the files of the control groups.

    Returns:
        At least 1.
    """
    limits = [_by_affinity(), *_quotas(root), *_of_ray()]
    return max(1, math.ceil(min(limits)))


def _by_affinity() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _quotas(root: Path) -> Iterator[float]:
    """The quotas of the control groups that this process is in, of both versions.

    Those of all groups around a group hold for it. In a container the path of its group may be
    that outside of it, while its files are those of the topmost folder.
    """
    for line in _text(root / "proc/self/cgroup").splitlines():
        number, _, rest = line.partition(":")
        controllers, _, path = rest.partition(":")
        groups = [PurePosixPath(path), *PurePosixPath(path).parents]
        if number == "0" and not controllers:
            folders = [root / _GROUPS / str(group).lstrip("/") for group in groups]
            yield from (each for folder in folders for each in _quota(folder / "cpu.max"))
        elif "cpu" in controllers.split(","):
            for mount in _V1_FOLDERS:
                for group in groups:
                    folder = root / _GROUPS / mount / str(group).lstrip("/")
                    yield from _quota(folder / "cpu.cfs_quota_us", folder / "cpu.cfs_period_us")


def _quota(*files: Path) -> Iterator[float]:
    """The processors of a group: microseconds of time, and those of the period, in its files."""
    words = " ".join(map(_text, files)).split()
    if len(words) == 2 and all(word.isdecimal() for word in words) and int(words[1]):
        yield int(words[0]) / int(words[1])  # without a limit the first is "max" or -1


def _of_ray() -> Iterator[float]:
    """The share of a task or an actor of Ray, if it asked for one; the driver has none."""
    ray = sys.modules.get("ray")
    if ray is None or not ray.is_initialized():
        return
    context = ray.get_runtime_context()
    if context.worker.mode == ray.WORKER_MODE:
        share = context.get_assigned_resources().get("CPU")
        if share:
            yield float(share)


def _text(path: Path) -> str:
    try:
        return path.read_text("utf-8", "replace")
    except OSError:
        return ""
