"""Whether two pictures are certainly the same: compares all pixels, not a sketch."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

if TYPE_CHECKING:
    from PIL import Image

LARGER = 1.6
"""Maximum ratio of the sizes of two equal pictures: a smaller one shows less."""

TONE, COLOUR = 30, 44
"""Maximum difference of means of 3 x 3 pixels, in levels of brightness and colour (of 255).

Compression changes such means by less; another letter, digit or line changes them by more.
"""


def are_equal(one: Image.Image, other: Image.Image) -> bool:
    """Whether two pictures are equal except for size and compression.

    Args:
        one: RGB.
        other: RGB.
    """
    from PIL import ImageChops, ImageFilter
    from PIL.Image import Resampling

    small, large = sorted((one, other), key=lambda picture: (picture.width, picture.height))
    wide, high = large.width / small.width, large.height / small.height
    rounding = 1 + 1 / min(small.size)
    if max(wide, high) > LARGER or not 1 / rounding <= wide / high <= rounding:
        return False
    if large.size != small.size:
        large = large.resize(small.size, Resampling.BOX if wide >= 2 else Resampling.BILINEAR)
    blur = ImageFilter.BoxBlur(1)
    planes = [picture.filter(blur).convert("YCbCr") for picture in (small, large)]
    difference = ImageChops.difference(*planes)
    (_, tone), (_, blue), (_, red) = cast("list[tuple[int, int]]", difference.getextrema())
    return tone <= TONE and max(blue, red) <= COLOUR
