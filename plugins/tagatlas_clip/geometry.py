"""Pictures resized and cropped as open_clip does it, without work on what is cropped off."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PIL.Image import Image, Resampling
from torchvision.transforms import CenterCrop, Compose, Resize
from torchvision.transforms.functional import pil_modes_mapping

Transform = Callable[[Image], Image]


def geometry_of(transforms: Sequence[Transform]) -> Transform:
    """One transform that does what several do, one after the other.

    Args:
        transforms: those of open_clip that make a picture of a model's size.
    """
    together = list(transforms)
    match transforms:
        case [Resize(size=int(side)) as resize, CenterCrop(size=size) as crop, *others] if (
            max(size) <= side
        ):
            together = [Middle(resize, crop), *others]
    made: Transform = Compose(together)
    return made


@dataclass(frozen=True)
class Middle:
    """``Resize`` to a shorter side and ``CenterCrop``, both torchvision's, at once.

    Only what is not cropped off is resized: of a picture of 4:3 that is three quarters of the work.
    Pixels are the same, but for one in ten thousand, which is rounded the other way.

    Attributes:
        resize: to a shorter side.
        crop: of no larger sides.
    """

    resize: Resize
    crop: CenterCrop

    def __call__(self, picture: Image) -> Image:
        """Make it."""
        side: int = self.resize.size
        shorter, longer = sorted(picture.size)
        if shorter < side:  # where pixels repeat, more of them are rounded the other way
            found: Image = self.crop(self.resize(picture))
            return found
        other = int(side * longer / shorter)
        is_high = picture.width <= picture.height
        width, height = (side, other) if is_high else (other, side)
        high, wide = self.crop.size
        left, top = round((width - wide) / 2), round((height - high) / 2)
        across, down = picture.width / width, picture.height / height
        box = (left * across, top * down, (left + wide) * across, (top + high) * down)
        resampling = Resampling(pil_modes_mapping[self.resize.interpolation])
        return picture.resize((wide, high), resampling, box=box)
