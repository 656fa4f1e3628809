"""Near duplicates: pictures that look the same but differ in their bytes.

A :func:`perceptual_hash` of 64 bits and a :func:`make_signature` are computed when a picture is
normalised; the catalog keeps both. :func:`alike_groups` groups copies: candidates are pictures
with a hash that differs in few bits; a second look compares their sketches, and a third look at
their thumbnails decides::

    leaders = alike_groups(hashes, present, sizes, sketches, thumbnail, "copy")
    kept = leaders == np.arange(len(hashes))    # one picture of each group

Hashes alone, as in :func:`near_groups`, also join different pictures of one composition: a mandarin
and a basketball, or two flags.

For a collection, :meth:`tagatlas.atlas.Atlas.representatives` does all of this: it gives for each
image the one that represents it.
"""

from tagatlas_duplicates.alike import (
    CANDIDATE_BITS,
    Block,
    Compare,
    CompareHere,
    Grouped,
    Signed,
    alike_groups,
    alike_levels,
    compare_blocks,
    group_alike,
)
from tagatlas_duplicates.groups import NEAR_BITS, near_groups
from tagatlas_duplicates.hashing import perceptual_hash
from tagatlas_duplicates.signature import HASHES, SKETCH_BYTES, Signature, make_signature

__all__ = [
    "CANDIDATE_BITS",
    "HASHES",
    "NEAR_BITS",
    "SKETCH_BYTES",
    "Block",
    "Compare",
    "CompareHere",
    "Grouped",
    "Signature",
    "Signed",
    "alike_groups",
    "alike_levels",
    "compare_blocks",
    "group_alike",
    "make_signature",
    "near_groups",
    "perceptual_hash",
]
