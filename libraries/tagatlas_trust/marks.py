"""Marks: files in the user's data folder, two for each trusted atlas."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from tagatlas.errors import StorageError
from tagatlas_trust.addresses import KnownAddresses

DATA_VARIABLE = "TAGATLAS_DATA"
"""Variable with a folder that is used instead of the user's data folder."""

TRUST_VARIABLE = "TAGATLAS_TRUST"
"""Variable with folders of atlases that are trusted with all they ask for; see :func:`is_named`."""

_ADDRESSES = ".addresses"
_ALL = frozenset({"1", "all", "true"})


@dataclass(frozen=True, order=True)
class Asked:
    """Something that an atlas asks for.

    Attributes:
        place: where it does: the table and the name of a setting, ``store.fsspec.location``.
        value: what it asks for, as text.
        shown: that for a person: of headers their names alone.
    """

    place: str
    value: str
    shown: str = field(default="", compare=False)

    @classmethod
    def setting(cls, table: str, name: str, value: object) -> Asked:
        """A setting of an atlas, with its value as the settings file has it."""
        place = f"{table}.{name}"
        if isinstance(value, Mapping):
            text = json.dumps(value, sort_keys=True, default=str)
            return cls(place, text, ",".join(map(str, value)))
        text = ",".join(map(str, value)) if isinstance(value, list | tuple) else str(value)
        return cls(place, text, text)

    @property
    def digest(self) -> str:
        """SHA-256 by which a mark knows it: a value may hold a password."""
        return hashlib.sha256(f"{self.place}\0{self.value}".encode("utf-8", "replace")).hexdigest()


class Trust:
    """What the user has accepted of one atlas.

    What is accepted while the atlas is not trusted counts for this object alone.
    """

    def __init__(self, mark: Path | None, *, everything: bool = False) -> None:
        """Read a mark.

        Args:
            mark: its file, which need not exist; None for an atlas without an id.
            everything: accept all that the atlas asks for, without any mark.
        """
        self._mark = mark
        self._everything = everything
        self.is_trusted = everything
        self._settings: set[str] = set()
        self._folders: set[str] = set()
        self._read()
        self._addresses = KnownAddresses(_beside(mark) if self.is_trusted else None)

    def accepts(self, asked: Asked) -> bool:
        """Whether the user has accepted it."""
        return self._everything or asked.digest in self._settings

    def accepts_folder(self, folder: str) -> bool:
        """Whether files in a folder may be read: it is below one that the user has accepted."""
        place = Path(_normal(folder))
        around = (str(each) for each in (place, *place.parents))
        return self._everything or any(each in self._folders for each in around)

    def unknown(self, addresses: Iterable[str]) -> Iterator[str]:
        """Those of some addresses that the user has not accepted, in their order."""
        return iter(()) if self._everything else self._addresses.unknown(addresses)

    def accept(
        self,
        asked: Iterable[Asked] = (),
        folders: Iterable[str] = (),
        addresses: Iterable[str] = (),
    ) -> None:
        """Add to what is accepted.

        Raises:
            StorageError: the mark cannot be written.
        """
        before = len(self._settings) + len(self._folders)
        self._settings.update(each.digest for each in asked)
        self._folders.update(outermost(folders))
        added = len(self._settings) + len(self._folders) - before
        if added and self.is_trusted and not self._everything:
            self._write()
        if not self._everything:
            self._addresses.add(addresses)

    def begin(self, mark: Path) -> None:
        """Trust the atlas from now on.

        Args:
            mark: its file.

        Raises:
            StorageError: the mark cannot be written; the atlas is trusted by this object alone.
        """
        self._mark = mark
        self.is_trusted = True
        self._everything = False
        try:
            self._write()
        except StorageError:
            self._mark = None
            raise
        finally:
            self._addresses = KnownAddresses(_beside(self._mark))

    def end(self) -> None:
        """Trust the atlas no more, and forget what was accepted."""
        self.is_trusted = False
        if self._mark is not None:
            for each in (self._mark, self._mark.with_suffix(_ADDRESSES)):
                with suppress(OSError):
                    each.unlink(missing_ok=True)

    def _read(self) -> None:
        if self._mark is None:
            return
        with suppress(OSError, ValueError, TypeError, KeyError):
            kept = json.loads(self._mark.read_text(encoding="utf-8"))
            self._settings |= {str(each) for each in kept["settings"]}
            self._folders |= {str(each) for each in kept["folders"]}
            self.is_trusted = True

    def _write(self) -> None:
        if self._mark is None:
            return
        self._read()  # another process may have accepted something meanwhile
        kept = {"settings": sorted(self._settings), "folders": outermost(self._folders)}
        new = self._mark.with_name(f".{os.urandom(8).hex()}.new")
        try:
            self._mark.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            with open(new, "x", encoding="utf-8", opener=_open_private) as file:
                json.dump(kept, file)
            new.replace(self._mark)
        except OSError as error:
            with suppress(OSError):
                new.unlink(missing_ok=True)
            raise StorageError(
                f"cannot write {self._mark}, which says that you trust an atlas "
                f"({error.strerror}): set {DATA_VARIABLE} to a folder of yours"
            ) from error


def _beside(mark: Path | None) -> Path | None:
    """The file of addresses that belongs to a mark."""
    return None if mark is None else mark.with_suffix(_ADDRESSES)


def _open_private(path: str, flags: int) -> int:
    return os.open(path, flags, mode=0o600)


def outermost(folders: Iterable[str]) -> list[str]:
    """The folders that are not within another, normalised and sorted."""
    found: list[str] = []
    # With the separator at its end, a folder comes right before all that is within it.
    for folder in sorted({_normal(each).rstrip(os.sep) + os.sep for each in folders}):
        if not found or not folder.startswith(found[-1]):
            found.append(folder)
    return [folder.rstrip(os.sep) or os.sep for folder in found]


def _normal(folder: str) -> str:
    """A path without ``..`` and doubled slashes; ``..`` after a link leads where the link does.

    An empty one is the folder of ``/file``.
    """
    folder = folder or os.sep
    leads_up = ".." in folder.replace("\\", "/").split("/")
    normal = os.path.realpath(folder) if leads_up else os.path.normpath(folder)
    return f"/{normal.lstrip('/')}" if normal.startswith("//") else normal


def mark_of(atlas_id: str, environment: Mapping[str, str]) -> Path:
    """The file of an atlas's mark.

    Args:
        atlas_id: see :func:`tagatlas_trust.ids.read_id`.
        environment: variables, with :data:`DATA_VARIABLE`.
    """
    named = environment.get(DATA_VARIABLE)
    if named:
        return Path(named, "trusted", f"{atlas_id}.json")
    from platformdirs import user_data_dir  # not loaded with every command

    return Path(user_data_dir("tagatlas", appauthor=False), "trusted", f"{atlas_id}.json")


def is_named(folder: Path, environment: Mapping[str, str]) -> bool:
    """Whether :data:`TRUST_VARIABLE` names an atlas.

    It has the folders of atlases, separated as in ``PATH``; ``1``, ``all`` and ``true`` stand for
    each atlas that is opened.
    """
    named = environment.get(TRUST_VARIABLE, "").strip()
    if named.lower() in _ALL:
        return True
    folders: Collection[str] = [each for each in named.split(os.pathsep) if each]
    return folder.resolve() in [Path(each).resolve() for each in folders]
