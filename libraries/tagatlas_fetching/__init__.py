"""Fetches images: takes addresses, puts images into the store, gives one outcome per address.

The engine, :mod:`tagatlas_fetching.engine`, imports aiohttp and Pillow; this module has only plain
data and is cheap to import.
"""

from tagatlas_fetching.options import FetchOptions
from tagatlas_fetching.outcome import Address, FetchOutcome, StoredImage

__all__ = ["Address", "FetchOptions", "FetchOutcome", "StoredImage"]
