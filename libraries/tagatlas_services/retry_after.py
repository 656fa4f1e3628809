"""Parses the HTTP header ``Retry-After``."""

from __future__ import annotations

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime


def retry_after(value: str) -> float | None:
    """The seconds to wait by a ``Retry-After`` header, in either of its forms.

    RFC 9110, section 10.2.3.

    Args:
        value: of the header; empty if missing.

    Returns:
        At least 0; None if missing or unreadable.
    """
    if value.isascii() and value.isdecimal():
        return float(value)
    try:
        moment = parsedate_to_datetime(value)
    except (ValueError, TypeError, OverflowError):  # as the text leads it to
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return max(0.0, (moment - datetime.now(UTC)).total_seconds())
