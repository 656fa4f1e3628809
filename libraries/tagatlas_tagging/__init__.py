"""Tagging: sends images to a tagger in batches and yields its answers."""

from tagatlas_tagging.calls import Billed, Call
from tagatlas_tagging.engine import no_bookkeeping, no_limit, tag_images
from tagatlas_tagging.ids import Ids
from tagatlas_tagging.plan import Plan, plan_asking
from tagatlas_tagging.secrets import without_key
from tagatlas_tagging.using import closing, prepare

__all__ = [
    "Billed",
    "Call",
    "Ids",
    "Plan",
    "closing",
    "no_bookkeeping",
    "no_limit",
    "plan_asking",
    "prepare",
    "tag_images",
    "without_key",
]
