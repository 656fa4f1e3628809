"""Renderers of the poster: a map drawn as one picture."""
