"""Checks of what the methods and attributes of each contract return, after their docstrings.

A check is called with the value, and for a method's result also with the positional arguments.
It returns the value to pass on, or raises :class:`tagatlas_guards.unfit.Unfit`.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from os.path import abspath
from pathlib import Path
from types import UnionType
from typing import TypeVar

import msgspec

from tagatlas.contracts import (
    Clusterer,
    ClustererDescription,
    GraphBuilder,
    ImageStore,
    Layout,
    LayoutDescription,
    Model,
    ModelShelf,
    NetworkDescription,
    PagedSource,
    Price,
    Recovery,
    Renderer,
    RereadingTagger,
    Source,
    Tagger,
    TextEmbedder,
    Variant,
)
from tagatlas.contracts.network import READABLE
from tagatlas_guards.answers import check_reading, check_results
from tagatlas_guards.clusters import check_clusters
from tagatlas_guards.tables import (
    check_network,
    check_pages,
    check_places,
    check_records,
    check_ties,
    check_vectors,
)
from tagatlas_guards.unfit import Unfit, instead, is_text, shown

Check = Callable[..., object]
ItemT = TypeVar("ItemT")


@dataclass(frozen=True)
class Promises:
    """A contract's checks of its methods' results and of its attributes, by name."""

    results: Mapping[str, Check] = field(default_factory=dict)
    attributes: Mapping[str, Check] = field(default_factory=dict)


def promises_of(product: object) -> Promises:
    """The checks of all contracts that an object implements."""
    kept = [promises for contract, promises in _CONTRACTS.items() if isinstance(product, contract)]
    return Promises(
        {name: check for each in kept for name, check in each.results.items()},
        {name: check for each in kept for name, check in each.attributes.items()},
    )


def _is_a(kind: type | UnionType, right: str) -> Check:
    return _fits(lambda given: isinstance(given, kind), right)


def _fits(fits: Callable[[object], bool], right: str) -> Check:
    def check(given: object, *_: object) -> object:
        if fits(given):
            return given
        raise instead(given, right)

    return check


def _each_is(kind: type, right: str) -> Check:
    """A sequence whose items are all of a type; text is not a sequence."""

    def check(given: object, *_: object) -> object:
        _items(given, kind, right)
        return given

    return check


def _items(given: object, kind: type[ItemT], right: str) -> Sequence[ItemT]:
    if isinstance(given, str | bytes) or not isinstance(given, Sequence):
        raise instead(given, right)
    for item in given:
        if not isinstance(item, kind):
            raise Unfit(f"gave {shown(item)} among others, not {right}")
    return given


def _describes(kind: type) -> Check:
    """A description of which every part is of its type."""

    def check(given: object, *_: object) -> object:
        if not isinstance(given, kind):
            raise instead(given, f"a {kind.__name__}")
        try:
            return msgspec.convert(msgspec.to_builtins(given), kind)
        except (msgspec.ValidationError, TypeError) as error:
            raise Unfit(f"gave a {kind.__name__} with something wrong in it ({error})") from error

    return check


def _check_files(given: object, _: object, folder: Path) -> object:
    files = _items(given, Path, "a list of the Paths of the files written")
    if not files:
        raise Unfit("gave no file, not the Paths of the files written")
    # Links are not followed: a user may keep a folder of the map's on another disk.
    inside = abspath(folder)  # noqa: PTH100
    for file in files:
        if not Path(abspath(file)).is_relative_to(inside):  # noqa: PTH100
            raise Unfit(f"gave {file}, which is not in the folder {folder}")
        if not file.is_file():
            raise Unfit(f"gave {file}, which is {'no file' if file.exists() else 'not there'}")
    return files


def _is_count(given: object) -> bool:
    return isinstance(given, int) and not isinstance(given, bool) and given >= 1


def _is_limit(given: object) -> bool:
    return given is None or _is_count(given)


def _is_rate(given: object) -> bool:
    if given is None or isinstance(given, bool):
        return given is None
    return isinstance(given, int | float) and math.isfinite(given) and given > 0


def _is_share(given: object) -> bool:
    if isinstance(given, bool) or not isinstance(given, int | float):
        return False
    return math.isfinite(given) and given >= 0


def _check_place(given: object, *_: object) -> object:
    right = "a path or URL with a mapping of texts, or None"
    if given is None:
        return given
    if not isinstance(given, tuple) or len(given) != 2 or not isinstance(given[0], str):
        raise instead(given, right)
    options: object = given[1]
    if not isinstance(options, Mapping) or not all(
        isinstance(each, str) for pair in options.items() for each in pair
    ):
        raise instead(options, right)
    return given


def _check_key_variable(given: object, *_: object) -> object:
    """A variable's name; a text that is none may be the key itself, and is not shown."""
    if not isinstance(given, str | None):
        raise instead(given, "a variable's name or None")
    if given is not None and not re.fullmatch(r"[A-Z][A-Z0-9_]*", given):
        raise Unfit("gave a text that is no variable's name: capitals, digits and _ (not the key)")
    return given


