"""Image store ``fsspec``: images in an object store or any other place that fsspec reaches."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from msgspec import Meta

from tagatlas import ImageStore, ImageStoreSpec, hookimpl


@dataclass(frozen=True)
class FsspecOptions:
    """Where the images go."""

    location: Annotated[
        str,
        Meta(description="A URL that fsspec knows, such as s3://bucket/folder or memory://x."),
    ] = ""
    endpoint: Annotated[
        str, Meta(description="URL of the service, where it is not the protocol's own (S3).")
    ] = ""


def make_store(options: FsspecOptions, folder: Path) -> ImageStore:  # noqa: ARG001 - the contract
    """The store at a location; keys come from the environment, as the protocol's library says."""
    from tagatlas_stores.fsspec.store import FsspecStore

    return FsspecStore(options.location, options.endpoint)


@hookimpl
def tagatlas_image_stores() -> Iterable[ImageStoreSpec]:
    """Announce the store."""
    return [
        ImageStoreSpec(
            name="fsspec",
            summary="An object store or other place: s3://, gs://, az://, memory://.",
            extra="tagatlas[fsspec]",
            options=FsspecOptions,
            factory=make_store,
        )
    ]
