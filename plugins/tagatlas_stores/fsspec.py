"""Image store ``fsspec``: images in an object store or any other location that fsspec supports."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from msgspec import Meta

from tagatlas import ImageStore, ImageStoreSpec, Mark, Variant, hookimpl
from tagatlas.errors import ImageNotStored, StorageError
from tagatlas_stores.locations import Location, one_line
from tagatlas_stores.names import LARGEST, file_name


@dataclass(frozen=True)
class FsspecOptions:
    """Options of the store ``fsspec``."""

    location: Annotated[
        str,
        Meta(description="A URL that fsspec knows, such as s3://bucket/folder or memory://x."),
        Mark.AUTHORITY,
    ] = ""
    endpoint: Annotated[
        str,
        Meta(description="URL of the service, where it is not the protocol's own (S3)."),
        Mark.AUTHORITY,
    ] = ""


class FsspecStore(ImageStore):
    """Keeps an image at ``LOCATION/images/ab/<id>.jpg``; other variants in folders beside it.

    Object stores write objects atomically. Elsewhere, as on disks and over SSH, files are written
    under another name first and then renamed.
    """

    def __init__(self, options: FsspecOptions, folder: Path) -> None:  # noqa: ARG002 - the contract
        """Use a location; the protocol's library takes keys from the environment.

        Raises:
            OptionError, MissingDependency: see :class:`tagatlas_stores.locations.Location`.
        """
        self._place = Location(options.location, options.endpoint, "fsspec")
        self._fs = self._place.fs

    def put(self, image_id: str, variant: Variant, data: bytes) -> None:
        """See :meth:`ImageStore.put`."""
        name = file_name(image_id, variant)
        try:
            self._place.write(name, data)
        except Exception as error:  # libraries raise exceptions of any class
            raise StorageError(
                f"cannot write {self._url(image_id, variant)}: {one_line(error)}; check the "
                "service and your permissions, then run it again"
            ) from error

    def get(self, image_id: str, variant: Variant) -> bytes:
        """See :meth:`ImageStore.get`."""
        path = self._path(image_id, variant)
        try:
            start, end = self._whole(variant)
            data: bytes = self._fs.cat_file(path, start=start, end=end)
        except Exception as error:
            raise ImageNotStored(
                f"cannot read {self._url(image_id, variant)}: {one_line(error)}; fetch the image "
                "again"
            ) from error
        return data

    def get_many(self, wanted: Sequence[tuple[str, Variant]]) -> list[bytes | None]:
        """See :meth:`ImageStore.get_many`; object stores are asked for all at once."""
        paths = [self._path(image_id, variant) for image_id, variant in wanted]
        ranges = [self._whole(variant) for _, variant in wanted]
        begins, ends = [begin for begin, _ in ranges], [end for _, end in ranges]
        found = self._fs.cat_ranges(paths, begins, ends, on_error="return")
        return [each if isinstance(each, bytes) else None for each in found]

    def has(self, image_id: str, variant: Variant) -> bool:
        """See :meth:`ImageStore.has`."""
        path = self._path(image_id, variant)
        try:
            # A cached listing would miss objects of other processes.
            self._fs.invalidate_cache()
            return bool(self._fs.isfile(path))
        except (OSError, ValueError):
            return False

    def locate(self, image_id: str, variant: Variant) -> str:
        """See :meth:`ImageStore.locate`."""
        return self._url(image_id, variant)

    def shared_place(self) -> tuple[str, Mapping[str, str]] | None:
        """See :meth:`ImageStore.shared_place`."""
        return self._place.shared()

    def remove(self, image_id: str) -> None:
        """See :meth:`ImageStore.remove`. A versioned bucket keeps earlier versions."""
        for variant in Variant:
            path = self._path(image_id, variant)
            name = file_name(image_id, variant)
            try:
                self._fs.invalidate_cache()
                if self._fs.exists(path):
                    self._fs.rm_file(path)
                for left in self._place.leftovers(name.rpartition("/")[0]):
                    self._fs.rm_file(left)
            except Exception as error:  # libraries raise exceptions of any class
                raise StorageError(
                    f"cannot remove {self._url(image_id, variant)}: {one_line(error)}; check the "
                    "service and your permissions, then run it again"
                ) from error

    def _whole(self, variant: Variant) -> tuple[int | None, int | None]:
        """The range of bytes with any copy: without one, s3fs asks how long an object is first."""
        largest = LARGEST[variant]
        return (None, None) if self._place.renames or math.isinf(largest) else (0, int(largest))

    def _url(self, image_id: str, variant: Variant) -> str:
        return f"{self._place.shown}/{file_name(image_id, variant)}"

    def _path(self, image_id: str, variant: Variant) -> str:
        return f"{self._place.root}/{file_name(image_id, variant)}"


@hookimpl
def tagatlas_image_stores() -> Iterable[ImageStoreSpec]:
    """Announce the store."""
    return [
        ImageStoreSpec(
            name="fsspec",
            summary="An object store or other place: s3://, gs://, az://, memory://.",
            extra="tagatlas[fsspec]",
            options=FsspecOptions,
            factory=FsspecStore,
        )
    ]
