"""The perceptual hash: 64 bits that hardly change where a picture hardly looks different.

The hash of the cosine transform (C. Zauner, "Implementation and benchmarking of perceptual image
hash functions", 2010, section 3.2.1), with two additions. Drawings that are mirror images of
themselves have coefficients of exactly 0, whose signs would be those of the noise: the picture
is therefore weighted, so that no half of it weighs as much as the other. And a picture that is
all of one tone has no hash, for all of its bits would be noise.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from PIL import Image

_SIDE = 32
"""Side of the grey picture that is transformed, in pixels."""

_FREQUENCIES = 8
"""The lowest ones along each side: 8 x 8 = 64 bits."""

_TILT = 0.5
"""How much more the last pixel along a side weighs than the first."""

_FLAT = 1.0
"""Standard deviation of the brightness, of 255, up to which a picture has no structure."""


def perceptual_hash(picture: Image.Image) -> int | None:
    """The hash of a picture; of two that look alike, it differs in few bits.

    Brightness alone counts, not colour. Safe to call from several threads.

    Args:
        picture: RGB or grey, upright; best of a longer side between 64 and 512 pixels.

    Returns:
        From 0 to 2**64 - 1; None for a picture without structure, which is like no other.
    """
    import numpy as np
    from PIL.Image import Resampling

    small = picture.convert("L").resize((_SIDE, _SIDE), Resampling.BILINEAR)
    tones = np.asarray(small, dtype=np.float64)
    if tones.std() <= _FLAT:
        return None
    basis = _weighted_cosines()
    coefficients = (basis @ (tones - tones.mean()) @ basis.T).ravel()
    bits = coefficients > np.median(coefficients)
    return int.from_bytes(np.packbits(bits).tobytes(), "big")


@cache
def _weighted_cosines() -> NDArray[np.float64]:
    """The lowest waves of the cosine transform (type II) times the weights: one wave a row."""
    import numpy as np

    place = (np.arange(_SIDE) + 0.5) / _SIDE
    waves = np.cos(np.pi * np.arange(_FREQUENCIES)[:, None] * place)
    scales = np.sqrt(np.where(np.arange(_FREQUENCIES) == 0, 1, 2) / _SIDE)
    weighted: NDArray[np.float64] = scales[:, None] * waves * (1 + _TILT * (place - 0.5))
    return weighted
