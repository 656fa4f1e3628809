"""The addresses that a user has added to an atlas, or accepted with it: digests in a file.

Whoever changes a copy of an atlas does not know the file, and so can add no address to it.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from hashlib import blake2b
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from tagatlas.errors import StorageError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_KEY = 16  # random bytes at the file's start: who does not have them finds no equal digest
_DIGEST = 8  # bytes of each address
_AT_ONCE = 1 << 17


class KnownAddresses:
    """Digests of addresses, in memory and in a file that only grows."""

    def __init__(self, path: Path | None) -> None:
        """Nothing is read yet.

        Args:
            path: of the file, which need not exist; None keeps them in memory alone.
        """
        self._path = path
        self._key = os.urandom(_KEY)
        self._known: NDArray[np.uint64] | None = None

    def unknown(self, addresses: Iterable[str]) -> Iterator[str]:
        """Those of some addresses that are not known, in their order; some at a time."""
        import numpy as np  # not loaded with every command

        known = self._read()
        for some in _parts(addresses):
            for at in np.flatnonzero(~_is_among(self._digests(some), known)):
                yield some[at]

    def add(self, addresses: Iterable[str]) -> None:
        """Know further addresses, also after this process is killed.

        Raises:
            StorageError: the file cannot be written.
        """
        import numpy as np

        known = self._read()
        new = [np.empty(0, known.dtype)]
        for some in _parts(addresses):
            digests = self._digests(some)
            new.append(digests[~_is_among(digests, known)])
        added = np.unique(np.concatenate(new))
        if not added.size:
            return
        self._known = np.concatenate([known, added])
        self._known.sort(kind="stable")  # two parts in order are merged
        if self._path is not None:
            _append(self._path, self._key, added.tobytes())

    def _digests(self, addresses: Sequence[str]) -> NDArray[np.uint64]:
        import numpy as np

        digests = (
            blake2b(each.encode("utf-8", "replace"), digest_size=_DIGEST, key=self._key).digest()
            for each in addresses
        )
        return np.frombuffer(b"".join(digests), dtype="<u8")

    def _read(self) -> NDArray[np.uint64]:
        """The known digests, in order."""
        import numpy as np

        if self._known is None:
            data = b""
            with suppress(OSError):
                data = b"" if self._path is None else self._path.read_bytes()
            self._key = data[:_KEY] if len(data) >= _KEY else self._key
            whole = max(len(data) - _KEY, 0) // _DIGEST  # the last one may be torn
            self._known = np.sort(
                np.frombuffer(data, dtype="<u8", count=whole, offset=_KEY * (whole > 0))
            )
        return self._known


def _parts(addresses: Iterable[str]) -> Iterator[list[str]]:
    rest = iter(addresses)
    while some := list(islice(rest, _AT_ONCE)):
        yield some


def _is_among(digests: NDArray[np.uint64], known: NDArray[np.uint64]) -> NDArray[np.bool_]:
    """Whether each of some digests is among the known ones, which are in order."""
    import numpy as np

    if not known.size:
        return np.zeros(len(digests), bool)
    places = np.searchsorted(known, digests).clip(max=known.size - 1)
    is_among: NDArray[np.bool_] = known[places] == digests
    return is_among


def _append(path: Path, key: bytes, digests: bytes) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with open(path, "ab", opener=_open_private) as file:
            size = file.tell()
            if size < _KEY:
                file.truncate(0)
            start = key if size < _KEY else bytes(-(size - _KEY) % _DIGEST)
            file.write(start + digests)
    except OSError as error:
        raise StorageError(
            f"cannot write {path}, which says what you accept of an atlas: {error.strerror}"
        ) from error


def _open_private(path: str, flags: int) -> int:
    return os.open(path, flags | getattr(os, "O_NOFOLLOW", 0), mode=0o600)
