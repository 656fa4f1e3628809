"""Before and after a layout: start positions, image sizes, removal of overlaps, the grid."""

from tagatlas_mapping.layout.boxes import image_boxes
from tagatlas_mapping.layout.follow import follow
from tagatlas_mapping.layout.grid import Sorting, arrange_in_grid
from tagatlas_mapping.layout.islands import gather_islands
from tagatlas_mapping.layout.neighbourhoods import swap_alike
from tagatlas_mapping.layout.orientation import landscape
from tagatlas_mapping.layout.overlap import grow_apart, remove_overlaps
from tagatlas_mapping.layout.prepare import compile_kernels
from tagatlas_mapping.layout.start import continue_start, move_apart, spectral_start
from tagatlas_mapping.layout.strays import bring_back, strays
from tagatlas_mapping.layout.swaps import swap_closer

__all__ = [
    "Sorting",
    "arrange_in_grid",
    "bring_back",
    "compile_kernels",
    "continue_start",
    "follow",
    "gather_islands",
    "grow_apart",
    "image_boxes",
    "landscape",
    "move_apart",
    "remove_overlaps",
    "spectral_start",
    "strays",
    "swap_alike",
    "swap_closer",
]
