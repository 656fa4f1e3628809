"""What is drawn around images and over the map."""

from __future__ import annotations

from collections import Counter

from tagatlas import Arrow, Caption, Map, Note, Outline
from tagatlas.toolkit import cluster_pieces
from tagatlas_exports.methods.markdown import count, listed, share

_DRAWN: dict[type, str] = {Outline: "outline", Arrow: "arrow", Caption: "text", Note: "note"}
"""Names of the kinds of annotations that draw something."""


def drawn(map_: Map) -> list[str]:
    """Paragraphs on the clusters' outlines and on the annotations, if there are any."""
    return [*_outlined(map_), *_by_hand(map_)]


def _outlined(map_: Map) -> list[str]:
    every = cluster_pieces(map_).values()
    images, inside = (
        sum(each.images for each in every),
        sum(len(each.main_images) for each in every),
    )
    if not images:
        return []
    pictures = "images" if images == map_.images.height else "images drawn as pictures"
    found = (
        f"Outlines with an area are drawn around the main pieces of clusters on the map: those"
        " with at least a tenth of the cluster's images and no fewer than three, and the largest."
        f" {inside:,} of {images:,} {pictures} ({share(inside, images)}) lie in these,"
        f" {count(sum(len(each.main) for each in every), 'piece')} of"
        f" {count(len(every), 'cluster')}"
    )
    if inside == images:
        return [f"{found}."]
    return [f"{found}; thin lines around the others say to which clusters these belong."]


def _by_hand(map_: Map) -> list[str]:
    kinds: Counter[type] = Counter(type(annotation.content) for annotation in map_.annotations)
    said = [count(kinds[kind], noun) for kind, noun in _DRAWN.items() if kinds[kind]]
    return [f"On the map were drawn by hand: {listed(said)}."] if said else []
