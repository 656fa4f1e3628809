"""What comes before and after a layout: its start, the images' sizes, and room for each of them."""

from tagatlas.layout.boxes import image_boxes
from tagatlas.layout.follow import follow
from tagatlas.layout.grid import hang_on_wall
from tagatlas.layout.orientation import landscape
from tagatlas.layout.overlap import remove_overlaps
from tagatlas.layout.prepare import compile_kernels
from tagatlas.layout.start import continue_start, move_apart, spectral_start

__all__ = [
    "compile_kernels",
    "continue_start",
    "follow",
    "hang_on_wall",
    "image_boxes",
    "landscape",
    "move_apart",
    "remove_overlaps",
    "spectral_start",
]
