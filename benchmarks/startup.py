"""How long ``tagatlas --help`` takes, next to Python itself and the import of click.

Usage: python benchmarks/startup.py [ROUNDS]
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import time
from collections.abc import Sequence


def seconds(command: Sequence[str]) -> float:
    """Wall time of a command."""
    begun = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return time.perf_counter() - begun


def main() -> None:
    """Run the commands in turn, so that all meet the same load, and print medians and ratios."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 15
    commands = {
        "python -c pass": [sys.executable, "-c", "pass"],
        "import click": [sys.executable, "-c", "import click"],
        "tagatlas --help": [sys.executable, "-m", "tagatlas", "--help"],
    }
    times: dict[str, list[float]] = {name: [] for name in commands}
    for _ in range(rounds):
        for name, command in commands.items():
            times[name].append(seconds(command))
    medians = {name: statistics.median(taken) for name, taken in times.items()}
    for name, median in medians.items():
        print(f"{name:<16} {median * 1000:6.0f} ms, median of {rounds}")
    # `import click` was measured with the interpreter's own start in it.
    bare, with_click = medians["python -c pass"], medians["import click"]
    limit = 3 * bare + (with_click - bare)
    print(f"help / import click                     {medians['tagatlas --help'] / with_click:.2f}")
    print(f"help / (3 x python -c pass + click)     {medians['tagatlas --help'] / limit:.2f}")


if __name__ == "__main__":
    main()
