"""Checks which addresses may be fetched, for every URL and every redirect.

A name is resolved once, its addresses are checked, and the connection is made to exactly the
addresses that passed, which prevents DNS rebinding.
"""

from __future__ import annotations

import socket
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from socket import AddressFamily

from aiohttp.abc import AbstractResolver, ResolveResult
from aiohttp.resolver import ThreadedResolver
from yarl import URL

from tagatlas.contracts import ImageStatus
from tagatlas.errors import ImageRejected
from tagatlas_fetching.plain import plain
from tagatlas_fetching.urls import as_sent

NAT64 = IPv6Network("64:ff9b::/96")
"""RFC 6052: the last 32 bits are the IPv4 address."""

CLOUD_METADATA = frozenset({IPv4Address("168.63.129.16")})
"""Services with secrets of virtual machines at a public-looking address (Azure); those of other
clouds are link-local, shared or private, and refused as such."""

_NO_SUCH_HOST = {socket.EAI_NONAME, getattr(socket, "EAI_NODATA", socket.EAI_NONAME)}


def is_public(address: IPv4Address | IPv6Address) -> bool:
    """Whether an address belongs to the public internet, by the IANA special-purpose registries.

    Private, shared, loopback, link-local, multicast, reserved and unspecified addresses do not,
    nor do IPv6 addresses that stand for such an IPv4 address (mapped, 6to4, Teredo, NAT64).
    """
    if isinstance(address, IPv6Address):
        inner = _inner_address(address)
        if inner is not None:
            return is_public(inner)
        if address.is_site_local or address.is_reserved:
            return False
    return address.is_global and not address.is_multicast and address not in CLOUD_METADATA


def _inner_address(address: IPv6Address) -> IPv4Address | None:
    """The IPv4 address embedded in an IPv6 address, if any."""
    if address in NAT64:
        return IPv4Address(int(address) & 0xFFFF_FFFF)
    if address.teredo is not None:
        return address.teredo[1]
    return address.ipv4_mapped or address.sixtofour


def checked_url(text: str, *, base: URL | None = None, allow_private: bool) -> URL:
    """The URL to request.

    It is the one that a browser would request, see :func:`tagatlas_fetching.urls.as_sent`.

    Args:
        text: from a record or a redirect.
        base: the URL that redirected, to which ``text`` may be relative.
        allow_private: whether non-public addresses are allowed.

    Raises:
        ImageRejected: ``refused``: not a URL, a scheme other than http and https, or an address
            that is not public. Names are checked when they are resolved, by
            :class:`CheckedResolver`.
    """
    try:
        url = as_sent(text, base)
        host = url.host
        _ = url.port  # a port out of range is noticed here
    except (ValueError, IndexError) as error:  # an index: yarl, on odd host names
        raise ImageRejected(ImageStatus.REFUSED, "not a valid URL") from error
    if url.scheme not in ("http", "https"):
        scheme = plain(url.scheme, 20) or "no scheme"
        raise ImageRejected(ImageStatus.REFUSED, f"only http and https are fetched, not {scheme}")
    if not host:
        raise ImageRejected(ImageStatus.REFUSED, "a URL without a host")
    if base is not None and url.origin() != base.origin():
        url = url.with_user(None)  # credentials are for the host they were given with
    if not allow_private:
        try:
            literal = _without_zone(host)
        except ValueError:
            return url  # a name
        if not is_public(literal):
            raise ImageRejected(
                ImageStatus.REFUSED, f"{literal} is not a public address", setting="allow_private"
            )
    return url


class CheckedResolver(AbstractResolver):
    """Resolves names with the system's resolver, and keeps only allowed addresses."""

    def __init__(self, *, allow_private: bool) -> None:
        self._allow_private = allow_private
        self._resolver = ThreadedResolver()

    async def resolve(
        self, host: str, port: int = 0, family: AddressFamily = AddressFamily.AF_UNSPEC
    ) -> list[ResolveResult]:
        """The addresses of ``host``.

        Raises:
            ImageRejected: ``missing``: there is no such host; ``refused``: it has no public
                address.
            OSError: the name could not be looked up now.
        """
        try:
            found = await self._resolver.resolve(host, port, family)
        except UnicodeError as error:  # no name that the DNS could hold
            raise ImageRejected(ImageStatus.MISSING, "no such host") from error
        except socket.gaierror as error:
            if error.errno in _NO_SUCH_HOST:
                raise ImageRejected(ImageStatus.MISSING, "no such host") from error
            raise
        if self._allow_private:
            return found
        public = [entry for entry in found if is_public(_without_zone(entry["host"]))]
        if not public:
            raise ImageRejected(
                ImageStatus.REFUSED, "a host without a public address", setting="allow_private"
            )
        return public

    async def close(self) -> None:
        """Nothing to release."""


def _without_zone(text: str) -> IPv4Address | IPv6Address:
    return ip_address(text.partition("%")[0])
