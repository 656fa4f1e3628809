"""Perturbed images, which a person would call the same: re-encoded, cropped, rescaled."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from io import BytesIO

from PIL import Image

from tagatlas import ImageInput

_QUALITY = 40
_CROPPED = 0.05
"""The share of each side that is cut off."""
_RESCALED = 0.6


def re_encoded(picture: Image.Image) -> bytes:
    """As a JPEG of low quality."""
    return _encoded(picture, _QUALITY)


def cropped(picture: Image.Image) -> bytes:
    """Without a twentieth at each side."""
    width, height = picture.size
    across, down = round(width * _CROPPED), round(height * _CROPPED)
    return _encoded(picture.crop((across, down, width - across, height - down)))


def rescaled(picture: Image.Image) -> bytes:
    """At three fifths of its size."""
    width, height = (max(1, round(side * _RESCALED)) for side in picture.size)
    return _encoded(picture.resize((width, height), Image.Resampling.LANCZOS))


PERTURBATIONS: Mapping[str, Callable[[Image.Image], bytes]] = {
    "re-encoded": re_encoded,
    "cropped": cropped,
    "rescaled": rescaled,
}


def perturb(image: ImageInput, perturbation: str) -> ImageInput:
    """A perturbed image, under the same id.

    Raises:
        OSError: it cannot be decoded.
    """
    return ImageInput(image.id, PERTURBATIONS[perturbation](image.open()))


def _encoded(picture: Image.Image, quality: int = 92) -> bytes:
    buffer = BytesIO()
    picture.save(buffer, "JPEG", quality=quality)
    return buffer.getvalue()
