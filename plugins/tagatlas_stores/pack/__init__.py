"""Image store ``pack``: some thousand copies in a file, for collections of millions of images."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Annotated

from msgspec import Meta

from tagatlas import ImageStoreSpec, Mark, hookimpl


@dataclass(frozen=True)
class PackOptions:
    """Options of the store ``pack``."""

    location: Annotated[
        str,
        Meta(
            description="A URL that fsspec knows, such as s3://bucket/folder; by default the atlas."
        ),
        Mark.AUTHORITY,
    ] = ""
    endpoint: Annotated[
        str,
        Meta(description="URL of the service, where it is not the protocol's own (S3)."),
        Mark.AUTHORITY,
    ] = ""


@hookimpl
def tagatlas_image_stores() -> Iterable[ImageStoreSpec]:
    """Announce the store."""
    return [
        ImageStoreSpec(
            name="pack",
            summary="ZIP files of some thousand copies, in the atlas or in an object store.",
            options=PackOptions,
            factory="tagatlas_stores.pack.store:PackStore",
        )
    ]
