"""What of a collection a map shows, and what of it is drawn."""

from __future__ import annotations

from tagatlas import Map
from tagatlas_exports.methods.markdown import count, escape


def part(map_: Map) -> list[str]:
    """The part of the collection that the map shows, if not all of it."""
    if not map_.part:
        return []
    said = (
        f"The map shows a part of the collection: {escape(map_.part)}. It was laid out and its"
        " clusters were found with the images of that part alone."
    )
    return [said]


def shown(map_: Map) -> str:
    """The number of images drawn as pictures, if not all are."""
    images, drawn = map_.images.height, map_.images.filter("shown").height
    if drawn == images:
        return ""
    return (
        f" {count(drawn, 'image is', 'images are')} drawn as pictures, the most typical one of each"
        f" small part of the map; shading below them shows how many of all {images:,} lie where,"
        " smoothed with a Gaussian kernel and in steps on a logarithmic scale."
    )


def hidden(map_: Map) -> str:
    """The number of images whose places are blank."""
    hidden = map_.images.filter(map_.images["id"].is_in(list(map_.hidden))).height
    if not hidden:
        return ""
    return (
        f" {count(hidden, 'image is', 'images are')} hidden from display, copies of hidden pictures"
        " among them; such images count like others, and their places are blank."
    )
