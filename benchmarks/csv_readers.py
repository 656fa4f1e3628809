"""How 200 mixtures of quotation marks, delimiters, line ends and encodings are read, and by whom.

Run: ``PYTHONPATH=tests/support python benchmarks/quoting.py``. Each mixture is a table of 60 rows,
as some program writes it. The readers are tagatlas, which is told nothing, and the csv module,
pandas and DuckDB, which are told the delimiter and the encoding. Printed per habit and reader: of
all rows, how many have their picture; how many have another's, or are missing, without an error.
"""

from __future__ import annotations

import csv
import io
import sys
import tempfile
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path

import duckdb
import pandas as pd
from quoting import Mixture, mixtures

from tagatlas.errors import InputError
from tagatlas_tables.files import read_table

Reader = Callable[[Path, Mixture], list[tuple[str, str, str]]]


def tagatlas(path: Path, _: Mixture) -> list[tuple[str, str, str]]:
    """Read by tagatlas, which looks for itself."""
    frame = read_table(path).frame
    return frame.select("id", "text", "image_url").rows()


def csv_module(path: Path, mixture: Mixture) -> list[tuple[str, str, str]]:
    """Read by the csv module."""
    text = path.read_bytes().decode(mixture.encoding)
    rows = list(csv.DictReader(io.StringIO(text, newline=""), delimiter=mixture.delimiter))
    return [(row["id"], row["text"], row["image_url"]) for row in rows]


def pandas(path: Path, mixture: Mixture) -> list[tuple[str, str, str]]:
    """Read by pandas."""
    frame = pd.read_csv(
        path, sep=mixture.delimiter, encoding=mixture.encoding, dtype=str, keep_default_na=False
    )
    return list(frame[["id", "text", "image_url"]].itertuples(index=False, name=None))


def duck(path: Path, mixture: Mixture) -> list[tuple[str, str, str]]:
    """Read by DuckDB, from UTF-8, since it knows few encodings."""
    path.write_bytes(path.read_bytes().decode(mixture.encoding).lstrip("\ufeff").encode())
    return (
        duckdb.read_csv(str(path), delimiter=mixture.delimiter, header=True, all_varchar=True)
        .project("id, text, image_url")
        .fetchall()
    )


READERS: dict[str, Reader] = {
    "tagatlas": tagatlas,
    "csv": csv_module,
    "pandas": pandas,
    "DuckDB": duck,
}


def main() -> None:
    """Print the table."""
    figures: dict[tuple[str, str], list[int]] = defaultdict(lambda: [0] * 5)
    with tempfile.TemporaryDirectory() as folder:
        for number, mixture in enumerate(mixtures()):
            written = mixture.written(mixture.rows())
            for name, reader in READERS.items():
                path = Path(folder, f"{number}.csv")
                path.write_bytes(written)
                _judge(figures[mixture.habit, name], name, reader, path, mixture)
    print("| written | read by | files | rows | picture right | text right | silent | refused |")
    for (habit, name), (files, rows, right, texts, refused) in sorted(figures.items()):
        cells = (habit, name, files, rows, right, texts, rows - right - refused, refused)
        print("|", *(f"{cell} |" for cell in cells))


def _judge(figures: list[int], name: str, reader: Reader, path: Path, mixture: Mixture) -> None:
    expected = {row[0]: row for row in mixture.rows()[1:]}
    figures[0] += 1
    figures[1] += len(expected)
    try:
        found = reader(path, mixture)
    except (InputError, csv.Error, ValueError, KeyError, duckdb.Error, pd.errors.ParserError) as e:
        figures[4] += len(expected)
        if name == "tagatlas" or "-v" in sys.argv:
            print(f"{name}: {mixture}: {e}", file=sys.stderr)
        return
    by_id = {row[0]: row for row in found}
    right = [each for each in expected if each in by_id and by_id[each][2] == expected[each][2]]
    texts = [each for each in right if by_id[each][1] == expected[each][1]]
    figures[2] += len(right)
    figures[3] += len(texts)
    if name == "tagatlas" and len(right) < len(expected):
        print(f"{name}: {mixture}: {len(right)} of {len(expected)}", file=sys.stderr)


if __name__ == "__main__":
    main()
