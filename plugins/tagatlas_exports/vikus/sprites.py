"""The pictures: textures of one size, and small ones packed on sheets.

VIKUS Viewer draws a texture at its own size, so all have the same longer side; smaller pictures
are enlarged, as in vikus-viewer-script. The sheets and their manifest are those of sharpsheet
(https://github.com/cpietsch/sharpsheet), which that script uses.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from io import BytesIO
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image

from tagatlas import Variant
from tagatlas.errors import ImageNotStored
from tagatlas.toolkit import alpha_of, plain_colours, write_atomically

if TYPE_CHECKING:
    from pathlib import Path

    from tagatlas import ImageStore

TEXTURE_SIDE = 1024
"""Longer side of a texture, in pixels."""

_SHEET_SIDE = 2048
_GAP = 2
_QUALITY = 85
_UNREADABLE = (ImageNotStored, OSError, SyntaxError, ValueError, Image.DecompressionBombError)


@dataclass(frozen=True)
class Sprite:
    """Position of a picture on its sheet, in pixels."""

    name: str
    x: int
    y: int
    width: int
    height: int


@dataclass
class SpriteSheets:
    """Writes sheets as they fill up; one is in memory at a time.

    Attributes:
        folder: to write to.
        side: longer side of a sprite.
        background: colour between the sprites.
        written: files so far.
        manifest: entries of the manifest so far, one a sheet.
    """

    folder: Path
    side: int
    background: str
    written: list[Path] = field(default_factory=list)
    manifest: list[dict[str, object]] = field(default_factory=list)
    _sprites: list[Sprite] = field(default_factory=list)
    _sheet: Image.Image | None = None

    def add(self, name: str, picture: Image.Image) -> None:
        """Put a picture, no larger than ``side``, on a sheet."""
        if self._sheet is None:
            self._sheet = Image.new("RGB", (_SHEET_SIDE, _SHEET_SIDE), self.background)
        cell = self.side + _GAP
        columns = _SHEET_SIDE // cell
        row, column = divmod(len(self._sprites), columns)
        sprite = Sprite(name, column * cell, row * cell, *picture.size)
        self._sheet.paste(picture, (sprite.x, sprite.y))
        self._sprites.append(sprite)
        if len(self._sprites) == columns * columns:
            self.finish()

    def finish(self) -> None:
        """Write the sheet that is being filled, if there is one."""
        if self._sheet is None:
            return
        path = self.folder / f"sprite-{_SHEET_SIDE}-{len(self.written)}.jpg"
        with write_atomically(path) as file:
            self._sheet.save(file, "JPEG", quality=_QUALITY)
        self.written.append(path)
        self.manifest.append(
            {
                "image": path.name,
                "sprites": [
                    {
                        "name": sprite.name,
                        "position": {"x": sprite.x, "y": sprite.y},
                        "dimension": {"w": sprite.width, "h": sprite.height},
                    }
                    for sprite in self._sprites
                ],
            }
        )
        self._sprites, self._sheet = [], None


def read_picture(
    store: ImageStore, image: str, sprite_side: int, background: str
) -> tuple[bytes, Image.Image] | None:
    """The texture of an image, as JPEG, and its sprite; None if the image cannot be read.

    A cut-out is put on the background, which the viewer's canvas has.
    """
    try:
        data = store.get(image, Variant.IMAGE)
        with Image.open(BytesIO(data), formats=("JPEG",)) as picture:
            alpha = alpha_of(data, picture.size)
            if alpha is None and max(picture.size) == TEXTURE_SIDE:
                picture.draft("RGB", (2 * sprite_side, 2 * sprite_side))
                return data, _fitted(picture.convert("RGB"), sprite_side)
            whole = picture.convert("RGB")
        if alpha is not None:
            cut_out = Image.fromarray(plain_colours(np.asarray(whole), alpha))
            whole = Image.new("RGB", whole.size, background)
            whole.paste(cut_out, mask=cut_out)
    except _UNREADABLE:
        return None
    texture = BytesIO()
    _fitted(whole, TEXTURE_SIDE).save(texture, "JPEG", quality=_QUALITY)
    return texture.getvalue(), _fitted(whole, sprite_side)


def _fitted(picture: Image.Image, side: int) -> Image.Image:
    """The picture with a longer side of ``side``."""
    scale = side / max(picture.size)
    width, height = (max(1, round(length * scale)) for length in picture.size)
    return picture.resize((width, height), Image.Resampling.LANCZOS)
