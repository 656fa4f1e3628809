"""Derive ``nouns.parquet`` and ``kinds.parquet`` of the plugin ``compare`` from WordNet 3.0.

Needs WordNet's ``data.noun``, ``index.noun`` and ``noun.exc`` (Debian package ``wordnet-base``)::

    python scripts/derive_nouns.py /usr/share/wordnet

``nouns.parquet`` has a row a noun: ``noun`` (as ``normal_label`` of
:mod:`tagatlas_compare.comparison.labels` writes it) and ``senses`` (List[Int32]: rows of
``kinds.parquet``, the commonest sense first, at most :data:`SENSES`); irregular plurals are nouns
of their own. ``kinds.parquet`` has a row a synset: ``synset`` (its offset in ``data.noun``) and
``above`` (List[Int32]: the rows of what it is a kind or an instance of). The same sources give the
same bytes.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import polars as pl

from tagatlas_compare.comparison.labels import normal_label

SENSES = 3
ABOVE = ("@", "@i")
PLUGINS = Path(__file__).resolve().parent.parent / "plugins"
DATA = PLUGINS / "tagatlas_compare" / "comparison" / "data"


def rows_of(path: Path) -> list[list[str]]:
    """The words of each line that is no licence."""
    lines = path.read_text("ascii").splitlines()
    return [line.split("|")[0].split() for line in lines if not line.startswith("  ")]


def synsets(data: Path) -> dict[int, list[int]]:
    """Offsets of the synsets above each synset."""
    found: dict[int, list[int]] = {}
    for fields in rows_of(data):
        words = int(fields[3], 16)
        pointers = fields[5 + 2 * words :]
        above = [
            int(pointers[place + 1])
            for place in range(0, 4 * int(fields[4 + 2 * words]), 4)
            if pointers[place] in ABOVE
        ]
        found[int(fields[0])] = above
    return found


def nouns(index: Path, exceptions: Path) -> dict[str, list[int]]:
    """Offsets of the senses of each noun, the commonest first."""
    found: dict[str, list[int]] = {}
    for fields in rows_of(index):
        senses = [int(offset) for offset in fields[-int(fields[2]) :]]
        found.setdefault(normal_label(fields[0]), senses[:SENSES])
    for plural, *singulars in rows_of(exceptions):
        for singular in singulars:
            senses = found.get(normal_label(singular), [])
            if senses:
                found.setdefault(normal_label(plural), senses)
    return found


def main() -> None:
    """Write both tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path, help="where data.noun is")
    folder = parser.parse_args().folder
    above = synsets(folder / "data.noun")
    row_of = {offset: row for row, offset in enumerate(sorted(above))}
    kinds = pl.DataFrame(
        {
            "synset": sorted(above),
            "above": [[row_of[each] for each in above[offset]] for offset in sorted(above)],
        },
        schema={"synset": pl.Int32, "above": pl.List(pl.Int32)},
    )
    senses = sorted(nouns(folder / "index.noun", folder / "noun.exc").items())
    table = pl.DataFrame(
        {
            "noun": [noun for noun, _ in senses],
            "senses": [[row_of[each] for each in offsets] for _, offsets in senses],
        },
        schema={"noun": pl.String, "senses": pl.List(pl.Int32)},
    )
    for name, frame in (("nouns", table), ("kinds", kinds)):
        frame.write_parquet(DATA / f"{name}.parquet", compression="zstd", compression_level=19)


if __name__ == "__main__":
    main()
