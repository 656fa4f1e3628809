"""Perturbed pictures, which a person would still recognise, in several kinds and strengths.

After D. Hendrycks & T. Dietterich, "Benchmarking Neural Network Robustness to Common Corruptions
and Perturbations", ICLR 2019: each kind in steps from mild to strong, the severities of noise and
blur being theirs. The stored picture is perturbed, and the copies that taggers get are made from
that as from a fetched picture, so that backends that get different copies can be compared.

Strengths are relative to the picture, not to its pixels, so that they mean the same for pictures
of any size: noise has the grain, and blur the width, that they have at 224 pixels, their size.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from io import BytesIO

import numpy as np
from PIL import Image, ImageDraw, ImageEnhance, ImageFilter, ImageFont

from tagatlas import ImageInput, ImageStore, Variant
from tagatlas.errors import ImageRejected
from tagatlas.toolkit import copies_of, pixels_of, processors

SMALLEST = 32
"""Pixels of the shorter side below which no picture is shown.

At 32 x 32 pixels people still recognise scenes nearly as well as at full size (A. Torralba, R.
Fergus & W. Freeman, "80 Million Tiny Images", IEEE TPAMI 30(11), 2008).
"""

CONTROL = "control"
"""Stands for no perturbation: the stored picture, encoded again as all the perturbed ones are."""

_CAPTION = "LOREM IPSUM DOLOR"
"""Text without a meaning: models that read would otherwise answer to its words."""

_BLACK_OR_WHITE = "% to black (-), white (+)"

_SIDE = 224
"""Shorter side of the pictures of Hendrycks & Dietterich, in pixels."""

Dice = np.random.Generator


@dataclass(frozen=True)
class Perturbation:
    """A kind of perturbation.

    Attributes:
        title: for charts.
        unit: of the strengths.
        strengths: each from mild to strong; of brightness from dark to light.
        nothing: the strength that changes nothing.
        apply: gives the perturbed picture, or a JPEG of it, from a picture (RGB), a strength and
            dice that are the same for all strengths and all times of an image.
        shrinks: the share of the shorter side that is left at a strength.
    """

    title: str
    unit: str
    strengths: Sequence[float]
    nothing: float
    apply: Callable[[Image.Image, float, Dice], Image.Image | bytes]
    shrinks: Callable[[float], float] = lambda _: 1.0

    @property
    def least_side(self) -> float:
        """Pixels of the shorter side that a picture needs, so that all strengths can be shown."""
        return SMALLEST / min(self.shrinks(strength) for strength in self.strengths)

    def in_words(self, strength: float) -> str:
        """A strength with its unit, such as "20 degrees"."""
        if self.unit == "quality":
            return f"quality {strength:g}"
        if self.unit == _BLACK_OR_WHITE:
            return f"{abs(strength):g} % to {'black' if strength < 0 else 'white'}"
        return f"{strength:g} {self.unit}"


def _jpeg(picture: Image.Image, quality: float, _: Dice) -> bytes:
    buffer = BytesIO()
    picture.save(buffer, "JPEG", quality=round(quality))
    return buffer.getvalue()


def _scale(picture: Image.Image, percent: float, _: Dice) -> Image.Image:
    width, height = (max(1, round(side * percent / 100)) for side in picture.size)
    return picture.resize((width, height), Image.Resampling.LANCZOS)


def _crop(picture: Image.Image, percent: float, _: Dice) -> Image.Image:
    width, height = picture.size
    across, down = round(width * percent / 200), round(height * percent / 200)
    return picture.crop((across, down, width - across, height - down))


def _turn(picture: Image.Image, degrees: float, dice: Dice) -> Image.Image:
    """To the left or the right; the picture goes on beyond its edges as in a mirror."""
    width, height = picture.size
    around = ((height // 2 + 1,) * 2, (width // 2 + 1,) * 2, (0, 0))
    mirrored = Image.fromarray(np.pad(np.asarray(picture), around, "symmetric"))
    angle = degrees * float(dice.choice((-1, 1)))
    turned = mirrored.rotate(angle, Image.Resampling.BICUBIC)
    left, top = around[1][0], around[0][0]
    return turned.crop((left, top, left + width, top + height))


def _brightness(picture: Image.Image, percent: float, _: Dice) -> Image.Image:
    """Towards black or white: unlike by a factor, nothing light is lost in white."""
    paper = Image.new("RGB", picture.size, "black" if percent < 0 else "white")
    return Image.blend(picture, paper, abs(percent) / 100)


def _grey(picture: Image.Image, percent: float, _: Dice) -> Image.Image:
    return ImageEnhance.Color(picture).enhance(1 - percent / 100)


def _blur(picture: Image.Image, percent: float, _: Dice) -> Image.Image:
    return picture.filter(ImageFilter.GaussianBlur(min(picture.size) * percent / 100))


def _noise(picture: Image.Image, percent: float, dice: Dice) -> Image.Image:
    width, height = picture.size
    grain = max(1.0, min(width, height) / _SIDE)
    rows, columns = round(height / grain), round(width / grain)
    drawn = dice.normal(0.0, 255 * percent / 100, (rows, columns, 3))
    beside = [
        (np.arange(side) * count) // side for side, count in ((height, rows), (width, columns))
    ]
    noisy = np.asarray(picture, dtype=np.float64) + drawn[beside[0]][:, beside[1]]
    return Image.fromarray(np.clip(np.rint(noisy), 0, 255).astype(np.uint8))


def _caption(picture: Image.Image, percent: float, _: Dice) -> Image.Image:
    """White letters on a dark strip at the lower edge."""
    width, height = picture.size
    strip = round(height * percent / 100)
    captioned = picture.copy()
    pen = ImageDraw.Draw(captioned)
    pen.rectangle((0, height - strip, width, height), fill=(24, 24, 24))
    size = 0.62 * strip
    room = 0.85 * width / pen.textlength(_CAPTION, font=ImageFont.load_default(size))
    font = ImageFont.load_default(max(1.0, size * min(1.0, room)))
    pen.text((width / 2, height - strip / 2), _CAPTION, (255, 255, 255), font, anchor="mm")
    return captioned


def _border(picture: Image.Image, percent: float, _: Dice) -> Image.Image:
    """A black frame around all of the picture."""
    wide = round(min(picture.size) * percent / 100)
    width, height = picture.size
    framed = Image.new("RGB", (width + 2 * wide, height + 2 * wide), "black")
    framed.paste(picture, (wide, wide))
    return framed


PERTURBATIONS: Mapping[str, Perturbation] = {
    "jpeg": Perturbation("JPEG", "quality", (50, 25, 15, 8), 100, _jpeg),
    "scale": Perturbation(
        "Scale", "% of each side", (70, 50, 35), 100, _scale, lambda percent: percent / 100
    ),
    "crop": Perturbation(
        "Crop",
        "% of each side cut off",
        (5, 10, 20, 30),
        0,
        _crop,
        lambda percent: 1 - percent / 100,
    ),
    "turn": Perturbation("Turn", "degrees", (3, 6, 12, 20), 0, _turn),
    "brightness": Perturbation("Brightness", _BLACK_OR_WHITE, (-60, -35, 35, 60), 0, _brightness),
    "grey": Perturbation("Grey", "% of colour lost", (50, 75, 100), 0, _grey),
    "blur": Perturbation("Blur", "% of shorter side", (0.4, 0.9, 1.8), 0, _blur),
    "noise": Perturbation("Noise", "% of full light", (8, 12, 18, 26), 0, _noise),
    "caption": Perturbation("Caption", "% of height", (10, 18, 26), 0, _caption),
    "border": Perturbation(
        "Border",
        "% of shorter side",
        (4, 8, 16),
        0,
        _border,
        lambda percent: 100 / (100 + 2 * percent),
    ),
}
"""Kinds by name."""


def perturb(picture: Image.Image, kind: str, strength: float, image: str) -> bytes:
    """A perturbed picture as a file: a PNG, which loses nothing, or for ``jpeg`` a JPEG.

    The same arguments give the same bytes.

    Args:
        picture: RGB.
        kind: of :data:`PERTURBATIONS`, or :data:`CONTROL`.
        strength: of that kind.
        image: id of the image, which seeds what is random.
    """
    if kind == CONTROL:
        return _png(picture)
    seed = hashlib.sha256(f"{kind} {image}".encode()).digest()
    dice = np.random.default_rng(int.from_bytes(seed))
    found = PERTURBATIONS[kind].apply(picture, strength, dice)
    return found if isinstance(found, bytes) else _png(found)


def _png(picture: Image.Image) -> bytes:
    buffer = BytesIO()
    picture.save(buffer, "PNG", compress_level=1)
    return buffer.getvalue()


def shorter_sides(store: ImageStore, images: Sequence[str]) -> dict[str, int]:
    """Pixels of the shorter side of each image, by id; 0 if its picture is damaged.

    Raises:
        ImageNotStored: an image is not there.
    """
    return {image: min(_copy(store, image).size) for image in images}


def recognisable(sides: Mapping[str, int], kind: str) -> list[str]:
    """The images that a person would still recognise at all strengths of a kind, in order.

    Args:
        sides: as from :func:`shorter_sides`.
        kind: of :data:`PERTURBATIONS`, or :data:`CONTROL`.
    """
    least = SMALLEST if kind == CONTROL else PERTURBATIONS[kind].least_side
    return [image for image, side in sides.items() if side >= least]


def perturbed_inputs(
    store: ImageStore, variant: Variant, images: Sequence[str], kind: str, strength: float
) -> list[ImageInput]:
    """Images as a tagger gets them, perturbed, in order.

    The original is perturbed where the store has it, at the size of the normalised copy; else the
    normalised copy. The variant is made from that as from a fetched picture, no larger than
    before. The ids are new ones, so that a backend that remembers answers by id has none.

    Args:
        store: that has the images.
        variant: that the tagger gets.
        images: ids, of pictures that are not damaged.
        kind: see :func:`perturb`.
        strength: likewise.

    Raises:
        ImageNotStored: an image is not there.
    """

    def made(image: str) -> ImageInput:
        picture = _stored(store, image)
        side = max(picture.size)
        copies = copies_of(perturb(picture, kind, strength, image), max_side=side)
        name = hashlib.sha256(f"{kind} {strength:g} {image}".encode()).hexdigest()
        return ImageInput(name, copies[variant])

    with ThreadPoolExecutor(processors(), thread_name_prefix="perturb") as threads:
        return list(threads.map(made, images))


def _stored(store: ImageStore, image: str) -> Image.Image:
    """The picture before it was encoded for the store, or else as it was."""
    copy = _copy(store, image)
    if not store.has(image, Variant.ORIGINAL):
        return copy
    data = store.get(image, Variant.ORIGINAL)
    try:
        return Image.fromarray(pixels_of(data, max_side=max(copy.size)))
    except ImageRejected:  # damaged since it was fetched
        return copy


def _copy(store: ImageStore, image: str) -> Image.Image:
    """The normalised copy, decoded; without a pixel if it is damaged."""
    data = store.get(image, Variant.IMAGE)
    try:
        return ImageInput(image, data).open()
    except OSError:
        return Image.new("RGB", (0, 0))
