"""The peak of this process's memory, in the work since a moment."""

from __future__ import annotations

import platform
from contextlib import suppress
from pathlib import Path

_STATUS, _CLEAR = Path("/proc/self/status"), Path("/proc/self/clear_refs")


def reset_peak() -> bool:
    """Forget the peak so far; false where the system cannot.

    Linux keeps it over ``fork`` and ``exec``: a new process starts with that of its parent, unless
    5 is written to ``clear_refs`` (proc(5)).
    """
    with suppress(OSError):
        _CLEAR.write_text("5")
        return True
    return False


def peak_megabytes() -> float | None:
    """The peak of resident memory since :func:`reset_peak`, in units of 2**20 bytes.

    None where it cannot be known: other systems than Linux give that of the process's whole life,
    which on macOS is no other process's (getrusage(2)), and on Windows is not read.
    """
    with suppress(OSError):
        for line in _STATUS.read_text("ascii", "replace").splitlines():
            name, _, value = line.partition(":")
            if name == "VmHWM":
                return int(value.split()[0]) / 1024
    return _of_whole_life()


def _of_whole_life() -> float | None:
    try:
        import resource
    except ImportError:  # not a Unix
        return None
    if platform.system() != "Darwin":  # others may count what came before `exec`
        return None
    return float(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss) / (1 << 20)
