"""The perceptual hash: 64 bits, of which few change when a picture looks nearly the same.

The hash of the cosine transform (C. Zauner, "Implementation and benchmarking of perceptual image
hash functions", 2010, section 3.2.1), with two additions. Symmetric drawings have coefficients of
exactly 0, whose signs would be noise: the picture is therefore weighted, so that its halves differ.
And a picture of a single tone has no hash, since all of its bits would be noise.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from PIL import Image

_SIDE = 32
"""Side of the transformed grey picture, in pixels."""

_FREQUENCIES = 8
"""The lowest ones along each side: 8 x 8 = 64 bits."""

_TILT = 0.5
"""Weight of the last pixel along a side beyond that of the first."""

_FLAT = 1.0
"""Standard deviation of the brightness (0 to 255) up to which a picture has no structure."""


def perceptual_hash(picture: Image.Image) -> int | None:
    """The hash of a picture; the hashes of two that look alike differ in few bits.

    Only brightness counts, not colour. Safe to call from several threads.

    Args:
        picture: RGB or grey, upright; preferably with a longer side of 64 to 512 pixels.

    Returns:
        From 0 to 2**64 - 1; None for a picture without structure, which matches no other.
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
    """The lowest waves of the cosine transform (type II) times the weights, one per row."""
    import numpy as np

    place = (np.arange(_SIDE) + 0.5) / _SIDE
    waves = np.cos(np.pi * np.arange(_FREQUENCIES)[:, None] * place)
    scales = np.sqrt(np.where(np.arange(_FREQUENCIES) == 0, 1, 2) / _SIDE)
    weighted: NDArray[np.float64] = scales[:, None] * waves * (1 + _TILT * (place - 0.5))
    return weighted
