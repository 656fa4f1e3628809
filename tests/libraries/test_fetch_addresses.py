"""Many addresses by their numbers: the same as in a list, in order, each host's together."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tagatlas_fetching import Address
from tagatlas_fetching import addresses as module
from tagatlas_fetching.addresses import Addresses, gathered
from tagatlas_fetching.host_names import host_of

ODD = [
    "HTTP://Example.ORG/x",
    "http://example.org:80/x",
    "https://EXAMPLE.org?x",
    "http://user:word@example.org/",
    "http://example.org\\@other.org/",
    "http://example.org:99999/",
    "http://example.org:x/",
    "http://[::1]:80/x",
    "http://[",
    "http://a..b/",
    "http://-/",
    "http://1.2.3.4/",
    "http://1.2.3.999/",
    " http://example.org/",
    "http://exam\nple.org/",
    "http://bücher.example/",
    "http://xn--bcher-kva.example/",
    "http://example.org./",
    "mailto:x",
    "/a/path",
    "",
]
LOCATIONS = st.one_of(
    st.sampled_from(ODD),
    st.builds("{}://{}{}{}".format, st.sampled_from(["http", "https", "ftp"]),
              st.sampled_from(["a.example", "b.example", "A.example", "c", "127.0.0.1"]),
              st.sampled_from(["", ":8080", ":0"]),
              st.sampled_from(["", "/", "/x y", "?q", "#f", "/%zz"])),
    st.text(max_size=12),
)  # fmt: skip
ROWS = st.lists(
    st.tuples(LOCATIONS, st.booleans(), st.integers(0, 2), st.sampled_from(["", "a=1", "b=2"])),
    max_size=40,
)


class Kept:
    """Rows of a table, and their addresses."""

    def __init__(self, rows: list[tuple[str, bool, int, str]]) -> None:
        self.rows = rows
        self.addresses = [
            Address(key, location, local) for key, (location, local, *_) in enumerate(rows)
        ]

    def read(self, keys: Sequence[int]) -> list[Address]:
        return [self.addresses[key] for key in keys]

    def pages(self, size: int) -> list[pl.DataFrame]:
        table = pl.DataFrame(
            [(key, *row) for key, row in enumerate(self.rows)],
            schema={
                "key": pl.Int64,
                "location": pl.String,
                "local": pl.Boolean,
                "attempts": pl.Int64,
                "refused_by": pl.String,
            },
            orient="row",
        )
        return [table[begin : begin + size] for begin in range(0, len(self.rows), size)]

    def in_order(self) -> list[Address]:
        return sorted(self.addresses, key=lambda each: (self.rows[each.key][2], each.key))


@given(ROWS, st.integers(1, 9))
def test_addresses_of_a_table_are_those_of_a_list(
    rows: list[tuple[str, bool, int, str]], size: int
) -> None:
    kept = Kept(rows)
    found = gathered(kept.pages(size), kept.read)
    assert list(found) == kept.in_order()
    assert [found.names[host] for host in found.hosts] == [host_of(each) for each in found]
    assert len(set(found.names)) == len(found.names)
    locals_, others = found.where_local(local=True), found.where_local(local=False)
    assert list(locals_) == [each for each in found if each.local]
    assert list(others) == [each for each in found if not each.local]


@given(ROWS, st.integers(1, 9), st.integers(1, 5))
def test_each_host_has_its_addresses_in_order(
    rows: list[tuple[str, bool, int, str]], size: int, part: int
) -> None:
    kept = Kept(rows)
    expected: dict[str, list[int]] = defaultdict(list)
    for each in kept.in_order():
        expected[host_of(each)].append(each.key)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "_PART", part)
        found = gathered(kept.pages(size), kept.read).by_host()
    assert [(name, keys.tolist()) for name, keys in found] == list(expected.items())


@given(ROWS, st.integers(1, 9))
def test_what_a_setting_lets_pass_follows_what_is_wanted_anyway(
    rows: list[tuple[str, bool, int, str]], size: int
) -> None:
    kept = Kept(rows)

    def passes(setting: str, host: str) -> bool:
        return setting == "a=1" and host != "a.example"

    passing = gathered(kept.pages(size), kept.read, passes)
    order = kept.in_order()
    assert list(passing) == [
        each for each in order if passes(kept.rows[each.key][3], host_of(each))
    ]
    wanted = gathered(kept.pages(size), kept.read)
    wanted = wanted.only(wanted.keys % 3 == 0)
    every = wanted.followed_by(passing)
    assert list(every) == [*wanted, *(each for each in passing if each.key % 3)]
    assert [every.names[host] for host in every.hosts] == [host_of(each) for each in every]
    assert {key for _, keys in every.by_host() for key in keys} == {each.key for each in every}
    found = every.find(range(-1, len(rows) + 3))
    assert found == {each.key: each for each in every}


def test_addresses_are_read_when_they_are_needed() -> None:
    asked: list[int] = []

    def read(keys: Sequence[int]) -> list[Address]:
        asked.extend(keys)
        return [Address(key, f"http://a/{key}") for key in keys]

    many = Addresses(np.arange(5000), np.zeros(5000, np.int32), ["a"], read)
    assert not asked
    assert many[7].location == "http://a/7"
    assert [each.key for each in many[2:4]] == [2, 3]
    assert next(iter(many)).key == 0
    assert len(asked) < 2000
    shouted = many.changed(lambda some: [Address(each.key, each.location.upper()) for each in some])
    assert shouted[3].location == "HTTP://A/3"
