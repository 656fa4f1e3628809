"""How near the perceptual hashes of pictures that look the same are."""

from tagatlas_duplicates import CANDIDATE_BITS, NEAR_BITS

__all__ = ["CANDIDATE_BITS", "NEAR_BITS"]
