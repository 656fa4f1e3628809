"""The copies that a store keeps of a picture, made outside a run as fetching makes them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tagatlas_fetching.options import PILLOW_LIMIT

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from tagatlas.contracts import Variant


def copies_of(data: bytes, *, max_side: int) -> dict[Variant, bytes]:
    """What a store would keep of the bytes of a picture, were they fetched.

    Args:
        data: the bytes, in any format that is fetched.
        max_side: longer side of the normalised copy, in pixels; smaller pictures are not enlarged.

    Raises:
        ImageRejected: the bytes are not a picture.
    """
    from tagatlas_fetching.normalise import normalise

    return normalise(data, max_side=max_side, max_pixels=PILLOW_LIMIT).copies


def pixels_of(data: bytes, *, max_side: int) -> NDArray[np.uint8]:
    """The pixels of the normalised copy before it is encoded: RGB, shape (height, width, 3).

    Arguments and errors as for :func:`copies_of`.
    """
    from tagatlas_fetching.normalise import upright_pixels

    return upright_pixels(data, max_side=max_side, max_pixels=PILLOW_LIMIT)
