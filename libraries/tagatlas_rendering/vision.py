"""Colours as readers of usual vision and with colour-vision deficiencies see them."""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray

from tagatlas_rendering.palette import COLOURS

Colours = NDArray[np.float64]

_READERS = (
    ((1, 0, 0), (0, 1, 0), (0, 0, 1)),
    # Protanopia, deuteranopia and tritanopia.
    (
        (0.152286, 1.052583, -0.204868),
        (0.114503, 0.786281, 0.099216),
        (-0.003882, -0.048116, 1.051998),
    ),
    (
        (0.367322, 0.860646, -0.227968),
        (0.280085, 0.672501, 0.047413),
        (-0.011820, 0.042940, 0.968881),
    ),
    (
        (1.255528, -0.076749, -0.178779),
        (-0.078411, 0.930809, 0.147602),
        (0.004733, 0.691367, 0.303900),
    ),
)
"""What each of them sees of a colour in linear RGB: G. Machado, M. Oliveira & L. Fernandes, "A
Physiologically-based Model for Simulation of Color Vision Deficiency", IEEE TVCG 15(6), 2009, at
full severity."""

_TO_CONES = (
    (0.4122214708, 0.5363325363, 0.0514459929),
    (0.2119034982, 0.6806995451, 0.1073969566),
    (0.0883024619, 0.2817188376, 0.6299787005),
)
_TO_OKLAB = (
    (0.2104542553, 0.7936177850, -0.0040720468),
    (1.9779984951, -2.4285922050, 0.4505937099),
    (0.0259040371, 0.7827717662, -0.8086757660),
)
"""B. Ottosson, "A perceptual color space for image processing", 2020."""


def seen_by_readers(colours: NDArray[np.integer]) -> list[Colours]:
    """Colours in OKLab, as each kind of reader sees them, that of usual vision first.

    Args:
        colours: red, green and blue, each 0 to 255, shape (n, 3).

    Returns:
        One array a kind of reader, shape (n, 3).
    """
    parts = colours / 255
    linear = np.where(parts <= 0.04045, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4)
    seen = [(linear @ np.array(reader).T).clip(0, 1) for reader in _READERS]
    return [np.cbrt(each @ np.array(_TO_CONES).T) @ np.array(_TO_OKLAB).T for each in seen]


@cache
def differences() -> NDArray[np.float64]:
    """How far apart any two colours are for the readers who tell them apart least.

    Returns:
        Distances in OKLab, where black and white are 1 apart, shape (12, 12); read-only.
    """
    seen = [colours[:, None] - colours for colours in seen_by_readers(np.array(COLOURS))]
    least = np.linalg.norm(seen, axis=3).min(axis=0)
    least.setflags(write=False)
    return np.asarray(least)
