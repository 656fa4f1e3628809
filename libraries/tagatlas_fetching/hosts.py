"""How each host is to be treated: the common manners, and those of single hosts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Annotated

import msgspec
from msgspec import Meta

from tagatlas.errors import OptionError

SECRET_HEADERS = frozenset({"authorization", "cookie", "proxy-authorization"})
"""Headers that are for the host they were meant for, and no other."""


@dataclass(frozen=True, slots=True)
class HostManners:
    """How one host is treated.

    Attributes:
        connections: how many requests may be under way at once.
        rate: requests a second at most; 0 for no limit.
        referer: page that the request says it comes from; ``host`` for the host's own front
            page; empty for none.
        headers: further headers of each request, by name.
    """

    connections: Annotated[int, Meta(ge=1, le=1024)] = 8
    rate: Annotated[float, Meta(ge=0)] = 0.0
    referer: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Hosts:
    """The manners for every host.

    Attributes:
        common: for all hosts of which nothing else is said.
        special: manners by host name; a name stands for its subdomains too, and the longest
            name that fits counts.
    """

    common: HostManners = field(default_factory=HostManners)
    special: Mapping[str, HostManners] = field(default_factory=dict)

    def of(self, host: str) -> HostManners:
        """The manners for one host."""
        if not self.special:
            return self.common
        name = host.lower()
        while name:
            found = self.special.get(name)
            if found is not None:
                return found
            name = name.partition(".")[2]
        return self.common


def read_hosts(tables: Mapping[str, Mapping[str, object]], common: HostManners) -> Hosts:
    """The manners as they stand in ``atlas.toml``.

    An example::

        [fetch.hosts."upload.example.org"]
        connections = 2
        rate = 1.5
        referer = "https://example.org/"
        headers = { "Accept-Language" = "de" }

    Args:
        tables: by host name; what a table does not say is as in ``common``.
        common: for all other hosts.

    Raises:
        OptionError: a setting that a host does not have, or a value that it does not take.
    """
    special = {}
    for host, table in tables.items():
        unknown = set(table) - set(HostManners.__dataclass_fields__)
        if unknown:
            known = ", ".join(HostManners.__dataclass_fields__)
            raise OptionError(
                f"fetch.hosts.{host} has no setting {unknown.pop()!r}; it has: {known}"
            )
        values = {name: getattr(common, name) for name in HostManners.__dataclass_fields__}
        values |= table
        values["headers"] = {**common.headers, **values["headers"]}
        try:
            special[host.lower()] = msgspec.convert(values, HostManners)
        except msgspec.ValidationError as error:
            raise OptionError(f"fetch.hosts.{host}: {error}") from error
        check_headers(special[host.lower()].headers)
    return Hosts(common, special)


def parse_headers(lines: Sequence[str]) -> dict[str, str]:
    """Headers from lines of the form ``Name: value``.

    Raises:
        OptionError: a line has no such form.
    """
    headers = {}
    for line in lines:
        name, colon, value = line.partition(":")
        if not colon or not name.strip():
            raise OptionError(f'a header is "Name: value", not {line!r}')
        headers[name.strip()] = value.strip()
    check_headers(headers)
    return headers


def check_headers(headers: Mapping[str, str]) -> None:
    """Make sure that each header can be sent as it is.

    Raises:
        OptionError: a name or a value holds what HTTP does not allow there.
    """
    token = set("!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ")
    for name, value in headers.items():
        if not name or not set(name) <= token:
            raise OptionError(f"{name!r} cannot be the name of a header (RFC 9110, section 5.1)")
        if any(character in value for character in "\r\n\0"):
            raise OptionError(f"the header {name} cannot have a line break in its value")


def for_other_origin(manners: HostManners) -> HostManners:
    """The manners without what must not be told to a host that a redirect leads to."""
    kept = {
        name: value for name, value in manners.headers.items() if name.lower() not in SECRET_HEADERS
    }
    return replace(manners, headers=kept)
