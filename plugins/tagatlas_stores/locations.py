"""Locations of any file system that fsspec knows, for the stores that keep images there."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from tagatlas.errors import MissingDependency, OptionError
from tagatlas_stores.names import TEMPORARY, temporary_name

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

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


class Location:
    """A folder of a file system.

    Attributes:
        fs: the file system, whose library takes keys from the environment.
        root: the folder's path in it.
        shown: the folder's URL, without a password.
        renames: whether files are written under another name first and then renamed, as on disks
            and over SSH; object stores write objects atomically.
    """

    def __init__(self, location: str, endpoint: str, store: str) -> None:
        """Open a location.

        Args:
            location: a URL that names one place of a protocol in :data:`PROTOCOLS`.
            endpoint: URL of the service; empty for the protocol's own.
            store: whose location it is, for messages.

        Raises:
            OptionError: it is not such a place, or its service is not encrypted.
            MissingDependency: the library for its protocol is not installed.
        """
        from tagatlas.toolkit import as_shown

        check_location(location, store)
        location = location.rstrip("/")
        self.shown = as_shown(location)
        self._location, self._endpoint = location, endpoint
        _check_encrypted(endpoint)
        self.fs, root = _open(location, endpoint)
        self.root = root.rstrip("/")
        protocols = self.fs.protocol
        names = {protocols} if isinstance(protocols, str) else set(protocols)
        self.renames = bool(names & {"file", "local", "sftp", "ssh", "smb", "hdfs", "ftp"})

    def write(self, name: str, data: bytes) -> None:
        """Write a file at once: readers see all of it or none.

        Args:
            name: its path below the location.
            data: its bytes.

        Raises:
            Exception: of any class, as libraries raise them.
        """
        path = f"{self.root}/{name}"
        if not self.renames:
            self.fs.pipe_file(path, data)
            return
        folder, _, base = path.rpartition("/")
        temporary = f"{folder}/{temporary_name()}-{base[:8]}"
        self.fs.makedirs(folder, exist_ok=True)
        try:
            self.fs.pipe_file(temporary, data)
            self.fs.mv(temporary, path)
        except BaseException:
            with suppress(OSError):
                self.fs.rm_file(temporary)
            raise

    def shared(self) -> tuple[str, Mapping[str, str]] | None:
        """See :meth:`tagatlas.ImageStore.shared_place`; None for the memory of this process."""
        if self._location.startswith("memory:"):
            return None
        return self._location, {"endpoint_url": self._endpoint} if self._endpoint else {}

    def leftovers(self, folder: str) -> Iterable[str]:
        """Paths of the incomplete files that killed processes left in a folder.

        Args:
            folder: its path below the location; empty for the location itself.
        """
        place = f"{self.root}/{folder}".rstrip("/")
        paths: list[str] = self.fs.glob(f"{place}/{TEMPORARY}*") if self.renames else []
        return paths


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


def check_location(location: str, store: str) -> None:
    """Make sure that a location is one place, of a plain protocol.

    Raises:
        OptionError: it is none, several, or of a protocol that may do more than keep files.
    """
    protocol, colon, rest = location.partition("://")
    if not colon:
        raise OptionError(
            f"the store {store} needs a location, such as s3://bucket/folder: set location in"
            f" [store.{store}] of atlas.toml"
        )
    if "::" in location or "://" in rest:
        raise OptionError(f"the location of the store {store} names several places: it takes one")
    if protocol not in PROTOCOLS:
        raise OptionError(
            f"the store {store} does not take {protocol}://; it takes {', '.join(PROTOCOLS)}"
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
        remedy = f"pip install 'tagatlas[{extra}]'" if extra else one_line(error)
        raise MissingDependency(f"{protocol}:// needs its library: {remedy}") from error
    except ValueError as error:
        raise OptionError(
            f"{location} is not a location that fsspec supports: {one_line(error)}"
        ) from error
    return fs, str(root)


def one_line(error: Exception) -> str:
    """What an error says, in a line of at most 200 characters."""
    return " ".join(str(error).split())[:200] or type(error).__name__
