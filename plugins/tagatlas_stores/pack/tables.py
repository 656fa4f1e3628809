"""Tables of copies: where each lies, as arrays that are sorted by key."""

from __future__ import annotations

import re
import time
from collections.abc import Iterable, Sequence
from hashlib import sha256
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tagatlas import Variant
from tagatlas_stores.names import LARGEST, file_name, image_of
from tagatlas_stores.pack.archives import Member

PLACE = np.dtype([("pack", "<u4"), ("offset", "<u8"), ("size", "<u4"), ("crc", "<u4")])
KEY_BYTES = 33
ROW_BYTES = KEY_BYTES + PLACE.itemsize

_LETTERS = {Variant.IMAGE: b"i", Variant.THUMBNAIL: b"t", Variant.ORIGINAL: b"o"}
_VARIANTS = {letter: variant for variant, letter in _LETTERS.items()}
_NAME = re.compile(r"([0-9a-f]{16})-[0-9a-f]{16}\.\w+")


def key_of(image_id: str, variant: Variant) -> bytes:
    """The key of a copy: the 32 bytes of its image's id, and a letter of the variant.

    Raises:
        ValueError: ``image_id`` is not an id.
    """
    file_name(image_id, variant)
    return bytes.fromhex(image_id) + _LETTERS[variant]


def copy_of(key: bytes) -> tuple[str, Variant]:
    """The image's id and the variant of a key."""
    return key[:-1].hex(), _VARIANTS[key[-1:]]


def new_name(order: int, data: bytes, ending: str) -> str:
    """The name of a file: its place in the order of all, and a digest, so that no two are one.

    Args:
        order: see :func:`order_of`.
        data: its bytes.
        ending: ``pack.zip`` without ``pack``, for example.
    """
    return f"{order:016x}-{sha256(data).hexdigest()[:16]}{ending}"


def order_of(name: str) -> int:
    """A file's place in the order of all: of two copies of one key, the later one counts.

    It is the nanosecond in which the file was made; files that others put there come first.
    """
    found = _NAME.fullmatch(name)
    return int(found[1], 16) if found else 0


def next_order(after: int) -> int:
    """The place of a file that is made now, later than ``after``."""
    return max(time.time_ns(), after + 1)


class Table(NamedTuple):
    """Copies in the order of their keys; a key may come more than once.

    Attributes:
        keys: of each, shape (n,), 33 bytes.
        places: number of its pack, and offset, size in bytes and CRC-32 of its member there,
            shape (n,), of the type :data:`PLACE`.
    """

    keys: NDArray[np.bytes_]
    places: NDArray[np.void]

    def rows(self, keys: NDArray[np.bytes_]) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
        """First row of each key, and the row after its last, shape (n,)."""
        begin: NDArray[np.intp] = np.searchsorted(self.keys, keys, "left")
        end: NDArray[np.intp] = np.searchsorted(self.keys, keys, "right")
        return begin, end

    def by_first_byte(self) -> list[Table]:
        """256 tables: the rows whose keys begin with each byte."""
        bounds = np.array([bytes([byte]) for byte in range(256)]).astype(self.keys.dtype)
        limits = [*np.searchsorted(self.keys, bounds).tolist(), len(self.keys)]
        return [
            Table(self.keys[begin:end], self.places[begin:end]) for begin, end in pairwise(limits)
        ]

    def as_bytes(self) -> bytes:
        """Its keys, then its places; :func:`from_bytes` reads them."""
        return self.keys.tobytes() + self.places.tobytes()


def from_bytes(data: bytes, packs: NDArray[np.uint32]) -> Table:
    """The table with some bytes, its packs renumbered; rows of other packs are left out.

    Args:
        data: see :meth:`Table.as_bytes`.
        packs: new number of each pack of the table, shape (packs,).
    """
    rows = len(data) // ROW_BYTES
    keys = np.frombuffer(data, f"S{KEY_BYTES}", rows)
    places = np.frombuffer(data, PLACE, rows, rows * KEY_BYTES).copy()
    known = places["pack"] < len(packs)
    if not known.all():
        keys, places = keys[known], places[known]
    places["pack"] = packs[places["pack"]]
    return Table(keys, places)


def table_of(members: Iterable[Member], pack: int) -> Table:
    """The table of a pack's members that are copies, if they are not too large for one.

    Args:
        members: of the pack.
        pack: its number.
    """
    copies = [
        (bytes.fromhex(copy[0]) + _LETTERS[copy[1]], (pack, *member[1:]))
        for member in members
        if (copy := image_of(member.name)) and member.size <= LARGEST[copy[1]]
    ]
    copies.sort()
    return Table(
        np.array([key for key, _ in copies], f"S{KEY_BYTES}"),
        np.array([place for _, place in copies], PLACE),
    )


def joined(tables: Sequence[Table]) -> Table:
    """One table with the rows of several."""
    keys = np.concatenate([np.empty(0, f"S{KEY_BYTES}"), *(each.keys for each in tables)])
    places = np.concatenate([np.empty(0, PLACE), *(each.places for each in tables)])
    order = np.argsort(keys, kind="stable")
    return Table(keys[order], places[order])
