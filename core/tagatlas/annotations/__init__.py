"""Annotations: what a researcher writes and draws on a map."""

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
    read_content,
    written,
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
    "read_content",
    "written",
]
