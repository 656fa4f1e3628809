"""Rasterises the poster in bands from top to bottom, for PNG and tiles.

A band is an array of rows, uint8 of shape (rows, width, 3), red, green and blue. Only a few of
them are in memory at a time, regardless of the size of the poster.
"""

from tagatlas_posters.engine.raster.bands import Band, paint_bands, painters

__all__ = ["Band", "paint_bands", "painters"]
