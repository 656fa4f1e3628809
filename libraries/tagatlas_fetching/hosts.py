"""Fetch policies of hosts: the common one, and those of single hosts."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Annotated

import msgspec
from msgspec import Meta

from tagatlas.errors import OptionError

if TYPE_CHECKING:
    from yarl import URL

HARMLESS_HEADERS = frozenset({"accept", "accept-language", "referer", "user-agent"})
"""Headers that any host may see, in lower case; all others may be keys."""


@dataclass(frozen=True, slots=True)
class HostPolicy:
    """Limits and headers for the requests to one host.

    Attributes:
        connections: maximum simultaneous requests.
        rate: maximum requests per second; 0 for no limit.
        referer: the header Referer; ``host`` for the host's front page; empty for none.
        headers: further headers of each request, by name.
    """

    connections: Annotated[int, Meta(ge=1, le=1024)] = 8
    rate: Annotated[float, Meta(ge=0, le=1e6)] = 0.0
    referer: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Hosts:
    """The policies of all hosts.

    Attributes:
        common: for all other hosts.
        special: policy by host name; a name includes its subdomains, and the longest matching
            name counts.
    """

    common: HostPolicy = field(default_factory=HostPolicy)
    special: Mapping[str, HostPolicy] = field(default_factory=dict)

    def for_host(self, host: str) -> HostPolicy:
        """The policy of one host."""
        if not self.special:
            return self.common
        name = host.lower()
        while name:
            found = self.special.get(name)
            if found is not None:
                return found
            name = name.partition(".")[2]
        return self.common

    def for_request(self, url: URL, origin: URL | None) -> HostPolicy:
        """The policy of one request, with the headers that may be sent with it.

        Headers that may be keys are sent encrypted, or to this machine. To another origin than
        the one they are meant for, only those go that are set for that host.

        Args:
            url: that is requested.
            origin: scheme, host and port that the common headers are meant for; None for none.
        """
        policy = self.for_host(url.raw_host or "")
        if not is_confidential(url):
            return _with_headers(policy, lambda _: False)
        if url.origin() == origin:
            return policy
        common = self.common.headers
        return _with_headers(policy, lambda name: policy.headers[name] != common.get(name))


def read_hosts(tables: Mapping[str, Mapping[str, object]], common: HostPolicy) -> Hosts:
    """Read the policies from tables of ``atlas.toml``.

    An example::

        [fetch.hosts."upload.example.org"]
        connections = 2
        rate = 1.5
        referer = "https://example.org/"
        headers = { "Accept-Language" = "de" }

    Args:
        tables: by host name; missing settings are those of ``common``.
        common: policy of all other hosts.

    Raises:
        OptionError: an unknown setting, or a value that it does not take.
    """
    special = {}
    for host, table in tables.items():
        unknown = set(table) - set(HostPolicy.__dataclass_fields__)
        if unknown:
            known = ", ".join(HostPolicy.__dataclass_fields__)
            raise OptionError(
                f"fetch.hosts.{host} has no setting {unknown.pop()!r}; it has: {known}"
            )
        values = {name: getattr(common, name) for name in HostPolicy.__dataclass_fields__}
        values |= table
        values["headers"] = {**common.headers, **values["headers"]}
        try:
            special[host.lower()] = msgspec.convert(values, HostPolicy)
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
            what = "name" if colon else "colon"
            raise OptionError(f'a header is "Name: value", and one has no {what}')  # may be a key
        headers[name.strip()] = value.strip()
    check_headers(headers)
    return headers


def check_headers(headers: Mapping[str, str]) -> None:
    """Check that each header can be sent.

    Raises:
        OptionError: a name or a value has characters that HTTP does not allow there.
    """
    token = set("!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ")
    for name, value in headers.items():
        if not name or not set(name) <= token:
            raise OptionError(f"{name!r} cannot be the name of a header (RFC 9110, section 5.1)")
        if any(character in value for character in "\r\n\0"):
            raise OptionError(f"the header {name} cannot have a line break in its value")


def secret_headers(policy: HostPolicy) -> list[str]:
    """The names of a policy's headers that may be keys, in their order."""
    return [name for name in policy.headers if name.lower() not in HARMLESS_HEADERS]


def _with_headers(policy: HostPolicy, is_kept: Callable[[str], bool]) -> HostPolicy:
    """The policy with its harmless headers, and others that are kept."""
    dropped = {name for name in secret_headers(policy) if not is_kept(name)}
    kept = {name: value for name, value in policy.headers.items() if name not in dropped}
    return replace(policy, headers=kept) if dropped else policy


def is_confidential(url: URL) -> bool:
    """Whether only its host can read a request: it is encrypted, or stays on this machine."""
    from ipaddress import ip_address

    host = url.host or ""
    if url.scheme == "https" or host == "localhost":
        return True
    try:
        return ip_address(host.partition("%")[0]).is_loopback
    except ValueError:
        return False
