"""Shared options: of graph builders that use tags, and of taggers that call a service."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Literal

from msgspec import Meta

from tagatlas.options import option_values

if TYPE_CHECKING:
    from tagatlas.contracts import Price

__all__ = [
    "Backbone",
    "LinksPerNode",
    "ProjectionSelection",
    "ServiceOptions",
    "TagSelection",
    "option_values",
]

Backbone = Annotated[
    Annotated[float, Meta(gt=0.0, le=1.0)] | None,
    Meta(
        description="Keep links that chance alone would make as heavy with a lower"
        " probability, such as 0.1 (disparity filter); none: all links."
    ),
]
"""The option ``backbone``, for :func:`tagatlas.toolkit.backbone`."""

LinksPerNode = Annotated[
    int,
    Meta(
        ge=1,
        description="The links that each image, or tag, makes, to those most like it;"
        " others may link to it as well.",
    ),
]
"""The option ``links_per_node``."""


@dataclass(frozen=True)
class TagSelection:
    """Selection and weights of tags, and the links to keep.

    Applied in this order: stop tags and threshold, the two shares, IDF; then, on the links that
    the builder made, the backbone. Implemented in :mod:`tagatlas.toolkit.selection` and
    :mod:`tagatlas.toolkit.backbones`.
    """

    threshold: Annotated[
        float, Meta(ge=0.0, le=1.0, description="The lowest score of a tag that counts.")
    ] = 0.05
    minimum_share: Annotated[
        float,
        Meta(ge=0.0, le=1.0, description="Leave out tags that a smaller share of images has."),
    ] = 0.0
    maximum_share: Annotated[
        float, Meta(ge=0.0, le=1.0, description="Leave out tags that a larger share of images has.")
    ] = 1.0
    idf: Annotated[
        bool, Meta(description="Weigh rare tags more: score times inverse document frequency.")
    ] = False
    stop_tags: Annotated[
        tuple[str, ...], Meta(description="Tags to leave out, exactly as the backend writes them.")
    ] = ()
    backbone: Backbone = None


@dataclass(frozen=True)
class ProjectionSelection(TagSelection):
    """Selection of tags, and of the links between alike nodes.

    The two further options are those of :func:`tagatlas.toolkit.project`.
    """

    links_per_node: LinksPerNode = 10
    likeness: Annotated[
        Literal["cosine", "shared"],
        Meta(description="Weight of a link: the cosine, or the sum of products of shared scores."),
    ] = "cosine"


@dataclass(frozen=True)
class ServiceOptions:
    """Rate and price of a service: extend it with the service's own options.

    A tagger's constructor sets the first two and the price::

        self.concurrency = options.calls_at_once
        self.calls_per_second = options.calls_per_second
        self.price = options.price_from(Price({"image": 0.002}, "2026-01", "https://..."))

    To change a default, repeat the field, with the same type, in the subclass.
    """

    calls_at_once: Annotated[
        int, Meta(ge=1, le=64, description="Calls that may be under way at once.")
    ] = 4
    calls_per_second: Annotated[
        float, Meta(gt=0, description="The most calls that are begun in a second.")
    ] = 10.0
    answer_timeout: Annotated[
        float, Meta(gt=0, description="Seconds after which no answer is expected any more.")
    ] = 60.0
    price_per_unit: Annotated[
        Annotated[float, Meta(ge=0)] | None,
        Meta(description="US dollars for one unit, instead of the built-in price."),
    ] = None

    def price_from(self, listed: Price) -> Price:
        """The price of an image: each unit at ``price_per_unit`` if given, else as listed."""
        if self.price_per_unit is None:
            return listed
        from tagatlas.contracts import Price

        return Price(dict.fromkeys(listed.units, self.price_per_unit), "now", "your setting")
