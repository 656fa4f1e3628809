"""Checks of stored results for each code: that every figure is that of its counts."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from math import isclose

import msgspec
import numpy as np

from tagatlas.errors import InputError
from tagatlas.toolkit import count, one_line
from tagatlas_compare.benching.coding.codes import ANY, THRESHOLD, figures_of_counts
from tagatlas_compare.benching.results.document import Count, Json, Name, Share, Task

_SLACK = 1e-6


@dataclass(frozen=True)
class _Row:
    """A row of :class:`~tagatlas_compare.benching.coding.codes.JudgedCodes`."""

    code: Name
    rule: Name
    images: Count
    having: Count
    given: Count
    right: Count
    tags: Sequence[str] = ()


@dataclass(frozen=True)
class _Means:
    all: Share | None = None
    sayable: Share | None = None


@dataclass(frozen=True)
class _Codes:
    """See :meth:`tagatlas_compare.benching.coding.judging.Judgement.document`."""

    codes: Sequence[Mapping[str, Json]]
    mean_f1: Mapping[str, _Means]
    mean_f1_chance: Mapping[str, float | None]
    mean_kappa: Mapping[str, float | None]
    mean_kappa_with_coders: Mapping[str, float | None]


def check_codes(
    place: str, codes: Mapping[str, object] | None, task: Task, *, intervals: bool
) -> None:
    """Check that each code's figures are those of its counts, and the means those of the codes.

    Args:
        place: of the results in the document.
        codes: as stored; None if there are none.
        task: that they are of.
        intervals: whether their intervals are by our rules.

    Raises:
        InputError: they are not; the text begins with the place.
    """
    if codes is None:
        return
    try:
        found = msgspec.convert(codes, _Codes)
        rows = [msgspec.convert(each, _Row) for each in found.codes]
    except msgspec.ValidationError as error:
        raise InputError(f"{place}: {one_line(str(error))}") from error
    known = {} if task.truth is None else task.truth.codes
    if sorted((row.code, row.rule) for row in rows) != sorted(
        (code, rule) for code in known for rule in (ANY, THRESHOLD)
    ):
        raise InputError(f"{place}.codes: they are not two rows for each code of the task")
    figures = {}
    for number, (row, cells) in enumerate(zip(rows, found.codes, strict=True)):
        own = f"{place}.codes[{number}]"
        if row.images > task.images or row.having != known[row.code]:
            raise InputError(
                f"{own}: {count(row.having, 'image')} with the code, of {row.images:,}"
            )
        least = max(0, row.given + row.having - row.images)
        if max(row.given, row.having) > row.images or not (
            least <= row.right <= min(row.given, row.having)
        ):
            raise InputError(f"{own}: its counts cannot be")
        figures[row.code, row.rule] = cells
        wanted = figures_of_counts(
            row.images, row.having, row.given, row.right, sayable=bool(row.tags)
        )
        for name, value in wanted.items():
            if name.endswith(("_low", "_high")) and not intervals:
                continue
            _check_equal(f"{own}.{name}", cells.get(name), value)
    _check_means(place, found, figures)


def _check_means(
    place: str, codes: _Codes, figures: Mapping[tuple[str, str], Mapping[str, object]]
) -> None:
    """Check the means over the codes, which are shown on pages."""

    def mean(rule: str, name: str, counts: Callable[[Mapping[str, object]], bool]) -> float:
        values = [
            value
            for (_, own), cells in figures.items()
            if own == rule and counts(cells) and isinstance(value := cells.get(name), int | float)
        ]
        return float(np.mean(values)) if values else np.nan

    for rule in (ANY, THRESHOLD):
        means = codes.mean_f1.get(rule, _Means())
        for part, stored in (("all", means.all), ("sayable", means.sayable)):
            own = mean(rule, "f1", (lambda _: True) if part == "all" else _is_sayable)
            _check_equal(f"{place}.mean_f1.{rule}.{part}", stored, own)
        for name in ("f1_chance", "kappa", "kappa_with_coders"):
            stored = getattr(codes, f"mean_{name}").get(rule)
            _check_equal(f"{place}.mean_{name}.{rule}", stored, mean(rule, name, lambda _: True))


def _is_sayable(cells: Mapping[str, object]) -> bool:
    return bool(cells.get("tags"))


def _check_equal(place: str, stored: object, value: object) -> None:
    """Check a number; NaN is stored as null."""
    is_none = not isinstance(value, int | float) or np.isnan(value)
    if is_none and stored is None:
        return
    is_equal = (
        not is_none
        and isinstance(stored, int | float)
        and isinstance(value, int | float)
        and isclose(float(stored), value, rel_tol=0, abs_tol=_SLACK)
    )
    if not is_equal:
        raise InputError(f"{place}: it is not that of the counts")
