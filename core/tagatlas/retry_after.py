"""How long a server asks to be left alone."""

from __future__ import annotations

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime


def retry_after(value: str) -> float | None:
    """The seconds that a ``Retry-After`` header asks for, in either of its forms.

    RFC 9110, section 10.2.3.

    Args:
        value: of the header; empty where there is none.

    Returns:
        At least 0; None where it says nothing that can be read.
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
