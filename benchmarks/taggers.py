"""Taggers against each other on collections that anyone can get without an account.

Usage: python benchmarks/taggers.py [--stamps FOLDER] [--clipart FOLDER] [--images N] [--out FOLDER]

Collections, whose folders are the labels: Debian's ``tuxpaint-stamps-default`` (``--stamps
/usr/share/tuxpaint/stamps``) and ``openclipart-png`` (``--clipart /usr/share/openclipart/png``),
and one that is drawn here, in which every picture is of one of six plain shapes. Backends:
``imagenet``; ``clip``, if it is installed: with the weights that it finds, whose fingerprint is
printed. Where there are none it is said so, and the tests' tiny model, which was trained on a few
plain shapes and knows nothing else, takes part on the drawn collection alone. With ``--recorded
ATLAS``, for services whose answers are not to be paid for again: the quality of the tags that an
atlas keeps of each of its backends.

Everything goes to one leaderboard (``--out``, by default ``bench``).
"""

from __future__ import annotations

import argparse
import csv
import tempfile
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw

import tagatlas
import tagatlas.errors
from tagatlas.plugins import TAGGERS, Plugins
from tagatlas_compare.benching.bench import bench
from tagatlas_compare.benching.page.ranking import table_lines
from tagatlas_compare.benching.results.writing import write_results

SHAPES = ("ball", "box", "cross", "ring", "stripe", "triangle")
OF_EACH = 20
TINY = Path(__file__).parents[1] / "tests" / "data" / "shapes_clip"
TINY_WORDS = {"ball": "circle", "box": "square", "triangle": "triangle"}
"""What the tiny model calls those of the shapes that it knows."""
TINY_COLOURS = ("red", "yellow", "green", "blue", "pink")
SIDE = 256


def draw_shapes(folder: Path) -> None:
    """Draw pictures whose folder is the shape on them, in colours and places of chance."""
    dice = np.random.default_rng(0)
    for shape in SHAPES:
        (folder / shape).mkdir(parents=True)
        for number in range(OF_EACH):
            draw_shape(shape, dice).save(folder / shape / f"{number}.png")


def draw_shape(shape: str, dice: np.random.Generator) -> Image.Image:
    """One shape on a ground."""
    ground, ink = (
        tuple(int(part) for part in dice.integers(*span, 3)) for span in ((150, 256), (0, 120))
    )
    picture = Image.new("RGB", (SIDE, SIDE), ground)
    draw = ImageDraw.Draw(picture)
    size = int(dice.integers(70, 170))
    left, top = (int(place) for place in dice.integers(10, SIDE - size - 10, 2))
    right, bottom, third = left + size, top + size, size // 3
    if shape == "ball":
        draw.ellipse((left, top, right, bottom), fill=ink)
    elif shape == "box":
        draw.rectangle((left, top, right, bottom), fill=ink)
    elif shape == "ring":
        draw.ellipse((left, top, right, bottom), outline=ink, width=size // 6)
    elif shape == "triangle":
        draw.polygon([(left, bottom), (right, bottom), ((left + right) // 2, top)], fill=ink)
    elif shape == "stripe":
        draw.rectangle((0, top, SIDE, top + third), fill=ink)
    else:
        draw.rectangle((left + third, top, right - third, bottom), fill=ink)
        draw.rectangle((left, top + third, right, bottom - third), fill=ink)
    return picture


def backends(plugins: Plugins, scratch: Path) -> tuple[list[str], list[str]]:
    """Those that can be measured here: on any collection, and on the drawn shapes."""
    always = ["imagenet"]
    if "clip" not in plugins.of_kind(TAGGERS):
        print("clip: no such backend is installed, so it is left out")
        return always, always
    try:
        tagger = plugins.choose(TAGGERS, "clip", {}).make()
    except tagatlas.errors.ModelMissing as error:
        print(f"clip: only a tiny model, on the drawn shapes, of which it knows three ({error})")
        return always, [*always, tiny_clip(scratch)]
    except tagatlas.errors.TagatlasError as error:
        print(f"clip: left out ({error})")
        return always, always
    print(f"clip: measured with the weights that are here: {tagger.fingerprint()}")
    always.append("clip")
    return always, always


def tiny_clip(folder: Path) -> str:
    """The tests' tiny model as a backend, with words of its own for the drawn shapes."""
    vocabulary = folder / "shapes.csv"
    with vocabulary.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(("label", "prompts"))
        for shape, word in TINY_WORDS.items():
            prompts = "|".join(f"one {colour} {word}" for colour in TINY_COLOURS)
            writer.writerow((shape, prompts))
    return f"clip:model={TINY},vocabulary={vocabulary},templates=a photo of {{}}."


def measure(location: Path, named: list[str], out: Path, plugins: Plugins, images: int) -> None:
    """Measure backends on a folder of folders, or on an atlas of one."""
    found = bench(location, named, out=out, plugins=plugins, labels="folder", images=images)
    print(location, *table_lines(found), sep="\n")


def main() -> None:
    """Measure, print, and write the leaderboard."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--stamps", type=Path)
    parser.add_argument("--clipart", type=Path)
    parser.add_argument("--recorded", type=Path, metavar="ATLAS")
    parser.add_argument("--images", type=int, default=1000)
    parser.add_argument("--out", type=Path, default=Path("bench"))
    arguments = parser.parse_args()
    plugins = tagatlas.load_plugins()
    with tempfile.TemporaryDirectory() as scratch:
        named, on_shapes = backends(plugins, Path(scratch))
        shapes = Path(scratch, "shapes")
        draw_shapes(shapes)
        folders = {"shapes": shapes, "stamps": arguments.stamps, "clipart": arguments.clipart}
        for name, folder in folders.items():
            if folder is None:
                print(f"{name}: no --{name} given, so it is left out")
                continue
            taking_part = on_shapes if folder == shapes else named
            measure(folder, taking_part, arguments.out, plugins, arguments.images)
    if arguments.recorded is not None:
        measure(arguments.recorded, [], arguments.out, plugins, arguments.images)
    print(f"leaderboard: {write_results(arguments.out)}")


if __name__ == "__main__":
    main()
