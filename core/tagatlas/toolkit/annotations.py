"""Annotations as JSON: what :class:`tagatlas.Annotation` holds, written and read."""

from tagatlas.annotations import Content, content_as_json, read_content

__all__ = ["Content", "content_as_json", "read_content"]
