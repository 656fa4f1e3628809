"""Fetching: addresses in, images in the store and one outcome per address out.

The work itself is in :mod:`tagatlas_fetching.engine`, which imports aiohttp and Pillow; this module
has only the plain data, cheap to import.
"""

from tagatlas_fetching.options import FetchOptions
from tagatlas_fetching.outcome import Address, FetchOutcome, StoredImage

__all__ = ["Address", "FetchOptions", "FetchOutcome", "StoredImage"]
