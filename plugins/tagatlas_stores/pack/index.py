"""The index of a pack store: where each copy lies. Thread-safe.

The packs are the index: each says at its end what is in it. So that these ends need not all be
read, writers write them down together from time to time, sorted, in a file ``.index``: a member
for each first byte of the keys, of which only those that are asked for are read, and one that
names the packs. Such a file may be missing or deleted; what it has of packs that are gone is void.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from threading import RLock
from typing import NamedTuple

import msgspec
import numpy as np
from numpy.typing import NDArray

from tagatlas import Variant
from tagatlas.errors import StorageError
from tagatlas_stores.names import file_name
from tagatlas_stores.pack.archives import (
    Member,
    as_zip,
    content_of,
    read_directories,
    span_of,
)
from tagatlas_stores.pack.places import Place, Span
from tagatlas_stores.pack.tables import (
    KEY_BYTES,
    ROW_BYTES,
    Table,
    copy_of,
    from_bytes,
    joined,
    key_of,
    new_name,
    next_order,
    order_of,
    table_of,
)

PACK, INDEX, REMOVED = ".zip", ".index", ".removed"
"""Endings of the names of files: packs, indexes, and lists of images that are being removed."""

FEWEST, MOST, SHARE = 1 << 15, 1 << 19, 16
"""Copies in packs that are in no index which make it worth one: a sixteenth of those in any, within
these limits, so that there are few indexes, and few packs whose ends are read."""

CACHE_BYTES = 256 << 20
"""Bytes of indexes that are kept in memory: five million copies. Above, ask in the order of ids."""

_TABLES = 8
"""Tables of single packs that are looked through before they are made one."""

_NAMES = "packs.json"


class Found(NamedTuple):
    """A copy in a pack."""

    pack: str
    member: Member


@dataclass(frozen=True)
class _Folded:
    """An index file: its members by name, and the numbers of its packs here."""

    name: str
    members: Mapping[str, Member]
    packs: NDArray[np.uint32]


class Index:
    """What is in the packs of a place.

    Attributes:
        unreadable: names of packs whose ends are damaged.
    """

    def __init__(self, place: Place) -> None:
        """Set up; nothing is read before something is looked for."""
        self.unreadable: set[str] = set()
        self._place = place
        self._lock = RLock()
        self._is_read = False
        self._names: list[str] = []
        self._numbers: dict[str, int] = {}
        self._there: set[str] = set()
        self._loose: list[Table] = []
        self._loose_packs: set[str] = set()
        self._folded: dict[str, _Folded] = {}
        self._slices: OrderedDict[tuple[str, int], Table] = OrderedDict()
        self._held = 0
        self._removed: dict[bytes, int] = {}
        self._newest = 0

    def refresh(self) -> None:
        """Look again which files there are.

        Raises:
            OSError: it cannot be seen.
        """
        with self._lock:
            sizes = self._place.sizes()
            packs = {name: size for name, size in sizes.items() if name.endswith(PACK)}
            if not self._there <= packs.keys():
                self._forget()
            self._is_read = True
            if not self._folded:
                self._read_indexes({name: sizes[name] for name in sizes if name.endswith(INDEX)})
            known = self._loose_packs.union(*map(self._packs_in, self._folded.values()))
            known |= self.unreadable
            new = {name: size for name, size in packs.items() if name not in known}
            tables = []
            for name, members in read_directories(self._place, new).items():
                if members is None:
                    self.unreadable.add(name)
                else:
                    tables.append(table_of(members, self._number(name)))
                    self._loose_packs.add(name)
            if tables:
                self._loose.append(joined(tables))
            self._there = set(packs)
            self._removed = self._read_removed(sizes)

    def next_order(self) -> int:
        """The place in the order of all of a file that is made now."""
        with self._lock:
            self._newest = next_order(self._newest)
            return self._newest

    def add(self, pack: str, members: Iterable[Member]) -> None:
        """Take note of a pack that was written now."""
        with self._lock:
            self._loose.append(table_of(members, self._number(pack)))
            self._loose_packs.add(pack)
            self._there.add(pack)

    def find(self, keys: Sequence[bytes], *, cheaply: bool = False) -> list[list[Found]]:
        """Where copies are, the latest of each first; a removed one is nowhere.

        Args:
            keys: of the copies.
            cheaply: look only at what is in memory, or fits in.

        Raises:
            OSError: the packs or indexes cannot be read.
        """
        found: list[list[tuple[int, Found]]] = [[] for _ in keys]
        with self._lock:
            for number, pack, offset, size, crc in self._rows(keys, cheaply=cheaply):
                name, key = self._names[pack], keys[number]
                order = order_of(name)
                if name in self._there and order > self._removed.get(key[:-1], -1):
                    member = Member(file_name(*copy_of(key)), offset, size, crc)
                    found[number].append((order, Found(name, member)))
        return [[each for _, each in sorted(some, key=_order, reverse=True)] for some in found]

    def packs_with(self, ids: Iterable[str]) -> list[str]:
        """Names of the packs that have any copy of images, also of those that are being removed.

        Raises:
            OSError: see :meth:`find`.
        """
        keys = [key_of(image_id, variant) for image_id in ids for variant in Variant]
        with self._lock:
            names = {self._names[pack] for _, pack, *_ in self._rows(keys)}
            return sorted(names & self._there)

    def indexes_of(self, packs: Iterable[str]) -> list[str]:
        """Names of the index files that name any of some packs, and of those that are not used.

        Raises:
            OSError: they cannot be seen.
        """
        with self._lock:
            wanted = set(packs)
            files = [name for name in self._place.sizes() if name.endswith(INDEX)]
            used = self._folded
            return [
                name for name in files if name not in used or wanted & self._packs_in(used[name])
            ]

    def being_removed(self) -> dict[str, int]:
        """The images that are being removed from the packs before a place in the order of all."""
        with self._lock:
            return {image.hex(): order for image, order in self._removed.items()}

    def fold(self, least: int | None = None) -> None:
        """Write down what is in the packs that are in no index, if there is so much of it.

        Args:
            least: copies that are worth an index, at least 1; by default as many as
                :data:`SHARE` says.
        """
        with self._lock:
            if least is None:
                least = min(MOST, max(FEWEST, self._folded_bytes() // ROW_BYTES // SHARE))
            if sum(len(table.keys) for table in self._loose) < least:
                return
            whole = joined(self._loose)
            used, numbers = np.unique(whole.places["pack"], return_inverse=True)
            places = whole.places.copy()
            places["pack"] = numbers
            by_byte = Table(whole.keys, places).by_first_byte()
            names = [self._names[number] for number in used.tolist()]
            parts = [(f"{byte:02x}", table.as_bytes()) for byte, table in enumerate(by_byte)]
            data, members = as_zip([*parts, (_NAMES, msgspec.json.encode(names))])
            name = new_name(self.next_order(), data, INDEX)
            with suppress(StorageError):  # all copies are stored; the next index will have these
                self._place.write(name, data)
                by_name = {member.name: member for member in members}
                self._folded[name] = _Folded(name, by_name, used.astype(np.uint32))
                self._loose, self._loose_packs = [], set()

    def _number(self, pack: str) -> int:
        if pack not in self._numbers:
            self._numbers[pack] = len(self._names)
            self._names.append(pack)
            self._newest = max(self._newest, order_of(pack))
        return self._numbers[pack]

    def _packs_in(self, folded: _Folded) -> set[str]:
        return {self._names[number] for number in folded.packs.tolist()}

    def _forget(self) -> None:
        self._loose, self._loose_packs = [], set()
        self._folded = {}
        self._slices.clear()
        self._held = 0
        self.unreadable = set()

    def _rows(
        self, keys: Sequence[bytes], *, cheaply: bool = False
    ) -> Iterator[tuple[int, int, int, int, int]]:
        """Number of the key; number of the pack, offset, size and CRC-32 of each copy there is."""
        if not self._is_read:
            self.refresh()
        if len(self._loose) > _TABLES:
            self._loose = [joined(self._loose)]
        yield from _look(self._loose, keys, range(len(keys)))
        if not self._folded or (cheaply and self._folded_bytes() > CACHE_BYTES):
            return
        by_prefix: dict[int, list[int]] = {}
        for number, key in enumerate(keys):
            by_prefix.setdefault(key[0], []).append(number)
        for prefix in sorted(by_prefix):
            yield from _look(self._tables_of(prefix), keys, by_prefix[prefix])

    def _folded_bytes(self) -> int:
        return sum(m.size for folded in self._folded.values() for m in folded.members.values())

    def _tables_of(self, prefix: int) -> list[Table]:
        """What the index files have of keys that begin with a byte, read if it is not in memory."""
        part = f"{prefix:02x}"
        files = [each for each in self._folded.values() if part in each.members]
        absent = [each for each in files if (each.name, prefix) not in self._slices]
        spans = [span_of(each.name, each.members[part]) for each in absent]
        read = self._place.read(spans) if spans else []
        for each, data in zip(absent, read, strict=True):
            if isinstance(data, OSError):
                raise data
            content = content_of(each.members[part], data)
            if content is None:
                raise OSError(f"{self._place.shown}/{each.name} is damaged: delete that file")
            self._slices[each.name, prefix] = from_bytes(content, each.packs)
            self._held += len(content)
        tables = []
        for each in files:
            self._slices.move_to_end((each.name, prefix))
            tables.append(self._slices[each.name, prefix])
        while self._held > CACHE_BYTES and len(self._slices) > len(files):
            _, table = self._slices.popitem(last=False)
            self._held -= len(table.keys) * ROW_BYTES
        return tables

    def _read_indexes(self, sizes: Mapping[str, int]) -> None:
        """Read which packs the index files name; those that name none that others do not are left.

        So are damaged ones, which is no loss.
        """
        members = {
            name: {member.name: member for member in some or ()}
            for name, some in read_directories(self._place, sizes).items()
        }
        named = [name for name in members if _NAMES in members[name]]
        spans = [span_of(name, members[name][_NAMES]) for name in named]
        packs: dict[str, list[str]] = {}
        for name, data in zip(named, self._place.read(spans) if spans else [], strict=True):
            if isinstance(data, OSError):
                raise data
            with suppress(msgspec.DecodeError):
                content = content_of(members[name][_NAMES], data)
                packs[name] = msgspec.json.decode(content or b"", type=list[str])
        covered: set[str] = set()
        for name in sorted(packs, key=lambda each: (-len(packs[each]), each)):
            if not covered.issuperset(packs[name]):
                covered.update(packs[name])
                numbers = np.array([self._number(pack) for pack in packs[name]], np.uint32)
                self._folded[name] = _Folded(name, members[name], numbers)

    def _read_removed(self, sizes: Mapping[str, int]) -> dict[bytes, int]:
        """The images that are being removed: the latest order of a list that names each."""
        names = sorted((name for name in sizes if name.endswith(REMOVED)), key=order_of)
        spans = [Span(name, 0, sizes[name]) for name in names]
        removed: dict[bytes, int] = {}
        for name, data in zip(names, self._place.read(spans) if spans else [], strict=True):
            if isinstance(data, FileNotFoundError):
                continue
            if isinstance(data, OSError):
                raise data
            for line in data.decode("ascii", "replace").split():
                with suppress(ValueError):
                    removed[bytes.fromhex(line)] = order_of(name)
        return removed


def _look(
    tables: Sequence[Table], keys: Sequence[bytes], numbers: Sequence[int]
) -> Iterator[tuple[int, int, int, int, int]]:
    """What some tables have of the keys with some numbers; see :meth:`Index._rows`."""
    wanted = np.array([keys[number] for number in numbers], f"S{KEY_BYTES}")
    for table in tables:
        begin, end = table.rows(wanted)
        for at in np.flatnonzero(end > begin).tolist():
            for pack, offset, size, crc in table.places[begin[at] : end[at]].tolist():
                yield numbers[at], pack, offset, size, crc


def _order(found: tuple[int, Found]) -> int:
    return found[0]
