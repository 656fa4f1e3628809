"""Make the pictures of ``tagatlas demo`` from Debian's package ``openclipart-png``.

The choice is the first two columns of ``core/tagatlas/cli/sample/CREDITS.csv``: the file's name
(its theme, then what it shows) and the drawing's path in the package. Each drawing is cut to what
is drawn, laid on white and made small; title and artist come from the PNG's own text::

    python scripts/make_sample.py usr/share/openclipart/png
"""

from __future__ import annotations

import argparse
import csv
import re
from io import BytesIO
from pathlib import Path

from PIL import Image

SAMPLE = Path(__file__).resolve().parent.parent / "core" / "tagatlas" / "cli" / "sample"
COLUMNS = ("file", "source", "title", "artist", "licence")
LICENCE = "Public domain (Open Clip Art Library; Debian package openclipart-png)"
SIDE = 340
"""Longer side of a drawing in pixels; a white margin comes around it."""
MARGIN = SIDE // 28
COLOURS = 128
PAPER_WHITE = 250
"""Grey values from here on count as paper when a drawing is cut out."""


def cut_out(path: Path) -> Image.Image:
    """The drawing on white, without the empty paper around it, small."""
    drawn = Image.open(path).convert("RGBA")
    paper = Image.new("RGBA", drawn.size, "white")
    paper.alpha_composite(drawn)
    flat = paper.convert("RGB")
    ink = flat.convert("L").point(lambda value: 0 if value >= PAPER_WHITE else 255)
    cut = flat.crop(ink.getbbox())
    scale = SIDE / max(cut.size)
    width, height = (max(1, round(side * scale)) for side in cut.size)
    framed = Image.new("RGB", (width + 2 * MARGIN, height + 2 * MARGIN), "white")
    framed.paste(cut.resize((width, height), Image.Resampling.LANCZOS), (MARGIN, MARGIN))
    return framed


def encode(picture: Image.Image) -> bytes:
    """A PNG with a palette: drawings have few colours and sharp edges."""
    reduced = picture.quantize(COLOURS, Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE)
    buffer = BytesIO()
    reduced.save(buffer, "PNG", optimize=True)
    return buffer.getvalue()


def credit(path: Path) -> tuple[str, str]:
    """Title and artist as the PNG names them; artist "unknown" and the file's name for a title."""
    text = {key: value for key, value in Image.open(path).info.items() if isinstance(value, str)}
    artist = re.sub(r"\s*[(-]\s*\S+@\S+", "", text.get("Author", "")).strip()
    if not artist or artist.startswith("HASH("):  # a slip of the package's own tools
        artist = "unknown"
    return text.get("Title", path.stem).strip(), artist


def main() -> None:
    """Make the pictures and fill in the credits."""
    parser = argparse.ArgumentParser(description="Make the sample pictures of `tagatlas demo`.")
    parser.add_argument("drawings", type=Path, help="the package's folder of PNG files")
    drawings = parser.parse_args().drawings

    credits_file = SAMPLE / "CREDITS.csv"
    with credits_file.open(encoding="utf-8", newline="") as file:
        chosen = [(row["file"], row["source"]) for row in csv.DictReader(file)]
    rows = []
    for name, source in sorted(chosen):
        path = drawings / source
        (SAMPLE / name).write_bytes(encode(cut_out(path)))
        rows.append((name, source, *credit(path), LICENCE))
    with credits_file.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(COLUMNS)
        writer.writerows(rows)


if __name__ == "__main__":
    main()
