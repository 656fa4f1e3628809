"""How many processors a process is given, by its affinity and by its control groups."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tagatlas_processors import processors

V1 = "4:memory:/box\n3:cpu,cpuacct:/box/inner\n2:cpuset:/\n0::/\n"
V2 = "0::/box/inner\n"
ASK = """
import os, pathlib, sys
from tagatlas_processors import processors

os.sched_setaffinity(0, map(int, sys.argv[2:]))
print(processors(pathlib.Path(sys.argv[1])))
"""


def laid(root: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    return root


@pytest.mark.parametrize(
    ("groups", "files", "quota"),
    [
        (V2, {"box/inner/cpu.max": "50000 100000\n"}, 1),
        (V2, {"box/inner/cpu.max": "100000 100000\n"}, 1),
        (V2, {"box/inner/cpu.max": "max 100000\n", "box/cpu.max": "100000 100000\n"}, 1),
        (V2, {"cpu.max": "100000 100000\n"}, 1),  # in a container, whose path is that outside
        (V2, {"box/inner/cpu.max": "max 100000\n"}, None),
        (V2, {"box/inner/cpu.max": "6400000 100000\n"}, 64),
        (V2, {"box/inner/cpu.max": "nonsense"}, None),
        (V2, {"box/inner/cpu.max": "100000 0"}, None),
        (V2, {}, None),
        ("", {"cpu.max": "100000 100000\n"}, None),
        (
            V1,
            {
                "cpu,cpuacct/box/inner/cpu.cfs_quota_us": "20000\n",
                "cpu,cpuacct/box/inner/cpu.cfs_period_us": "50000\n",
            },
            1,
        ),
        (V1, {"cpu/cpu.cfs_quota_us": "100000\n", "cpu/cpu.cfs_period_us": "100000\n"}, 1),
        (V1, {"cpu/cpu.cfs_quota_us": "-1\n", "cpu/cpu.cfs_period_us": "100000\n"}, None),
        (V1, {"cpu/cpu.cfs_quota_us": "100000\n"}, None),
    ],
)
def test_quotas_of_control_groups(
    tmp_path: Path, groups: str, files: dict[str, str], quota: int | None
) -> None:
    everything = processors(tmp_path)
    laid(tmp_path, {"proc/self/cgroup": groups})
    laid(tmp_path / "sys/fs/cgroup", files)
    assert processors(tmp_path) == min(everything, quota or everything)


@pytest.mark.skipif(not hasattr(os, "sched_setaffinity"), reason="this system has no affinity")
def test_a_process_with_one_processor_takes_one(tmp_path: Path) -> None:
    there = sorted(os.sched_getaffinity(0))
    for given in (there[:1], there):
        command = [sys.executable, "-c", ASK, str(tmp_path), *map(str, given)]
        asked = subprocess.run(command, check=True, capture_output=True, text=True)
        assert int(asked.stdout) == len(given)


def test_nobody_counts_the_processors_in_another_way() -> None:
    root = Path(__file__).parents[2]
    counted = [
        path.relative_to(root).as_posix()
        for place in ("core", "libraries", "plugins")
        for path in (root / place).rglob("*.py")
        if any(way in path.read_text("utf-8") for way in ("cpu_count", "sched_getaffinity"))
    ]
    assert counted == ["libraries/tagatlas_processors/__init__.py"]
