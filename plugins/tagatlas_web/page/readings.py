"""Texts of a column read as numbers or as dates."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import polars as pl

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Kind = Literal["text", "number", "date"]

_LEAST = 0.9
"""A column is of numbers, or of dates, if at least this share of its values is."""

_YEARS = (1000, 2100)
"""Four digits alone are a year between these."""

_CODE = r"^[+-]?0\d|\d{16}"
"""Digits that are no quantity: a postal code, or an id that no float keeps exactly."""

_PLAIN = r"^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$"
_THOUSANDS = r"^[+-]?\d{1,3}(?:,\d{3})+(?:\.\d+)?$"
_WHOLE = r"^[+-]?\d+$"
_COMMA = r"^[+-]?(?:\d+|\d{1,3}(?:\.\d{3})+),\d+$"
_DOTS = r"^[+-]?\d{1,3}(?:\.\d{3})+$"

_YEAR, _MONTH, _DAY = r"(?P<year>\d{4})", r"(?P<month>\d{1,2})", r"(?P<day>\d{1,2})"
_NAMED = r"(?P<month>[A-Z][a-z]{2})"
_TIME = r"(?P<hour>\d{1,2}):(?P<minute>\d{2})(?::(?P<second>\d{2}(?:\.\d+)?))?"
_ZONE = r"\s*(?:Z|UTC|GMT|[+-]\d{2}(?::?\d{2})?)?$"
_THEN = rf"(?:,?\s+{_TIME})?{_ZONE}"
_ISO = rf"^{_YEAR}(?:[-/]{_MONTH}(?:[-/]{_DAY}(?:(?:T|,?\s+){_TIME})?)?)?{_ZONE}"
_DOTTED = rf"^{_DAY}\.{_MONTH}\.{_YEAR}{_THEN}"
_MAIL = rf"^[A-Z][a-z]{{2}}, {_DAY} {_NAMED} {_YEAR} {_TIME}{_ZONE}"
_POST = rf"^[A-Z][a-z]{{2}} {_NAMED} {_DAY} {_TIME} [+-]\d{{4}} {_YEAR}$"
_DAY_FIRST = rf"^{_DAY}/{_MONTH}/{_YEAR}{_THEN}"
_MONTH_FIRST = rf"^{_MONTH}/{_DAY}/{_YEAR}{_THEN}"

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_NUMBERS = {name: str(number) for number, name in enumerate(_MONTHS, start=1)}

_UNITS = (("hour", 3_600_000, 24), ("minute", 60_000, 60), ("second", 1000, 61))
"""Parts of a time, their lengths in milliseconds, and what they stay below."""


def read_values(values: pl.Series) -> tuple[Kind, NDArray[np.float64] | None]:
    """What the values of a column are.

    Numbers may have English or continental separators, whichever reads more of the column. Dates
    are as ISO 8601 writes them, also in part (``2016``, ``2016-03``), as ``1.3.2016``, as in
    mails and posts, or with slashes where the column tells days from months. Times count as they
    are written, whatever their zone.

    Args:
        values: different texts (String).

    Returns:
        The kind; and of each value the number, or the first moment of the date in milliseconds
        since 1970, NaN for values that are none. None for texts.
    """
    text = values.str.strip_chars().alias("text")
    dates, numbers = _dates(text), _numbers(text)
    if len(values) and _share(dates) >= max(_LEAST, _share(numbers)):
        return "date", dates.fill_null(float("nan")).to_numpy()
    if len(values) and _share(numbers) >= _LEAST:
        return "number", numbers.fill_null(float("nan")).to_numpy()
    return "text", None


def _share(read: pl.Series) -> float:
    return 1 - read.null_count() / max(len(read), 1)


def _numbers(text: pl.Series) -> pl.Series:
    """Null where there is none; all null where digits are codes."""
    if text.str.contains(_CODE).any():
        return pl.Series([None] * len(text), dtype=pl.Float64)
    plain = text.str.replace("\u2212", "-", literal=True)
    fits, without = pl.col("text").str.contains, pl.col("text").str.replace_all
    english = pl.when(fits(_PLAIN) | fits(_THOUSANDS)).then(without(",", "", literal=True))
    bare = without(".", "", literal=True).str.replace(",", ".", literal=True)
    continental = pl.when(fits(_WHOLE) | fits(_COMMA) | fits(_DOTS)).then(bare)
    readings = plain.to_frame("text").select(english=english, continental=continental)
    numbers = readings.with_columns(pl.all().cast(pl.Float64, strict=False))
    finite = numbers.select(pl.when(pl.all().is_finite()).then(pl.all()))
    return max((finite["english"], finite["continental"]), key=_share)


def _dates(text: pl.Series) -> pl.Series:
    """Milliseconds since 1970 (Float64); null where there is none."""
    frame = text.to_frame("text")
    patterns = [_ISO, _DOTTED, _MAIL, _POST]
    days_first, months_first = (
        frame.select(_moment(pattern)).to_series() for pattern in (_DAY_FIRST, _MONTH_FIRST)
    )
    # A column of slashes is read only where one of the orders is impossible.
    if days_first.null_count() != months_first.null_count():
        first = days_first.null_count() < months_first.null_count()
        patterns.append(_DAY_FIRST if first else _MONTH_FIRST)
    return frame.select(pl.coalesce(_moment(pattern) for pattern in patterns)).to_series()


def _moment(pattern: str) -> pl.Expr:
    part = pl.col("text").str.extract_groups(pattern).struct.field
    year = part("year")
    month = part("month").replace(_NUMBERS).fill_null("1").str.zfill(2)
    day = part("day").fill_null("1").str.zfill(2)
    date = pl.concat_str(year, month, day, separator="-").str.to_date("%Y-%m-%d", strict=False)
    whole = part("month").is_not_null() | year.cast(pl.Int32).is_between(*_YEARS)
    moment = date.cast(pl.Int32).cast(pl.Float64) * 86_400_000
    for name, length, most in _UNITS:
        if f"<{name}>" not in pattern:
            continue
        number = part(name).cast(pl.Float64).fill_null(0.0)
        moment, whole = moment + number * length, whole & (number < most)
    return pl.when(whole).then(moment)
