"""Unexpected errors that cost one item each: counted, and written with their tracebacks."""

from __future__ import annotations

import os
import re
import traceback
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from threading import Lock
from typing import Protocol

from tagatlas.contracts import ImageCopy, ImageStore, StoreInFront, Variant
from tagatlas.errors import ImageNotStored, PluginFailed
from tagatlas.masking import hidden, masked
from tagatlas.wording import count
from tagatlas_fetching.stored_size import oversize

FAULT_LOG = "faults.log"
LARGEST_LOG = 1 << 20
"""Maximum bytes of the file; it begins again once it is half as large."""

IN_A_ROW = 20
"""Failures in a row, with no success between them, that are no longer single items' own."""

_LONGEST_ENTRY = 8192
_LONGEST_ITEM = 300
_SHOWN = 3  # kinds of errors in the line about them

_SECRET_WORDS = re.compile(r"(?i)AUTH|CREDENTIAL|KEY|PASS|_PWD|SECRET|TOKEN|(^|_)PAT(_|$)")
"""In the names of environment variables that hold a secret."""

_SHORTEST_SECRET = 6


class Recorder(Protocol):
    """Takes the unexpected errors of single items."""

    def record(self, item: str, error: Exception) -> None:
        """Count an error; see :meth:`FaultLog.record`."""


class FaultLog:
    """The unexpected errors of single items, such as images. Used by any number of threads."""

    def __init__(self, path: Path) -> None:
        """Set up; nothing is written before the first error.

        Args:
            path: of the file.
        """
        self._path = path
        self._lock = Lock()
        self._kinds: Counter[str] = Counter()
        self._is_begun = False
        self._is_written = True
        self._secrets = {
            value
            for name, value in os.environ.items()
            if _SECRET_WORDS.search(name) and len(value) >= _SHORTEST_SECRET
        }

    def hide(self, *secrets: str) -> None:
        """Have further texts masked wherever they stand."""
        self._secrets = self._secrets | {secret for secret in secrets if secret}

    def record(self, item: str, error: Exception) -> None:
        """Count an error, and write it to the file.

        Args:
            item: that failed, such as an address or ``image`` and an id.
            error: that was raised.
        """
        kind = type(error.__cause__ or error).__name__
        self.record_told(item, kind, "".join(traceback.format_exception(error)))

    def record_told(self, item: str, kind: str, whole: str) -> None:
        """:meth:`record` an error of another process.

        Args:
            item: see :meth:`record`.
            kind: the error's class.
            whole: its text with its traceback.
        """
        with self._lock:
            self._kinds[kind] += 1
        self._write(item, whole)

    def write(self, item: str, error: Exception) -> None:
        """Write an error to the file with its traceback, its secrets masked; it is not counted.

        Args:
            item: see :meth:`record`.
            error: see :meth:`record`.
        """
        self._write(item, "".join(traceback.format_exception(error)))

    def _write(self, item: str, whole: str) -> None:
        text = self._masked(whole[-4 * _LONGEST_ENTRY :])
        if len(text) > _LONGEST_ENTRY:  # the last lines say most
            text = f"...\n{text[-_LONGEST_ENTRY:]}"
        moment = datetime.now(UTC).isoformat(timespec="seconds")
        entry = f"{moment} {self._masked(item)[:_LONGEST_ITEM]}\n{text}\n"
        with self._lock:
            self._append(entry.encode("utf-8", "replace"))

    def lines(self) -> list[str]:
        """The line about the errors since the last call; none if there were none."""
        with self._lock:
            kinds, self._kinds = self._kinds, Counter()
        if not kinds:
            return []
        shown = [
            name if number == 1 else f"{name} {number:,} times"
            for name, number in kinds.most_common(_SHOWN)
        ]
        more = ", ..." * (len(kinds) > _SHOWN)
        where = f"see {self._path}" if self._is_written else f"{self._path} cannot be written"
        number = count(kinds.total(), "unexpected error")
        return [f"{number} ({', '.join(shown)}{more}), each of one item alone: {where}"]

    def _masked(self, text: str) -> str:
        return masked(hidden(text, self._secrets))

    def _append(self, entry: bytes) -> None:
        """Append to the file unless it is full; links are not followed, and no pipe waited for."""
        flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND
        flags |= getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
        try:
            with os.fdopen(os.open(self._path, flags, 0o644), "ab") as file:
                if not self._is_begun and file.tell() > LARGEST_LOG // 2:
                    file.truncate(0)
                self._is_begun = True
                if file.seek(0, os.SEEK_END) + len(entry) <= LARGEST_LOG:
                    file.write(entry)
        except OSError:  # as on a full disk: the errors are counted all the same
            self._is_written = False


class ForgivingStore(StoreInFront):
    """A store in which a plugin's failure to give an image costs that image alone.

    To ``isinstance`` it is the store itself. Failures to put or remove an image are raised.
    """

    def __init__(self, store: ImageStore, faults: Recorder) -> None:
        """Set up.

        Args:
            store: the plugin's, guarded.
            faults: gets its failures.
        """
        super().__init__(store)
        self._faults = faults
        self._in_a_row = 0

    @property  # type: ignore[misc] # as of a guarded object
    def __class__(self) -> type:
        return self._store.__class__

    def get(self, image_id: str, variant: Variant) -> bytes:
        """See :meth:`ImageStore.get`.

        Raises:
            ImageNotStored: there are no such bytes, or of too many pixels, or the store failed.
            PluginFailed: it failed for the last :data:`IN_A_ROW` images.
        """
        try:
            found = self._store.get(image_id, variant)
        except PluginFailed as error:
            self._forgive(image_id, error)
            raise ImageNotStored(str(error)) from error
        self._in_a_row = 0
        if size := oversize(found, variant):
            raise ImageNotStored(f"{image_id} is stored with {size}, more than tagatlas decodes")
        return found

    def get_many(self, wanted: Sequence[tuple[str, Variant]]) -> list[bytes | None]:
        """See :meth:`ImageStore.get_many`; one by one if the store fails for some.

        Raises:
            PluginFailed: see :meth:`get`.
        """
        try:
            found = self._store.get_many(wanted)
        except PluginFailed:
            return [self._found(*each) for each in wanted]
        return [
            None if data is None or oversize(data, variant) else data
            for data, (_, variant) in zip(found, wanted, strict=True)
        ]

    def has(self, image_id: str, variant: Variant) -> bool:
        """See :meth:`ImageStore.has`; raises as :meth:`get` does."""
        try:
            return self._store.has(image_id, variant)
        except PluginFailed as error:
            self._forgive(image_id, error)
            raise ImageNotStored(str(error)) from error

    def holds(self, copy: ImageCopy) -> bool:
        """See :meth:`ImageStore.holds`; false if the store failed.

        Raises:
            PluginFailed: see :meth:`get`.
        """
        if self._store.__class__.holds is ImageStore.holds:  # so that what it calls is checked
            return ImageStore.holds(self, copy)
        try:
            return self._store.holds(copy)
        except PluginFailed as error:
            self._forgive(copy.image_id, error)
            return False

    def locate(self, image_id: str, variant: Variant) -> str | None:
        """See :meth:`ImageStore.locate`; None if the store failed.

        Raises:
            PluginFailed: see :meth:`get`.
        """
        try:
            return self._store.locate(image_id, variant)
        except PluginFailed as error:
            self._forgive(image_id, error)
            return None

    def _forgive(self, image_id: str, error: PluginFailed) -> None:
        self._faults.record(f"image {image_id}", error)
        self._in_a_row += 1
        if self._in_a_row >= IN_A_ROW:
            raise error
