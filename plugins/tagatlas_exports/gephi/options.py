"""Options of the renderer ``gephi``."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from msgspec import Meta


@dataclass(frozen=True)
class GephiOptions:
    """What of the records goes along with the network."""

    attributes: Annotated[
        tuple[str, ...],
        Meta(description="Kept columns to copy to the images; different values are joined by |."),
    ] = ()
    time_column: Annotated[
        str | None,
        Meta(description="Kept column with years, dates or times, for a dynamic graph."),
    ] = None
