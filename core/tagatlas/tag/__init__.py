"""Tagging: images to answers, call by call."""

from tagatlas.tag.desk import Billed, Call
from tagatlas.tag.engine import tag_images

__all__ = ["Billed", "Call", "tag_images"]
