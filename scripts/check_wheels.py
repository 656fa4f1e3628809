"""Check that every dependency has a wheel for each system and Python that tagatlas is for.

    python scripts/check_wheels.py [--python 3.11 3.14] [--system linux-x86_64]

Run it where the light install and the extras of interest are installed: what a dependency needs in
turn is read from what is installed. For each of these pip tells which versions have a wheel for the
target; nothing is downloaded. Of what is needed in turn any version will do, for another version of
a dependency may ask for another one. What is installed from a wheel for any system is not asked
about. Prints a table with the names of what has no wheel, and ends with status
1 if there is any. Dependencies that are not installed are asked about themselves alone.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name

PYTHONS = ("3.11", "3.12", "3.13", "3.14")
COMPILED = {"fa2": "has no wheels: whoever asks for it needs a C compiler"}
_GLIBC = ("_2_28", "_2_27", "_2_26", "_2_24", "_2_17", "2014")


@dataclass(frozen=True)
class System:
    """A system to install on: its wheels' tags, and what the markers of requirements ask for."""

    name: str
    tags: tuple[str, ...]
    sys_platform: str
    platform_system: str
    machine: str


SYSTEMS = (
    *(
        System(
            f"linux-{machine}",
            tuple(f"manylinux{glibc}_{machine}" for glibc in _GLIBC),
            *("linux", "Linux", machine),
        )
        for machine in ("x86_64", "aarch64")
    ),
    System("macos-arm64", ("macosx_14_0_arm64",), "darwin", "Darwin", "arm64"),
    System("macos-x86_64", ("macosx_14_0_x86_64",), "darwin", "Darwin", "x86_64"),
    System("windows-x86_64", ("win_amd64",), "win32", "Windows", "AMD64"),
)


@dataclass(frozen=True)
class Target:
    """A system and a version of CPython."""

    system: System
    python: str

    def holds(self, requirement: Requirement, extra: str) -> bool:
        """Whether the requirement's marker holds here, where an extra is asked for."""
        environment = {
            "extra": extra,
            "implementation_name": "cpython",
            "os_name": "nt" if self.system.sys_platform == "win32" else "posix",
            "platform_machine": self.system.machine,
            "platform_python_implementation": "CPython",
            "platform_system": self.system.platform_system,
            "python_full_version": f"{self.python}.0",
            "python_version": self.python,
            "sys_platform": self.system.sys_platform,
        }
        return requirement.marker is None or requirement.marker.evaluate(environment)

    def needs(self, requirements: Iterable[str]) -> Iterator[Requirement]:
        """The requirements that hold here, and all that these need in turn, each once.

        Those in turn are of any version.
        """
        waiting: list[tuple[Requirement, tuple[str, ...]]] = [
            (Requirement(text), ("",)) for text in requirements
        ]
        seen: set[str] = set()
        while waiting:
            requirement, extras = waiting.pop()
            if str(requirement) in seen or not any(self.holds(requirement, e) for e in extras):
                continue
            seen.add(str(requirement))
            yield requirement
            try:
                further = distribution(requirement.name).requires or ()
            except PackageNotFoundError:
                continue
            for text in further:
                needed = Requirement(text)
                needed.specifier = SpecifierSet()
                waiting.append((needed, ("", *requirement.extras)))


@cache
def versions_with_wheels(target: Target, name: str) -> list[str]:
    """The versions of a distribution that have a wheel for the target."""
    tags = [part for tag in target.system.tags for part in ("--platform", tag)]
    ended = subprocess.run(
        [
            *(sys.executable, "-m", "pip", "index", "versions", name, "--json"),
            *("--disable-pip-version-check", "--only-binary", ":all:"),
            *("--implementation", "cp", "--python-version", target.python, *tags),
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    if ended.returncode == 0:
        return list(json.loads(ended.stdout)["versions"])
    if "No matching distribution" in ended.stderr:
        return []
    sys.exit(f"pip failed: {ended.stderr.strip()}")


def is_for_any_system(name: str) -> bool:
    """Whether the distribution is installed from a wheel for any system."""
    try:
        return "-none-any" in (distribution(name).read_text("WHEEL") or "")
    except PackageNotFoundError:
        return False


def main() -> int:
    """Check, and print a table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--python", nargs="*", choices=PYTHONS, default=PYTHONS)
    names = [system.name for system in SYSTEMS]
    parser.add_argument("--system", nargs="*", choices=names, default=names)
    arguments = parser.parse_args()
    project = tomllib.loads((Path(__file__).parents[1] / "pyproject.toml").read_text("utf-8"))
    groups = {"light": project["project"]["dependencies"]}
    groups |= project["project"]["optional-dependencies"]
    for extra in ("all", *COMPILED):
        del groups[extra]
    complete = True
    for system in (system for system in SYSTEMS if system.name in arguments.system):
        for python in arguments.python:
            lacking = check(Target(system, python), groups)
            complete = complete and not any(lacking.values())
            lines = [
                f"{group} without {', '.join(which)}" for group, which in lacking.items() if which
            ]
            print(
                f"{system.name:16} {python:6} {'; '.join(lines) or 'all have wheels'}", flush=True
            )
    for extra, why in COMPILED.items():
        print(f"not checked: the extra {extra} {why}")
    return 0 if complete else 1


def check(target: Target, groups: Mapping[str, Sequence[str]]) -> dict[str, list[str]]:
    """For each group of requirements, the names of those of which the target has no wheel."""

    def lacks(requirement: Requirement) -> bool:
        if is_for_any_system(requirement.name):
            return False
        found = versions_with_wheels(target, canonicalize_name(requirement.name))
        return not any(requirement.specifier.filter(found))

    lacking = {}
    with ThreadPoolExecutor(4) as pool:
        for group, requirements in groups.items():
            needs = list(target.needs(requirements))
            without = pool.map(lacks, needs)
            missing = [need for need, is_so in zip(needs, without, strict=True) if is_so]
            # What is needed in turn is of any version: what the project asks for goes before.
            by_name = {need.name: str(need) for need in sorted(missing, key=lambda n: len(str(n)))}
            lacking[group] = sorted(by_name.values())
    return lacking


if __name__ == "__main__":
    sys.exit(main())
