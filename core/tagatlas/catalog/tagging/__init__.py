"""The catalog's data on tagging: backends, their answers, tags, embeddings and costs."""

from __future__ import annotations

from tagatlas.catalog.tagging.answers import Answers
from tagatlas.catalog.tagging.backends import Backend, Backends
from tagatlas.catalog.tagging.calls import Calls, EndedCall, Spent
from tagatlas.catalog.tagging.readings import ReadingBackend, Readings
from tagatlas.catalog.tagging.tags import Tags

__all__ = ["Backend", "EndedCall", "ReadingBackend", "Spent", "Tagging"]


class Tagging(Backends, Answers, Tags, Readings, Calls):
    """The catalog's interface to tagging; each base class is one subject in its own module.

    Backends are named by their number in the catalog, images by their id.
    """
