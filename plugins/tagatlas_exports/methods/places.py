"""The part of ``methods.md`` on the places and sizes of images."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from tagatlas.toolkit import IMAGE
from tagatlas_exports.methods.markdown import escape

if TYPE_CHECKING:
    from tagatlas import Map

_QUANTITIES = {
    "frequency": "its frequency, summed over the records that lead to it",
    "out-degree": "the number of its links in the network",
    "in-degree": "the number of links to it in the network",
}


def area_text(settings: Mapping[str, object]) -> str:
    """What an image's area stands for, on a map without cells; empty for a wall of them."""
    if settings.get("map.arrangement") != "free":
        return ""
    quantity = _QUANTITIES.get(str(settings.get("map.size_by")))
    stands = (
        " An image's area means nothing: it is the same for all"
        if quantity is None
        else f" An image's area stands for {quantity}, between a quarter and sixteen times the area"
        " at the median"
    )
    return (
        f"{stands}, and very long pictures are smaller. A poster draws no picture larger than its"
        " own pixels, and says how many are smaller for that."
    )


def sample_text(map_: Map) -> str:
    """The images that were laid out, if not all were."""
    sample = map_.provenance.settings.get("map.sample")
    nodes = f"{escape(map_.provenance.builder.description.node)}s"
    is_image = (map_.nodes["kind"] == IMAGE).to_numpy()
    alone = bool((is_image[map_.sources] & is_image[map_.targets]).any())
    images = map_.images.height
    if not isinstance(sample, int) or images <= sample or alone or not links_images(map_):
        return ""
    return (
        f" A random sample of {sample:,} images was laid out with the {nodes}; each of the"
        " others was then put at the median place of the ten of the sample most like it."
    )


def links_images(map_: Map) -> bool:
    """Whether any link leads from or to an image."""
    is_image = (map_.nodes["kind"] == IMAGE).to_numpy()
    return bool(is_image[map_.sources].any() or is_image[map_.targets].any())
