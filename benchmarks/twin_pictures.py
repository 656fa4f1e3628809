"""Different pictures of the kinds that are easily taken for each other, and copies of them.

The drawings, stamps and flags are those of Debian's packages ``openclipart-png`` and
``tuxpaint-stamps-default``, unpacked; memes, screenshots, plain grounds and traps are made of them.
All is deterministic.
"""

from __future__ import annotations

import pydoc_data.topics
import random
import re
import textwrap
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

import matplotlib
import numpy as np
from matplotlib import font_manager
from PIL import Image, ImageDraw, ImageEnhance, ImageFont, ImageOps

ART, STAMPS = "openclipart/png", "tuxpaint/stamps"
"""Where the packages have their pictures."""

SIDE = 640
"""Longer side of a picture at most, in pixels."""

TEMPLATES, CAPTIONS = 20, 50
TWEETS, ARTICLES, TRICOLOURS, TRAPS = 300, 300, 200, 60

_WORDS = sorted(set(re.findall(r"[A-Za-z]{2,10}", " ".join(pydoc_data.topics.topics.values()))))
_COLOURS = ("#000", "#d00", "#fc0", "#fff", "#090", "#00a", "#6cf", "#f80", "#720", "#808")


@dataclass(frozen=True, eq=False)
class Picture:
    """One picture: ``kind`` such as ``memes``, a ``name`` of its own, and its pixels (RGB)."""

    kind: str
    name: str
    pixels: Image.Image


