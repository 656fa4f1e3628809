"""Using a tagger: in a step of one's own, prepared and closed; or as :func:`tagatlas.tag` does.

Import the names from here; they are not in ``tagatlas.toolkit``.
"""

from tagatlas.steps.planning import estimate_tagging
from tagatlas.steps.tag import tag_collection, tagging_with
from tagatlas_tagging.using import closing, prepare

__all__ = ["closing", "estimate_tagging", "prepare", "tag_collection", "tagging_with"]
