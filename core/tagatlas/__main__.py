"""``python -m tagatlas``: the same as the ``tagatlas`` command."""

from tagatlas.cli import main

if __name__ == "__main__":
    main()
