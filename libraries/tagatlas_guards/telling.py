"""Texts that plugins give, with the secrets in them masked."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import fields, is_dataclass, replace
from enum import Enum
from typing import TypeVar, cast

from tagatlas.contracts import Tag
from tagatlas.masking import HIDDEN, spellings

ItemT = TypeVar("ItemT")


def without_values(given: ItemT, secrets: Iterable[str]) -> ItemT:
    """A value of a contract with secrets masked in its texts.

    Those are a text itself, the texts in a list, tuple or dict, and the fields of the contracts'
    dataclasses. Tags, which are data, tables, arrays, bytes and other objects are returned as
    they are.

    Args:
        given: that a plugin returned.
        secrets: to be masked.
    """
    return cast("ItemT", _masked(given, spellings(secrets)))


def _masked(given: object, forms: Sequence[str]) -> object:
    """The same object if nothing in it is masked."""
    if isinstance(given, str) and not isinstance(given, Enum):
        for form in forms:
            given = given.replace(form, HIDDEN) if form in given else given
        return given
    if type(given) in (list, tuple):
        items = list(cast("Iterable[object]", given))
        masked = [_masked(each, forms) for each in items]
        changed = masked if type(given) is list else tuple(masked)
        return given if _are_same(masked, items) else changed
    if type(given) is dict:
        masked = [_masked(each, forms) for each in given.values()]
        same = _are_same(masked, list(given.values()))
        return given if same else dict(zip(given, masked, strict=True))
    if isinstance(given, Tag):
        return given
    if is_dataclass(given) and type(given).__module__.startswith("tagatlas."):
        old = {each.name: getattr(given, each.name) for each in fields(given) if each.init}
        new = {name: _masked(value, forms) for name, value in old.items()}
        same = _are_same(list(new.values()), list(old.values()))
        return given if same or isinstance(given, type) else replace(given, **new)
    return given


def _are_same(masked: list[object], items: list[object]) -> bool:
    return all(one is other for one, other in zip(masked, items, strict=True))
