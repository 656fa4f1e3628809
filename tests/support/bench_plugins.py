"""Taggers of strangers that are easy to predict, for benchmarks; and pictures for them."""

from __future__ import annotations

from pathlib import Path

from PIL import Image

PLANTED = '''
import os
import threading
from pathlib import Path

from tagatlas import Tag, Tagger, TaggerSpec, TagResult, hookimpl


class Tones(Tagger):
    """Says dark or light, and how much so."""

    batch_size = 4

    def __init__(self, options): ...

    def tag(self, images):
        return [self.answer(image) for image in images]

    def answer(self, image):
        light = image.pixels().mean() / 255
        return TagResult.ok([Tag("light", light), Tag("dark", 1 - light)])

    def fingerprint(self):
        return f"{type(self).__name__} 1"


class Twin(Tones):
    """Says the same."""


class Swapped(Tones):
    """Says the contrary."""

    def answer(self, image):
        light = image.pixels().mean() / 255
        return TagResult.ok([Tag("dark", light), Tag("light", 1 - light)])


class Raising(Tones):
    """Raises for each image."""

    def answer(self, image):
        raise ValueError("the moon is full")


class Picky(Tones):
    """Raises for what is very dark."""

    def answer(self, image):
        if image.pixels().mean() < 80:
            raise ValueError("too dark")
        return super().answer(image)


class Ending(Tones):
    """Ends its process."""

    def answer(self, image):
        os._exit(7)


class Killed(Tones):
    """Is killed, unless the file named by a variable is there; leaves that file."""

    def answer(self, image):
        mark = Path(os.environ["KILLED_MARK"])
        if not mark.exists():
            mark.touch()
            os.kill(os.getpid(), 9)
        return super().answer(image)


class Waiting(Tones):
    """Writes the number of its process into the pipe named by a variable, and waits."""

    def answer(self, image):
        with open(os.environ["WAITING_PIPE"], "w") as pipe:
            print(os.getpid(), file=pipe, flush=True)
            threading.Event().wait()


class Hungry(Tones):
    """Takes 300 MB of memory."""

    def prepare(self, progress):
        self.much = b"x" * (300 << 20)


@hookimpl
def tagatlas_taggers():
    return [
        TaggerSpec(name=each.__name__.lower(), summary=each.__doc__, factory=each)
        for each in (Tones, Twin, Swapped, Raising, Picky, Ending, Killed, Waiting, Hungry)
    ]
'''


def dark_and_light(folder: Path, each: int = 6) -> Path:
    """Make a folder with a folder of dark pictures and one of light ones, all different."""
    for number in range(each):
        for name, tone in (("dark", 5 * number), ("light", 150 + 5 * number)):
            place = folder / name
            place.mkdir(parents=True, exist_ok=True)
            Image.new("RGB", (64, 48), (tone, tone, tone)).save(place / f"{number}.png")
    return folder
