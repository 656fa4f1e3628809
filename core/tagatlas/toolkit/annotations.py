"""Annotations as JSON: what :class:`tagatlas.Annotation` holds, written and read."""

from tagatlas.annotations import content_as_json, read_content

__all__ = ["content_as_json", "read_content"]
