"""Changes of clusters in a table, as a copy of it is kept."""

from __future__ import annotations

from collections.abc import Set as AbstractSet

import msgspec
from msgspec import Struct, structs

from tagatlas.contracts.annotation import ClusterChange, ClusterMove, ClusterReference


class ChangesCopy(Struct, frozen=True, forbid_unknown_fields=True):
    """The changes in a table, as they were last read.

    Attributes:
        digest: of the file.
        changes: in their order, with what clusters are recognised by.
        notes: rows that do not fit, and guesses made; a line each, for the user.
    """

    digest: str
    changes: tuple[ClusterChange, ...]
    notes: tuple[str, ...] = ()


def without_images(change: ClusterChange, images: AbstractSet[str]) -> ClusterChange | None:
    """A change without images that are removed from the atlas; None if none is left to move."""
    into = _without(change.into, images)
    if not isinstance(change, ClusterMove):
        return structs.replace(change, cluster=_without(change.cluster, images), into=into)
    left = tuple(image for image in change.images if image not in images)
    return structs.replace(change, images=left, into=into) if left else None


def copy_without_images(copy: str, images: AbstractSet[str]) -> str:
    """A copy of a table as JSON, without such images; the table is then read again.

    Args:
        copy: as JSON. A damaged one, which may name any image, gives an empty one.
        images: ids of the removed images.
    """
    try:
        changes = msgspec.json.decode(copy, type=ChangesCopy).changes
    except msgspec.MsgspecError:
        changes = ()
    left = [without_images(change, images) for change in changes]
    emptied = ChangesCopy("", tuple(change for change in left if change is not None))
    return msgspec.json.encode(emptied).decode()


def _without(reference: ClusterReference, images: AbstractSet[str]) -> ClusterReference:
    left = tuple(image for image in reference.typical if image not in images)
    return structs.replace(reference, typical=left)
