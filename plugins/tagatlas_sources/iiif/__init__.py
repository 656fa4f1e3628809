"""The source ``iiif``: the images of a IIIF manifest, collection or image description.

Versions 2 and 3 of the Presentation API and 1 to 3 of the Image API are read. Images are asked
for at the size that is wanted, where their service can scale; else at the best size that it lists.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

from msgspec import Meta

from tagatlas import SourceSpec, hookimpl

if TYPE_CHECKING:
    from collections.abc import Iterable

_ADDRESS = re.compile(
    r"https?://\S+(/(info|manifest|collection|top)(\.json)?/?$|iiif\S*)", re.IGNORECASE
)


@dataclass(frozen=True)
class IiifOptions:
    """What is taken from a manifest."""

    image_side: Annotated[
        int, Meta(ge=16, le=16_384, description="Longer side of the images asked for, in pixels.")
    ] = 1024
    manifests: Annotated[
        int, Meta(ge=1, description="Most manifests of a collection that are read.")
    ] = 1000
    manifest_contact: Annotated[
        str, Meta(description="Your e-mail address or page, told to the host of the manifests.")
    ] = ""
    manifest_private: Annotated[
        bool, Meta(description="Read manifests from private and local network addresses as well.")
    ] = False


def is_iiif(location: str) -> bool:
    """Whether a location is a web address that looks like one of IIIF, or a file of IIIF."""
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
