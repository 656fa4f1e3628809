"""Computations for maps, before and after a layout, and on clusters; arrays in, arrays out."""
