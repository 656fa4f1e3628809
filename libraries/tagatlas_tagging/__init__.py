"""Tagging: sends images to a tagger in batches and yields its answers."""

from tagatlas_tagging.calls import Billed, Call
from tagatlas_tagging.engine import no_bookkeeping, tag_images
from tagatlas_tagging.plan import Plan, plan_asking
from tagatlas_tagging.secrets import without_key

__all__ = [
    "Billed",
    "Call",
    "Plan",
    "no_bookkeeping",
    "plan_asking",
    "tag_images",
    "without_key",
]
