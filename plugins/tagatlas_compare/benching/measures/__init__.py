"""What entrants make of images, measured against what is known of them."""

from tagatlas_compare.benching.measures.measured import MEASURES, Measured, Reading
from tagatlas_compare.benching.measures.measuring import measure

__all__ = ["MEASURES", "Measured", "Reading", "measure"]
