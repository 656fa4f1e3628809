"""Many addresses: their numbers are in memory, and they themselves are read when needed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import overload

import numpy as np
import polars as pl
from numpy.typing import NDArray

from tagatlas_fetching.host_names import LOCAL, host_in, host_of
from tagatlas_fetching.outcome import Address

Read = Callable[[Sequence[int]], list[Address]]
"""Gives the addresses of some keys, in their order; called by one thread at a time."""

_AT_ONCE, _PART = 1000, 1 << 20
_PLAIN = r"^https?://([A-Za-z0-9.-]+(?::[0-9]{1,4})?)(?:[/?#]|$)"
"""Addresses whose host is the host of this part."""
_GATHERED: dict[str, type[np.signedinteger]] = {
    "attempts": np.int32,
    "host": np.int32,
    "key": np.int64,
}


class Addresses(Sequence[Address]):
    """Addresses in a wanted order, each once; in memory each is its key and a number of its host.

    Attributes:
        keys: of the addresses, shape (addresses,).
        hosts: the number of each one's host, shape (addresses,).
        names: of the hosts, by number; each once.
        read: see :data:`Read`.
    """

    def __init__(
        self, keys: NDArray[np.int64], hosts: NDArray[np.int32], names: Sequence[str], read: Read
    ) -> None:
        """Take the numbers; nothing is read."""
        self.keys = keys
        self.hosts = hosts
        self.names = names
        self.read = read
        self._in_order: NDArray[np.int64] | None = None

    @classmethod
    def of(cls, addresses: Sequence[Address]) -> Addresses:
        """Some addresses that are in memory anyway."""
        if isinstance(addresses, Addresses):
            return addresses
        by_key = {each.key: each for each in addresses}
        numbers: dict[str, int] = {}
        hosts = [numbers.setdefault(host_of(each), len(numbers)) for each in addresses]
        return cls(
            np.fromiter((each.key for each in addresses), np.int64, len(addresses)),
            np.array(hosts, np.int32),
            list(numbers),
            lambda keys: [by_key[key] for key in keys],
        )

    def __len__(self) -> int:
        """Number of addresses."""
        return len(self.keys)

    @overload
    def __getitem__(self, place: int) -> Address: ...
    @overload
    def __getitem__(self, place: slice) -> list[Address]: ...
    def __getitem__(self, place: int | slice) -> Address | list[Address]:
        """Read one address, or some."""
        if isinstance(place, slice):
            return self.read(self.keys[place].tolist())
        return self.read([int(self.keys[place])])[0]

    def __iter__(self) -> Iterator[Address]:
        """Read all, some at a time."""
        for begin in range(0, len(self), _AT_ONCE):
            yield from self[begin : begin + _AT_ONCE]

    def only(self, keep: NDArray[np.bool_]) -> Addresses:
        """Those where an array of shape (addresses,) is true."""
        return Addresses(self.keys[keep], self.hosts[keep], self.names, self.read)

    def where_local(self, *, local: bool) -> Addresses:
        """Those that are paths on this machine, or all others."""
        is_local = np.array([name == LOCAL for name in self.names], bool)
        if not is_local.any():
            return self.only(np.zeros(len(self), bool)) if local else self
        return self.only(is_local[self.hosts] == local)

    def changed(self, change: Callable[[list[Address]], list[Address]]) -> Addresses:
        """The same, but each is changed when it is read; of the same key and host."""
        read = self.read
        return Addresses(self.keys, self.hosts, self.names, lambda keys: change(read(keys)))

    def followed_by(self, others: Addresses) -> Addresses:
        """These, and then those of some others that are not among them, read by this one."""
        if not len(others):
            return self
        further = others.only(~np.isin(others.keys, self.keys))
        numbers = {name: number for number, name in enumerate(self.names)}
        of_each = np.array(
            [numbers.setdefault(name, len(numbers)) for name in others.names], np.int32
        )
        return Addresses(
            np.concatenate([self.keys, further.keys]),
            np.concatenate([self.hosts, of_each[further.hosts]]),
            list(numbers),
            self.read,
        )

    def find(self, keys: Iterable[int]) -> dict[int, Address]:
        """Those of some keys that are among the addresses, by key."""
        asked = np.fromiter(keys, np.int64)
        if not len(asked) or not len(self):
            return {}
        if self._in_order is None:
            is_sorted = bool(np.all(self.keys[1:] > self.keys[:-1]))
            self._in_order = self.keys if is_sorted else np.sort(self.keys)
        places = np.searchsorted(self._in_order, asked).clip(max=len(self) - 1)
        there = asked[self._in_order[places] == asked].tolist()
        return dict(zip(there, self.read(there), strict=True))

    def by_host(self) -> list[tuple[str, NDArray[np.int64]]]:
        """Each host with the keys of its addresses in order, the host of the first address first.

        The arrays are parts of one, with eight bytes an address.
        """
        counts = np.zeros(len(self.names), np.int64)
        found: list[int] = []
        for hosts in self._parts():
            numbers, firsts, of_each = np.unique(hosts, return_index=True, return_counts=True)
            counts[numbers] += of_each
            is_new = counts[numbers] == of_each
            found += numbers[is_new][np.argsort(firsts[is_new])].tolist()
        order = np.array(found, np.int64)
        begins = np.zeros(len(self.names), np.int64)
        begins[order] = np.cumsum(counts[order]) - counts[order]
        keys, filled = np.empty(len(self), np.int64), begins.copy()
        for begin, hosts in zip(range(0, len(self), _PART), self._parts(), strict=True):
            by_host = np.argsort(hosts, kind="stable")
            numbers, starts, of_each = np.unique(
                hosts[by_host], return_index=True, return_counts=True
            )
            ranks = np.arange(len(hosts)) - np.repeat(starts, of_each)
            keys[np.repeat(filled[numbers], of_each) + ranks] = self.keys[begin + by_host]
            filled[numbers] += of_each
        return [
            (self.names[number], keys[begins[number] : begins[number] + counts[number]])
            for number in found
        ]

    def _parts(self) -> Iterator[NDArray[np.int32]]:
        """The numbers of hosts in parts: sorting a part takes little memory."""
        for begin in range(0, len(self), _PART):
            yield self.hosts[begin : begin + _PART]


def gathered(
    pages: Iterable[pl.DataFrame],
    read: Read,
    passes: Callable[[str, str], bool] | None = None,
) -> Addresses:
    """Addresses from a table that is read in parts, ordered by attempts, then by key.

    Args:
        pages: columns ``key``, ``attempts`` (Int64), ``location`` (String), ``local`` (Boolean),
            and ``refused_by`` (String) if ``passes`` is given.
        read: gives the addresses later.
        passes: gets the setting that refused an address, and its host; only addresses for which it
            is true are gathered.
    """
    numbers: dict[str, int] = {}
    columns = {name: bytearray() for name in _GATHERED}  # they grow without another copy
    for page in pages:
        table = page.with_columns(host=_host_numbers(page, numbers))
        if passes is not None:
            names = list(numbers)
            kinds = table.select("refused_by", "host").unique()
            good = [passes(setting, names[host]) for setting, host in kinds.iter_rows()]
            passing = kinds.filter(pl.Series(good, dtype=pl.Boolean))
            table = table.join(
                passing, on=["refused_by", "host"], how="semi", maintain_order="left"
            )
        for name, column in columns.items():
            column += table[name].to_numpy().astype(_GATHERED[name]).tobytes()
    attempts, hosts, keys = (
        np.frombuffer(columns.pop(name), kind) for name, kind in _GATHERED.items()
    )
    if np.any(attempts != attempts[:1]) or np.any(keys[1:] < keys[:-1]):
        order = np.lexsort((keys, attempts))
        keys, hosts = keys[order], hosts[order]
    return Addresses(
        keys.astype(np.int64, copy=False), hosts.astype(np.int32, copy=False), list(numbers), read
    )


def _host_numbers(page: pl.DataFrame, numbers: dict[str, int]) -> pl.Series:
    """The number of the host of each address; new hosts get the next ones."""
    host = pl.when("local").then(None).otherwise(pl.col("location").str.extract(_PLAIN))
    plain = page.select(host.alias("plain"))["plain"]
    known = plain.unique().drop_nulls()
    of_plain = [numbers.setdefault(host_in(f"http://{each}/"), len(numbers)) for each in known]
    found = plain.to_frame().join(
        pl.DataFrame({"plain": known, "host": pl.Series(of_plain, dtype=pl.Int32)}),
        on="plain",
        how="left",
        maintain_order="left",
    )["host"]
    odd = found.is_null().arg_true()
    of_odd = [
        numbers.setdefault(LOCAL if local else host_in(location), len(numbers))
        for local, location in page[odd].select("local", "location").iter_rows()
    ]
    return found.scatter(odd, of_odd)
