"""The machine that runs a benchmark."""

from __future__ import annotations

import os
import platform
from pathlib import Path

from tagatlas.toolkit import processors


def describe_machine() -> dict[str, str | int | float]:
    """System, processor, cores and memory, as far as known; no name, no address."""
    return {
        "system": f"{platform.system()} {platform.machine()}",
        "processor": _processor(),
        "cores": processors(),
        "memory_gb": _memory(),
    }


def _processor() -> str:
    listed = Path("/proc/cpuinfo")
    if listed.exists():
        for line in listed.read_text("utf-8", "replace").splitlines():
            name, _, value = line.partition(":")
            if name.strip() == "model name":
                return value.strip()
    return platform.processor() or "unknown"


def _memory() -> float:
    try:
        pages = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    except (AttributeError, ValueError, OSError):
        return 0.0
    return round(pages / (1 << 30), 1)
