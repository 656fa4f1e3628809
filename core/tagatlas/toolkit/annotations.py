"""Annotations as JSON: reading and writing the content of :class:`tagatlas.Annotation`."""

from tagatlas.contracts.annotation import Content, content_as_json, read_content

__all__ = ["Content", "content_as_json", "read_content"]
