"""Near duplicates: pictures that look the same though their bytes differ.

A picture gets a :func:`perceptual_hash` of 64 bits and a :func:`make_signature` as it is
normalised; the catalog keeps both. :func:`alike_groups` puts copies into groups: candidates are
pictures of which some hash differs in few bits; a second look at their sketches leaves few, and a
third look at their thumbnails decides::

    leaders = alike_groups(hashes, present, sizes, sketches, thumbnail, "copy")
    kept = leaders == np.arange(len(hashes))    # one picture of each group

By hashes alone, as :func:`near_groups` does, different pictures of one composition are joined:
a mandarin and a basketball, or two flags.

For a collection, :meth:`tagatlas.atlas.Atlas.representatives` does all of it: image by image, the
one that stands for it.
"""

from tagatlas_duplicates.alike import CANDIDATE_BITS, alike_groups
from tagatlas_duplicates.groups import NEAR_BITS, near_groups
from tagatlas_duplicates.hashing import perceptual_hash
from tagatlas_duplicates.signature import HASHES, SKETCH_BYTES, Signature, make_signature

__all__ = [
    "CANDIDATE_BITS",
    "HASHES",
    "NEAR_BITS",
    "SKETCH_BYTES",
    "Signature",
    "alike_groups",
    "make_signature",
    "near_groups",
    "perceptual_hash",
]
