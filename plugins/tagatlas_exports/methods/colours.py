"""What the text says of the colours of clusters."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tagatlas_exports.methods.references import DEFICIENCIES

if TYPE_CHECKING:
    from tagatlas import Map

_CHOSEN = (
    "Clusters have colours that are told apart with any colour-vision deficiency, too (as simulated"
    " by Machado et al., 2009), and neighbours on the map different ones. A cluster that shares"
    " most of its images with one of an earlier map of this collection has its colour, unless a"
    " neighbour or a larger part of that cluster has it."
)


def coloured(map_: Map) -> str:
    """How colours were chosen; nothing for a map of an older tagatlas."""
    return _CHOSEN if "colour" in map_.clusters.columns else ""


def cited(map_: Map) -> set[str]:
    """The references of that text."""
    return {DEFICIENCIES} if coloured(map_) else set()
