"""The numbers of images in the viewer's filters are those of the tables."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import polars as pl
import pytest
from programs import FindProgram
from viewer_modules import run_with_viewer

from tagatlas_web.page.columns import columns_of

IMAGES = 30
TEXTS = ("", "a", "A|b", "</script>", "\u202egnp", "__proto__", "=1+1", "Zoë", "0042")
CONTAINED = ("a", "|", "script", "1", "ZOE")


def _moment(dice: random.Random, days: float) -> datetime:
    begin = datetime(dice.choice([1000, 1412, 1999, 2600]), 1, 1, tzinfo=UTC)
    return begin + timedelta(days=dice.uniform(0, days))


KINDS: dict[str, Callable[[random.Random], str]] = {
    "texts": lambda dice: dice.choice(TEXTS),
    "few whole numbers": lambda dice: str(dice.randint(-3, 60)),
    "whole numbers": lambda dice: f"{dice.randint(-(10**6), 10**6):,}",
    "ratios": lambda dice: str(int(10 ** dice.uniform(0, 12))),
    "tenths": lambda dice: str(dice.randint(0, 48) / 10),
    "reals": lambda dice: repr(dice.uniform(-1, 1) * 10 ** dice.uniform(-3, 3)),
    "large numbers": lambda dice: dice.choice(["1e300", "-1e300", "3", "1.7e308", "-1.7e308"]),
    "mixed": lambda dice: dice.choice([str(dice.randint(0, 99))] * 40 + ["n.d."]),
    "years": lambda dice: str(dice.randint(1000, 2090)),
    "days": lambda dice: f"{_moment(dice, 40):%Y-%m-%d}",
    "hours": lambda dice: f"{_moment(dice, 1):%Y-%m-%d %H:%M}",
    "many hours": lambda dice: f"{_moment(dice, 9):%Y-%m-%d %H:%M:%S}",
    "minutes": lambda dice: f"{_moment(dice, 0.02):%Y-%m-%d %H:%M:%S}",
}


def records(dice: random.Random) -> pl.DataFrame:
    """Several records of most images, with a column of each kind; some have no value."""
    rows = [
        (f"i{dice.randrange(IMAGES)}", name, dice.choice([make(dice)] * 9 + [None]))
        for name, make in KINDS.items()
        for _ in range(3 * IMAGES)
    ]
    return pl.DataFrame(rows, schema=["image", "column", "value"], orient="row")


@pytest.mark.slow
def test_filters_count_what_the_tables_have(find_program: FindProgram, tmp_path: Path) -> None:
    tables = [records(random.Random(seed)) for seed in range(8)]  # noqa: S311 - seeded samples
    images = pl.DataFrame({"id": [f"i{row}" for row in range(IMAGES)]})
    columns = [
        column
        for table in tables
        for column in columns_of(
            pl.DataFrame(
                {
                    "image": table["image"],
                    "columns": [
                        json.dumps({name: value})
                        for name, value in table.select("column", "value").iter_rows()
                    ],
                }
            ),
            images,
        )
    ]
    files = [{"facts": column.facts(0), "content": column.content()} for column in columns]
    given = {"columns": files, "texts": CONTAINED}
    counted = run_with_viewer(find_program, tmp_path, "find/pure.ts", "counts.cjs", given)
    assert isinstance(counted, list)
    assert len(counted) == len(tables) * len(KINDS)
    for at, (column, found) in enumerate(zip(columns, counted, strict=True)):
        own = tables[at // len(KINDS)].filter(pl.col("column") == column.name)
        there = own.filter(pl.col("value") != "")
        each = dict(there.group_by("value").agg(pl.col("image").n_unique()).iter_rows())
        assert found["values"] == found["ticked"] == each, column.name
        assert found["without"] == IMAGES - there["image"].n_unique()
        plain = pl.col("value").str.to_lowercase().str.replace_all("ë", "e")
        for text, images_ in zip(CONTAINED, found["contained"], strict=True):
            holding = there.filter(plain.str.contains(text.lower(), literal=True))
            assert images_ == holding["image"].n_unique(), (column.name, text)
        for bar in found["bars"]:
            assert bar["chosen"] == bar["counted"], (column.name, bar)
        assert bool(found["bars"]) == (column.kind != "text")
