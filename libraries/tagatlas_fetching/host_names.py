"""The host of an address, as fetching tells hosts apart."""

from __future__ import annotations

from yarl import URL

from tagatlas_fetching.outcome import Address

LOCAL = ""
"""The host of all paths on this machine; only the total limit applies to it."""


def host_of(address: Address) -> str:
    """The host of an address, for fairness only; any text gives some host."""
    return LOCAL if address.local else host_in(address.location)


def host_in(location: str) -> str:
    """The host of a URL; any text gives some host."""
    try:
        return URL(location).raw_host or "?"
    except (ValueError, IndexError):  # an index: yarl, on odd host names
        return "?"
