"""Shared options: of graph builders that use tags, and of taggers that call a service."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

from msgspec import Meta

from tagatlas.contracts.marks import Mark
from tagatlas.options import option_values
from tagatlas_mapping.network.options import (
    Backbone,
    LinksPerNode,
    ProjectionSelection,
    TagSelection,
)

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
        float, Meta(gt=0, le=10_000, description="The most calls that are begun in a second.")
    ] = 10.0
    answer_timeout: Annotated[
        float,
        Meta(gt=0, le=3600, description="Seconds after which no answer is expected any more."),
    ] = 60.0
    price_per_unit: Annotated[
        Annotated[float, Meta(ge=0)] | None,
        Meta(description="US dollars for one unit, instead of the built-in price."),
        Mark.AUTHORITY,
    ] = None

    def price_from(self, listed: Price) -> Price:
        """The price of an image: each unit at ``price_per_unit`` if given, else as listed."""
        if self.price_per_unit is None:
            return listed
        from tagatlas.contracts import Price

        return Price(dict.fromkeys(listed.units, self.price_per_unit), "now", "your setting")
