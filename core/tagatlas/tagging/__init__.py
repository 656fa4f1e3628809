"""Tagging: images to answers, call by call."""

from tagatlas.tagging.desk import Billed, Call
from tagatlas.tagging.engine import begin_freely, tag_images
from tagatlas.tagging.plan import Plan, plan_asking
from tagatlas.tagging.secrets import without_key

__all__ = [
    "Billed",
    "Call",
    "Plan",
    "begin_freely",
    "plan_asking",
    "tag_images",
    "without_key",
]
