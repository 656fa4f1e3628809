"""Annotations: a researcher's names, texts and drawings on a map."""

from tagatlas.annotations.model import (
    LONGEST_NAME,
    LONGEST_TEXT,
    Annotation,
    Arrow,
    Caption,
    ClusterName,
    Content,
    Note,
    Outline,
    content_as_json,
    read_content,
)
from tagatlas.annotations.names import GivenName

__all__ = [
    "LONGEST_NAME",
    "LONGEST_TEXT",
    "Annotation",
    "Arrow",
    "Caption",
    "ClusterName",
    "Content",
    "GivenName",
    "Note",
    "Outline",
    "content_as_json",
    "read_content",
]
