"""The source ``iiif``: the images of a IIIF manifest, collection or image description.

Versions 2 and 3 of the Presentation API and 1 to 3 of the Image API are supported. Images are
requested at the wanted size if their service can scale, else at the best size that it lists.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

from msgspec import Meta

from tagatlas import Mark, SourceSpec, hookimpl

if TYPE_CHECKING:
    from collections.abc import Iterable

_ADDRESS = re.compile(
    r"https?://\S+(/(info|manifest|collection|top)(\.json)?/?$|iiif\S*)", re.IGNORECASE
)


@dataclass(frozen=True)
class IiifOptions:
    """Options of the source ``iiif``."""

    image_side: Annotated[
        int, Meta(ge=16, le=16_384, description="Longer side of the requested images, in pixels.")
    ] = 1024
    manifests: Annotated[
        int,
        Meta(ge=1, le=10**7, description="Maximum number of manifests to read of a collection."),
    ] = 1000
    manifest_contact: Annotated[
        str, Meta(description="Your e-mail address or page, sent to the hosts of manifests.")
    ] = ""
    manifest_private: Annotated[
        bool,
        Meta(description="Also read manifests from private and local network addresses."),
        Mark.AUTHORITY,
    ] = False


def is_iiif(location: str) -> bool:
    """Whether a location is a web address that looks like IIIF, or an IIIF file."""
    from tagatlas.toolkit import is_iiif_document

    if len(location) >= 4_000:
        return False
    return _ADDRESS.match(location) is not None or is_iiif_document(location)


@hookimpl
def tagatlas_sources() -> Iterable[SourceSpec]:
    """Announce the source."""
    return [
        SourceSpec(
            name="iiif",
            summary="The images of a IIIF manifest, collection or info.json.",
            accepts=is_iiif,
            options=IiifOptions,
            factory="tagatlas_sources.iiif.source:IiifSource",
        )
    ]
