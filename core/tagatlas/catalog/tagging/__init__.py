"""All that the catalog knows of tagging: who tagged, what they answered, and what it cost."""

from __future__ import annotations

from tagatlas.catalog.tagging.answers import Answers
from tagatlas.catalog.tagging.backends import Backend, Backends
from tagatlas.catalog.tagging.calls import Calls, EndedCall, Spent
from tagatlas.catalog.tagging.readings import ReadingBackend, Readings
from tagatlas.catalog.tagging.tags import Tags

__all__ = ["Backend", "EndedCall", "ReadingBackend", "Spent", "Tagging"]


class Tagging(Backends, Answers, Tags, Readings, Calls):
    """The catalog's one door to tagging; each of its bases is a matter in a module of its own.

    Backends are named by their number in the catalog, images by their id.
    """
