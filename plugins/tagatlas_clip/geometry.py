"""Resizing and cropping exactly like open_clip."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

from open_clip.transform import MaybeConvertMode
from PIL.Image import Image, Resampling
from torchvision.transforms import CenterCrop, Compose, Resize
from torchvision.transforms.functional import pil_modes_mapping

Transform = Callable[[Image], Image]


@dataclass(frozen=True)
class Scaling:
    """A picture resized, of which a part is kept.

    Attributes:
        size: the width and height that the whole picture would get.
        part: of that, in pixels: left, top, right, bottom.
        resampling: Pillow's filter.
    """

    size: tuple[int, int]
    part: tuple[int, int, int, int]
    resampling: Resampling


@dataclass(frozen=True)
class Geometry:
    """Scales pictures to a model's size.

    Attributes:
        whole: open_clip's transforms, step by step.
        scaling: from a width and a height, what they do to an RGB picture, for a device that
            computes only the part that is kept; None if it is not one resizing.
    """

    whole: Transform
    scaling: Callable[[int, int], Scaling | None]

    def __call__(self, picture: Image) -> Image:
        """Transform an RGB picture.

        Resizing only the part that is kept would be less work, but Pillow rounds its place to
        single precision and may change the order of its passes: pixels would differ.
        """
        return self.whole(picture)


def geometry_of(transforms: Sequence[Transform]) -> Geometry:
    """Combine several transforms.

    Args:
        transforms: of open_clip, which scale a picture to a model's size.
    """
    whole: Transform = Compose(list(transforms))
    steps = [step for step in transforms if not isinstance(step, MaybeConvertMode)]
    match steps:
        case [Resize(size=int(side)) as resize, CenterCrop(size=size) as crop] if max(size) <= side:
            return Geometry(whole, partial(cropped, resize, crop))
        case [Resize(size=(int(), int())) as resize]:
            return Geometry(whole, partial(squashed, resize))
    return Geometry(whole, lambda _width, _height: None)


def squashed(resize: Resize, _width: int, _height: int) -> Scaling:
    """The whole picture, of any proportions."""
    high, wide = resize.size
    return Scaling((wide, high), (0, 0, wide, high), _resampling(resize))


def cropped(resize: Resize, crop: CenterCrop, width: int, height: int) -> Scaling:
    """The middle of a picture, with torchvision's own rounding.

    Args:
        resize: to a shorter side.
        crop: not larger than that.
        width: of the picture.
        height: of the picture.
    """
    side: int = resize.size
    shorter, longer = sorted((width, height))
    other = int(side * longer / shorter)
    to_width, to_height = (side, other) if width <= height else (other, side)
    high, wide = crop.size
    left, top = round((to_width - wide) / 2), round((to_height - high) / 2)
    part = (left, top, left + wide, top + high)
    return Scaling((to_width, to_height), part, _resampling(resize))


def _resampling(resize: Resize) -> Resampling:
    return Resampling(pil_modes_mapping[resize.interpolation])
