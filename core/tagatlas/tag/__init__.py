"""Tagging: images to answers, batch by batch."""

from tagatlas.tag.engine import tag_images

__all__ = ["tag_images"]
