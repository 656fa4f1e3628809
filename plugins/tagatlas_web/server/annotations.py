"""Annotations as windows send and receive them."""

from __future__ import annotations

import msgspec
from msgspec import Raw, Struct

from tagatlas import Annotation
from tagatlas.errors import UsageError
from tagatlas.toolkit import Content, read_content


class Change(Struct, forbid_unknown_fields=True):
    """A window's change of an annotation.

    Attributes:
        map: the map it is on.
        base: the revision that was changed; 0 for a new one.
        content: as JSON; null removes it.
    """

    map: str
    base: int
    content: Raw


class News(Struct):
    """An annotation as windows receive it.

    Attributes:
        number: rises with every new annotation.
        content: None if it was removed.
    """

    id: str
    revision: int
    number: int
    content: Content | None

    @classmethod
    def of(cls, annotation: Annotation) -> News:
        """Of an annotation as it is on its map."""
        return cls(annotation.id, annotation.revision, annotation.number, annotation.content)


def read_change(body: bytes) -> tuple[Change, Content | None]:
    """A change as a window sends it, and its content.

    Raises:
        UsageError: it is not a change.
    """
    try:
        change = msgspec.json.decode(body, type=Change)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise UsageError(f"this is no change: {error}") from error
    return change, read_content(bytes(change.content))
