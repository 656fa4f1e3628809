"""Near duplicates: pictures that look the same though their bytes differ.

A picture gets a :func:`perceptual_hash` of 64 bits as it is normalised; the catalog keeps it.
:func:`near_groups` puts hashes that differ in few bits into groups::

    labels = near_groups(hashes)            # labels[i] is the place of the picture that i joins
    kept = labels == np.arange(len(hashes)) # one picture of each group

For a collection, :meth:`tagatlas.catalog.addresses.AddressTable.representatives` does all of it:
image by image, the one that stands for it.
"""

from tagatlas.duplicates.groups import NEAR, near_groups
from tagatlas.duplicates.hashing import perceptual_hash

__all__ = ["NEAR", "near_groups", "perceptual_hash"]