def different_pictures(openclipart: Path, stamps: Path, drawings: int) -> Iterator[Picture]:
    """Pictures of which each is another, but for those that ``twins.csv`` lists.

    ``stars`` are openclipart's polygons of up to 100 points, of which many look alike to the eye.

    Args:
        openclipart: the package's folder ``openclipart/png``, or one above it.
        stamps: the package's folder ``tuxpaint/stamps``, or one above it.
        drawings: how many of openclipart's, flags not counted.

    Raises:
        FileNotFoundError: there is no such folder.
    """
    art_folder, stamp_folder = _within(openclipart, ART), _within(stamps, STAMPS)
    art = {path.relative_to(art_folder): path for path in sorted(art_folder.rglob("*.png"))}
    flags = [name for name in art if "flags" in name.parts]
    rest = [name for name in art if "flags" not in name.parts]
    photographs = sorted(stamp_folder.rglob("*.png"))
    for name in sorted(random.Random(1).sample(rest, min(drawings, len(rest)))):  # noqa: S311
        kind = "stars" if "stars" in name.parts else "drawings"
        yield Picture(kind, name.as_posix(), opened(art[name]))
    for name in flags:
        yield Picture("flags", name.as_posix(), opened(art[name]))
    for number, path in enumerate(photographs):
        name = path.relative_to(stamp_folder)
        if number % 2:
            yield Picture("stamps", name.as_posix(), opened(path))
        else:
            yield Picture("plain grounds", name.as_posix(), _on_ground(opened(path), number))
    yield from tricolours()
    yield from memes(photographs)
    yield from tweets()
    yield from articles()
    yield from traps(photographs[1::2][:: len(photographs) // 2 // TRAPS])


def _within(folder: Path, parts: str) -> Path:
    """The folder whose path ends so, which is this one or is within it: names begin there."""
    for found in (folder, *sorted(folder.rglob(Path(parts).name))):
        if found.is_dir() and found.absolute().as_posix().endswith(f"/{parts}"):
            return found
    raise FileNotFoundError(f"{folder} is not, and has not within it, a folder {parts}: unpack it")


def opened(path: Path) -> Image.Image:
    """A picture file on white, with a longer side of at most :data:`SIDE`."""
    with Image.open(path) as source:
        drawing = source.convert("RGBA")
    drawing.thumbnail((SIDE, SIDE))
    paper = Image.new("RGB", drawing.size, "white")
    paper.paste(drawing, mask=drawing.getchannel("A"))
    return paper


def _on_ground(picture: Image.Image, seed: int) -> Image.Image:
    """A picture as in a shop or museum: alone on one of three light grounds, squared."""
    ground = Image.new("RGB", (500, 500), ("#fff", "#eee", "#dde4ea")[seed // 2 % 3])
    inner = ImageOps.contain(picture, (400, 400))
    mask = inner.convert("L").point(lambda tone: 255 if tone < 250 else 0)
    ground.paste(inner, ((500 - inner.width) // 2, (500 - inner.height) // 2), mask)
    return ground


def tricolours() -> Iterator[Picture]:
    """Flags of three bands of ten colours, upright and lying."""
    chosen = random.Random(5)  # noqa: S311
    made: set[tuple[str, ...]] = set()
    while len(made) < TRICOLOURS:
        upright = chosen.random() < 0.5
        bands = (*chosen.sample(_COLOURS, 3), str(upright))
        if bands in made:
            continue
        made.add(bands)
        flag = Image.new("RGB", (300, 200))
        draw = ImageDraw.Draw(flag)
        for place, colour in enumerate(bands[:3]):
            low = (place * 100, 0) if upright else (0, place * 67)
            high = (place * 100 + 99, 199) if upright else (299, place * 67 + 66)
            draw.rectangle((*low, *high), fill=colour)
        yield Picture("flags", "-".join(bands), flag)


def memes(photographs: Sequence[Path]) -> Iterator[Picture]:
    """Photographs with words above and below: the same photograph with other words each time."""
    chosen = random.Random(6)  # noqa: S311
    sample = Path(matplotlib.get_data_path()) / "sample_data" / "grace_hopper.jpg"
    sources = [sample, *random.Random(7).sample(photographs, TEMPLATES - 1)]  # noqa: S311
    for template, path in enumerate(sources):
        ground = Image.linear_gradient("L").resize((500, 420 + 10 * template))
        photograph = ImageOps.colorize(ground, "#345", "#cba")
        inner = ImageOps.contain(opened(path), (500, 420 + 10 * template))
        photograph.paste(inner, ((500 - inner.width) // 2, (photograph.height - inner.height) // 2))
        for caption in range(CAPTIONS):
            meme = photograph.copy()
            draw, font = ImageDraw.Draw(meme), _font(36, bold=True)
            for y in (8, meme.height - 50):
                words = " ".join(chosen.choices(_WORDS, k=3)).upper()[:20]
                x = (meme.width - draw.textlength(words, font=font)) / 2
                draw.text((x, y), words, "white", font, stroke_width=3, stroke_fill="black")
            yield Picture("memes", f"{template}-{caption}", meme)


def tweets() -> Iterator[Picture]:
    """Screenshots of short messages: one layout, other words."""
    chosen = random.Random(8)  # noqa: S311
    for number in range(TWEETS):
        tweet = Image.new("RGB", (585, 310), "white")
        draw = ImageDraw.Draw(tweet)
        draw.ellipse((20, 20, 80, 80), fill=tuple(chosen.randrange(256) for _ in range(3)))
        name = " ".join(chosen.choices(_WORDS, k=2))
        draw.text((95, 25), name.title(), "black", _font(22, bold=True))
        draw.text((95, 52), "@" + name.replace(" ", "_").lower(), "#666", _font(19))
        words = " ".join(chosen.choices(_WORDS, k=chosen.randint(12, 35)))
        for row, line in enumerate(textwrap.wrap(words, 42)[:6]):
            draw.text((20, 100 + 33 * row), line, "black", _font(23))
        yield Picture("tweets", str(number), tweet)


def articles() -> Iterator[Picture]:
    """Pages full of words in one layout."""
    chosen = random.Random(9)  # noqa: S311
    for number in range(ARTICLES):
        page = Image.new("RGB", (480, 640), "white")
        draw = ImageDraw.Draw(page)
        draw.text((30, 24), " ".join(chosen.choices(_WORDS, k=3)).title(), "black", _font(24))
        for row in range(28):
            words = " ".join(chosen.choices(_WORDS, k=14))[:52]
            draw.text((30, 70 + 20 * row), words, "#222", _font(14))
        yield Picture("articles", str(number), page)


def traps(paths: Sequence[Path]) -> Iterator[Picture]:
    """Of stamps the mirror image, and those of other or no colours, where these are others."""
    for path in paths:
        picture = opened(path)
        hue, saturation, value = picture.convert("HSV").split()
        turned = Image.merge("HSV", (hue.point(lambda h: (h + 85) % 256), saturation, value))
        made = {
            "mirrored": ImageOps.mirror(picture),
            "recoloured": turned.convert("RGB"),
            "grey": picture.convert("L").convert("RGB"),
        }
        for name, trap in made.items():
            small = [np.asarray(each.resize((32, 32)), float) for each in (picture, trap)]
            if np.abs(small[0] - small[1]).mean() > 6:
                yield Picture("traps", f"{name} {path.stem}", trap)


def _font(size: int, *, bold: bool = False) -> ImageFont.FreeTypeFont:
    weight = "bold" if bold else "normal"
    found = font_manager.findfont(font_manager.FontProperties(family="DejaVu Sans", weight=weight))
    return ImageFont.truetype(found, size)


def _encoded(picture: Image.Image, format_: str, quality: int = 100) -> Image.Image:
    buffer = BytesIO()
    picture.save(buffer, format_, quality=quality)
    with Image.open(buffer) as again:
        return again.convert("RGB")


def _scaled(picture: Image.Image, side: int) -> Image.Image:
    scale = min(1.0, side / max(picture.size))
    size = max(1, round(picture.width * scale)), max(1, round(picture.height * scale))
    return picture.resize(size, Image.Resampling.LANCZOS)


def _cropped(picture: Image.Image, *shares: float) -> Image.Image:
    width, height = picture.size
    left, top, right, bottom = shares
    return picture.crop(
        (
            round(width * left),
            round(height * top),
            width - round(width * right),
            height - round(height * bottom),
        )
    )


def _bordered(picture: Image.Image, share: float, colour: str) -> Image.Image:
    return ImageOps.expand(picture, round(max(picture.size) * share), colour)


def _toned(picture: Image.Image, gamma: float) -> Image.Image:
    return picture.point([round(255 * (tone / 255) ** gamma) for tone in range(256)] * 3)


def _balanced(picture: Image.Image, red: float, blue: float) -> Image.Image:
    tones = [min(255, round(tone * gain)) for gain in (red, 1.0, blue) for tone in range(256)]
    return picture.point(tones)


COPIES: dict[str, Callable[[Image.Image], Image.Image]] = {
    "JPEG 90": lambda p: _encoded(p, "JPEG", 90),
    "JPEG 30": lambda p: _encoded(p, "JPEG", 30),
    "WebP 60": lambda p: _encoded(p, "WEBP", 60),
    "scaled to 400": lambda p: _scaled(p, 400),
    "scaled to 200": lambda p: _scaled(p, 200),
    "scaled to 200, JPEG 50": lambda p: _encoded(_scaled(p, 200), "JPEG", 50),
    "cropped 1 %": lambda p: _cropped(p, 0.01, 0.01, 0.01, 0.01),
    "cropped 2 %": lambda p: _cropped(p, 0.02, 0.02, 0.02, 0.02),
    "cropped 3 %": lambda p: _cropped(p, 0.03, 0.03, 0.03, 0.03),
    "cropped 3 % at two edges": lambda p: _cropped(p, 0.03, 0, 0, 0.03),
    "cropped 2 %, 300, JPEG 60": lambda p: _encoded(
        _scaled(_cropped(p, 0.02, 0.02, 0.02, 0.02), 300), "JPEG", 60
    ),
    "border 3 %, white": lambda p: _bordered(p, 0.03, "#fff"),
    "border 8 %, black": lambda p: _bordered(p, 0.08, "#000"),
    "border 5 %, grey, JPEG 70": lambda p: _encoded(_bordered(p, 0.05, "#bbb"), "JPEG", 70),
    "brighter": lambda p: ImageEnhance.Brightness(p).enhance(1.1),
    "darker": lambda p: ImageEnhance.Brightness(p).enhance(0.9),
    "more contrast": lambda p: ImageEnhance.Contrast(p).enhance(1.1),
    "less contrast": lambda p: ImageEnhance.Contrast(p).enhance(0.9),
    "more colour": lambda p: ImageEnhance.Color(p).enhance(1.1),
    "less colour": lambda p: ImageEnhance.Color(p).enhance(0.9),
    "gamma 0.9": lambda p: _toned(p, 0.9),
    "gamma 1.1": lambda p: _toned(p, 1.1),
    "warmer": lambda p: _balanced(p, 1.05, 0.95),
    "cooler": lambda p: _balanced(p, 0.95, 1.05),
}
"""What is done to a picture that it stays the same picture; by name."""
