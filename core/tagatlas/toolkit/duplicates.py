"""The most bits by which the perceptual hashes of near duplicates differ."""

from tagatlas_duplicates import CANDIDATE_BITS, NEAR_BITS

__all__ = ["CANDIDATE_BITS", "NEAR_BITS"]
