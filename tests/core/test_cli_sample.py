"""The sample collection of ``tagatlas demo``."""

from __future__ import annotations

import csv
from importlib.resources import files
from io import BytesIO, StringIO

from PIL import Image

SAMPLE = files("tagatlas") / "cli" / "sample"


def test_every_picture_is_credited_as_public_domain() -> None:
    rows = list(csv.DictReader(StringIO((SAMPLE / "CREDITS.csv").read_text(encoding="utf-8"))))
    pictures = {path.name for path in SAMPLE.iterdir()} - {"CREDITS.csv"}
    assert [row["file"] for row in rows] == sorted(pictures)
    assert all(row["licence"].startswith("Public domain") for row in rows)
    assert all(row["title"] and row["artist"] and row["source"] for row in rows)


def test_the_collection_is_small_and_its_pictures_differ() -> None:
    data = [path.read_bytes() for path in SAMPLE.iterdir() if path.name.endswith(".png")]
    assert 120 <= len(set(data)) == len(data) <= 200
    assert sum(map(len, data)) <= 3_000_000
    assert all(300 <= max(Image.open(BytesIO(each)).size) <= 400 for each in data)