def _check_reads(given: object, *_: object) -> object:
    if not isinstance(given, frozenset | set):
        raise instead(given, "a frozenset")
    unknown = sorted(map(str, given - READABLE))
    if unknown:
        raise Unfit(f"names {unknown[0]!r}, not {' or '.join(sorted(READABLE))}")
    return given


def _check_copies(given: object, wanted: Sequence[object]) -> Sequence[bytes | None]:
    """Bytes or None for each copy that was asked for."""
    if not isinstance(given, list) or any(not isinstance(each, bytes | None) for each in given):
        raise instead(given, "a list of bytes or None")
    if len(given) != len(wanted):
        raise Unfit(f"gave {len(given)} copies for {len(wanted)} that were asked for")
    return given


_TEXT = _fits(
    lambda given: isinstance(given, str) and given != "" and is_text(given),
    "a text that is not empty and can be encoded",
)
_TEXT_OR_NONE = _fits(
    lambda given: given is None or (isinstance(given, str) and given != ""), "a text or None"
)
_YES_OR_NO = _is_a(bool, "True or False")
_LINES = _each_is(str, "a list of lines")
_URLS = _each_is(str, "a list of URLs")
_COUNT = _fits(_is_count, "a whole number of at least 1")
_LIMIT = _fits(_is_limit, "a whole number of at least 1 or None")

_CONTRACTS: Mapping[type, Promises] = {
    Source: Promises({"read": check_records}),
    PagedSource: Promises({"pages": check_pages}),
    ImageStore: Promises(
        {
            "get": _is_a(bytes, "bytes"),
            "get_many": _check_copies,
            "has": _YES_OR_NO,
            "holds": _YES_OR_NO,
            "locate": _TEXT_OR_NONE,
            "shared_place": _check_place,
        },
        {"batch_size": _COUNT, "batch_bytes": _LIMIT},
    ),
    Recovery: Promises({"copies": _URLS, "copies_in_page": _URLS}),
    GraphBuilder: Promises(
        {
            "describe": _describes(NetworkDescription),
            "build": check_network,
            "ties": check_ties,
        },
        {"reads": _check_reads},
    ),
    Layout: Promises({"describe": _describes(LayoutDescription), "place": check_places}),
    Clusterer: Promises({"describe": _describes(ClustererDescription), "cluster": check_clusters}),
    Renderer: Promises({"render": _check_files}, {"notes": _LINES}),
    Tagger: Promises(
        {"tag": check_results, "fingerprint": _TEXT, "check": _LINES},
        {
            "batch_size": _COUNT,
            "concurrency": _COUNT,
            "local": _YES_OR_NO,
            "key_variable": _check_key_variable,
            "price": _is_a(Price | None, "a Price or None"),
            "batch_bytes": _LIMIT,
            "calls_per_second": _fits(_is_rate, "a number above 0 or None"),
            "notes": _LINES,
            "num_gpus": _fits(_is_share, "a number of at least 0"),
            "variant": _fits(lambda given: given in tuple(Variant), "a Variant"),
        },
    ),
    RereadingTagger: Promises(
        {"reading": _TEXT, "read": check_reading}, {"collective": _YES_OR_NO}
    ),
    TextEmbedder: Promises({"embed_texts": check_vectors}),
    ModelShelf: Promises(
        {
            "models": _each_is(Model, "a list of Models"),
            "find": _is_a(Model, "a Model"),
            "pull": _is_a(Model, "a Model"),
        }
    ),
}
