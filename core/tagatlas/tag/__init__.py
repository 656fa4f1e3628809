"""Tagging: images to answers, call by call."""

from tagatlas.tag.desk import Billed, Call
from tagatlas.tag.engine import begin_freely, tag_images
from tagatlas.tag.plan import Plan, plan_asking
from tagatlas.tag.secrets import without_key

__all__ = [
    "Billed",
    "Call",
    "Plan",
    "begin_freely",
    "plan_asking",
    "tag_images",
    "without_key",
]
