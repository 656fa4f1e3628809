"""``python -m tagatlas``, and the ``tagatlas`` command."""

from __future__ import annotations

import sys


def main() -> None:
    """Run the command line; if interrupted while loading, print the usual line."""
    try:
        from tagatlas.cli import main as command

        command()
    except KeyboardInterrupt:
        sys.stderr.write("tagatlas: stopped; run the same command again to finish\n")
        sys.exit(130)


if __name__ == "__main__":
    main()
