"""Time of the source ``table``, as a multiple of a bare ``polars.read_csv`` of the same file.

Run: ``python benchmarks/read.py [ROWS]``. Writes its input into a temporary folder: a table of
five columns and one URL a row, and a TCAT full export of 36 columns and two URLs a row.
Both sides read in turn, in one process; the figures are medians.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
from pathlib import Path

import polars as pl

from tagatlas_sources.table import TableOptions
from tagatlas_sources.table.source import TableSource

_ROUNDS = 5


def main() -> None:
    """Print one line per table."""
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    with tempfile.TemporaryDirectory() as folder:
        for name, frame in (("generic", generic(rows)), ("TCAT full export", tcat(rows // 5))):
            path = Path(folder, f"{name}.csv")
            frame.write_csv(path, quote_style="necessary")
            ours, bare = measure(path)
            megabytes = path.stat().st_size / 1e6
            print(
                f"{name}, {frame.height:,} rows, {megabytes:,.0f} MB: source table {ours:.2f} s, "
                f"polars.read_csv {bare:.2f} s, ratio {ours / bare:.1f}"
            )


def measure(path: Path) -> tuple[float, float]:
    """Median seconds of both sides, read in turn so that a busy machine slows both alike."""
    source = TableSource(TableOptions())
    ours, bare = [], []
    for _ in range(_ROUNDS):
        start = time.perf_counter()
        source.read(str(path))
        between = time.perf_counter()
        pl.read_csv(path, infer_schema=False)
        ours.append(between - start)
        bare.append(time.perf_counter() - between)
    return statistics.median(ours), statistics.median(bare)


def generic(rows: int) -> pl.DataFrame:
    """A table as a scraper writes it: five columns, quoted text with commas and line breaks."""
    number = pl.int_range(rows)
    return pl.select(
        pl.format("{}", 10**18 + number).alias("id"),
        pl.format("https://img.example.org/media/{}.jpg?size=1", number).alias("image_url"),
        pl.format("{}", number % 7 + 1).alias("frequency"),
        pl.format('He said: "look", number {},\nand left', number).alias("text"),
        pl.format("2024-01-{}", number % 28 + 1).alias("date"),
    )


def tcat(rows: int) -> pl.DataFrame:
    """A TCAT full export with media."""
    number = pl.int_range(rows)
    media = pl.format(
        "https://pbs.example.org/{}a.jpg; https://pbs.example.org/{}b.jpg", number, number
    )
    return pl.select(
        pl.format("{}", 10**18 + number).alias("id"),
        pl.lit("2016-01-01 10:00:00").alias("created_at"),
        pl.format("user{}", number % 999).alias("from_user_name"),
        pl.format("text, with a comma and number {}", number).alias("text"),
        pl.lit("http://pbs.example.org/p_normal").alias("from_user_profile_image_url"),
        pl.format("{}", 1_400_000_000 + number).alias("time"),
        *[pl.lit("some text").alias(f"column_{column}") for column in range(30)],
        media.alias("media_urls"),
    )


if __name__ == "__main__":
    main()
