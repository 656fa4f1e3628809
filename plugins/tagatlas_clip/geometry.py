"""Resizing and cropping like open_clip, without work on pixels that are cropped off."""

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
class Section:
    """A resizing of a part of a picture.

    Attributes:
        box: the part of the picture: left, top, right, bottom, in pixels.
        size: the new width and height.
        resampling: Pillow's filter.
    """

    box: tuple[float, float, float, float]
    size: tuple[int, int]
    resampling: Resampling


@dataclass(frozen=True)
class Geometry:
    """Scales pictures to a model's size.

    Attributes:
        whole: open_clip's transforms, step by step.
        section: from a width and a height, the single equivalent resizing of an RGB picture,
            with less work; None if there is none.
    """

    whole: Transform
    section: Callable[[int, int], Section | None]

    def __call__(self, picture: Image) -> Image:
        """Transform an RGB picture."""
        section = self.section(*picture.size)
        if section is None:
            return self.whole(picture)
        return picture.resize(section.size, section.resampling, box=section.box)


def geometry_of(transforms: Sequence[Transform]) -> Geometry:
    """Combine several transforms.

    Args:
        transforms: of open_clip, which scale a picture to a model's size.
    """
    whole: Transform = Compose(list(transforms))
    steps = [step for step in transforms if not isinstance(step, MaybeConvertMode)]
    match steps:
        case [Resize(size=int(side)) as resize, CenterCrop(size=size) as crop] if max(size) <= side:
            return Geometry(whole, Middle(resize, crop).section)
        case [Resize(size=(int(), int())) as resize]:
            return Geometry(whole, partial(squashed, resize))
    return Geometry(whole, lambda _width, _height: None)


def squashed(resize: Resize, width: int, height: int) -> Section:
    """The whole picture, of any proportions."""
    high, wide = resize.size
    return Section((0, 0, width, height), (wide, high), _resampling(resize))


@dataclass(frozen=True)
class Middle:
    """torchvision's ``Resize`` to a shorter side and ``CenterCrop`` at once.

    Only the part that is kept is resized: for a picture of 4:3 that is three quarters of the work.
    Pixels are the same, except for one in ten thousand, which is rounded the other way.

    Attributes:
        resize: to a shorter side.
        crop: not larger than that.
    """

    resize: Resize
    crop: CenterCrop

    def section(self, width: int, height: int) -> Section | None:
        """The resizing for a picture; None if it is enlarged.

        In enlarged pictures, more pixels would be rounded the other way.
        """
        side: int = self.resize.size
        shorter, longer = sorted((width, height))
        if shorter < side:
            return None
        other = int(side * longer / shorter)
        to_width, to_height = (side, other) if width <= height else (other, side)
        high, wide = self.crop.size
        left, top = round((to_width - wide) / 2), round((to_height - high) / 2)
        across, down = width / to_width, height / to_height
        box = (left * across, top * down, (left + wide) * across, (top + high) * down)
        return Section(box, (wide, high), _resampling(self.resize))


def _resampling(resize: Resize) -> Resampling:
    return Resampling(pil_modes_mapping[resize.interpolation])
