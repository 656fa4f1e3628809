"""Image store ``fsspec``: images in an object store or any other location that fsspec supports."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from msgspec import Meta

from tagatlas import ImageStore, ImageStoreSpec, Mark, Variant, hookimpl
from tagatlas.errors import ImageNotStored, MissingDependency, OptionError, StorageError
from tagatlas_stores.names import TEMPORARY, file_name, temporary_name

if TYPE_CHECKING:
    from fsspec import AbstractFileSystem

_EXTRAS = {
    "s3": "s3",
    "s3a": "s3",
    "gs": "gs",
    "gcs": "gs",
    "az": "az",
    "abfs": "az",
    "abfss": "az",
}
"""The extra of tagatlas with a protocol's library."""

PROTOCOLS = (*_EXTRAS, "file", "ftp", "hdfs", "local", "memory", "sftp", "smb", "ssh")
"""Protocols that name a place and nothing else. fsspec knows others that read instructions from
what lies there, combine several places, unpack archives, or run commands."""


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
            OptionError: it is not one place of a protocol in :data:`PROTOCOLS`, or its service is
                not encrypted.
            MissingDependency: the library for its protocol is not installed.
        """
        from tagatlas.toolkit import as_shown

        check_location(options.location)
        location = options.location.rstrip("/")
        self._shown = as_shown(location)
        _check_encrypted(options.endpoint)
        self._fs, root = _open(location, options.endpoint)
        self._root = root.rstrip("/")
        protocols = self._fs.protocol
        names = {protocols} if isinstance(protocols, str) else set(protocols)
        self._renames = bool(names & {"file", "local", "sftp", "ssh", "smb", "hdfs", "ftp"})

    def put(self, image_id: str, variant: Variant, data: bytes) -> None:
        """See :meth:`ImageStore.put`."""
        path = f"{self._root}/{file_name(image_id, variant)}"
        try:
            if self._renames:
                self._put_and_rename(path, data)
            else:
                self._fs.pipe_file(path, data)
        except Exception as error:  # libraries raise exceptions of any class
            raise StorageError(
                f"cannot write {self._url(image_id, variant)}: {_one_line(error)}; check the "
                "service and your permissions, then run it again"
            ) from error

    def get(self, image_id: str, variant: Variant) -> bytes:
        """See :meth:`ImageStore.get`."""
        path = f"{self._root}/{file_name(image_id, variant)}"
        try:
            data: bytes = self._fs.cat_file(path)
        except Exception as error:
            raise ImageNotStored(
                f"cannot read {self._url(image_id, variant)}: {_one_line(error)}; fetch the image "
                "again"
            ) from error
        return data

    def has(self, image_id: str, variant: Variant) -> bool:
        """See :meth:`ImageStore.has`."""
        try:
            # A cached listing would miss objects of other processes.
            self._fs.invalidate_cache()
            return bool(self._fs.isfile(f"{self._root}/{file_name(image_id, variant)}"))
        except (OSError, ValueError):
            return False

    def locate(self, image_id: str, variant: Variant) -> str:
        """See :meth:`ImageStore.locate`."""
        return self._url(image_id, variant)

    def remove(self, image_id: str) -> None:
        """See :meth:`ImageStore.remove`. A versioned bucket keeps earlier versions."""
        for variant in Variant:
            path = f"{self._root}/{file_name(image_id, variant)}"
            try:
                self._fs.invalidate_cache()
                if self._fs.exists(path):
                    self._fs.rm_file(path)
                folder = path.rpartition("/")[0]
                for left in self._fs.glob(f"{folder}/{TEMPORARY}*") if self._renames else ():
                    self._fs.rm_file(left)
            except Exception as error:  # libraries raise exceptions of any class
                raise StorageError(
                    f"cannot remove {self._url(image_id, variant)}: {_one_line(error)}; check the "
                    "service and your permissions, then run it again"
                ) from error

    def _url(self, image_id: str, variant: Variant) -> str:
        return f"{self._shown}/{file_name(image_id, variant)}"

    def _put_and_rename(self, path: str, data: bytes) -> None:
        folder, _, name = path.rpartition("/")
        temporary = f"{folder}/{temporary_name()}-{name[:8]}"
        self._fs.makedirs(folder, exist_ok=True)
        try:
            self._fs.pipe_file(temporary, data)
            self._fs.mv(temporary, path)
        except BaseException:
            with suppress(OSError):
                self._fs.rm_file(temporary)
            raise


def _check_encrypted(endpoint: str) -> None:
    """Refuse to send keys where everyone on the way can read them.

    Raises:
        OptionError: the service is neither encrypted nor on this machine.
    """
    from tagatlas.toolkit import is_loopback

    scheme, _, rest = endpoint.partition("://")
    host = rest.partition("/")[0].rpartition("@")[2]
    if endpoint and scheme.lower() != "https" and not is_loopback(host):
        raise OptionError(
            f"the endpoint {endpoint} is not encrypted, and keys go there: give one with https://"
        )


def check_location(location: str) -> None:
    """Make sure that a location is one place, of a plain protocol.

    Raises:
        OptionError: it is none, several, or of a protocol that may do more than keep files.
    """
    protocol, colon, rest = location.partition("://")
    if not colon:
        raise OptionError(
            "the store fsspec needs a location, such as s3://bucket/folder: set location in"
            " [store.fsspec] of atlas.toml"
        )
    if "::" in location or "://" in rest:
        raise OptionError("the location of the store fsspec names several places: it takes one")
    if protocol not in PROTOCOLS:
        raise OptionError(
            f"the store fsspec does not take {protocol}://; it takes {', '.join(PROTOCOLS)}"
        )


def _open(location: str, endpoint: str) -> tuple[AbstractFileSystem, str]:
    protocol = location.partition("://")[0]
    try:
        import fsspec
    except ImportError as error:
        raise MissingDependency(
            f"{protocol}:// needs fsspec: pip install 'tagatlas[{_EXTRAS.get(protocol, 'fsspec')}]'"
        ) from error
    options = {"endpoint_url": endpoint} if endpoint else {}
    try:
        fs, root = fsspec.core.url_to_fs(location, **options)
    except ImportError as error:
        extra = _EXTRAS.get(protocol)
        remedy = f"pip install 'tagatlas[{extra}]'" if extra else _one_line(error)
        raise MissingDependency(f"{protocol}:// needs its library: {remedy}") from error
    except ValueError as error:
        raise OptionError(
            f"{location} is not a location that fsspec supports: {_one_line(error)}"
        ) from error
    return fs, str(root)


def _one_line(error: Exception) -> str:
    return " ".join(str(error).split())[:200] or type(error).__name__


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
