"""Which places may be fetched from."""

from __future__ import annotations

import asyncio
from ipaddress import IPv4Address, IPv6Address, ip_address

import pytest
from hypothesis import given
from hypothesis import strategies as st
from yarl import URL

from tagatlas.contracts import ImageStatus
from tagatlas.errors import ImageRejected
from tagatlas_fetching.safety import CheckedResolver, checked_url, is_public

PUBLIC = ["1.1.1.1", "8.8.8.8", "93.184.215.14", "2606:4700::1111", "2a00:1450:4001::1"]
NOT_PUBLIC = {
    "this host": ["0.0.0.0", "::"],  # noqa: S104 - refused, not bound to
    "loopback": ["127.0.0.1", "127.255.255.254", "::1"],
    "private": ["10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.1.1", "fc00::1", "fd12::1"],
    "shared": ["100.64.0.1", "100.127.255.255"],
    "link-local": ["169.254.0.1", "fe80::1"],
    "site-local": ["fec0::1"],
    "metadata": ["169.254.169.254", "fd00:ec2::254", "100.100.100.200", "168.63.129.16"],
    "multicast": ["224.0.0.1", "239.255.255.255", "ff02::1", "ff0e::1"],
    "reserved": ["240.0.0.1", "255.255.255.255", "192.0.0.1"],
    "documentation": ["192.0.2.1", "198.51.100.1", "203.0.113.1", "2001:db8::1"],
    "benchmarking": ["198.18.0.1", "198.19.255.255"],
    "IPv4-mapped": ["::ffff:127.0.0.1", "::ffff:10.1.2.3", "::ffff:a9fe:a9fe"],
    "6to4": ["2002:7f00:1::", "2002:a00:1::1"],
    "NAT64": ["64:ff9b::7f00:1", "64:ff9b::192.168.0.1"],
    "Teredo": ["2001:0:4136:e378:8000:63bf:f5ff:fffe"],
}


@pytest.mark.parametrize("text", PUBLIC)
def test_public_addresses(text: str) -> None:
    assert is_public(ip_address(text))


@pytest.mark.parametrize("text", [each for kind in NOT_PUBLIC.values() for each in kind])
def test_addresses_that_are_not_public(text: str) -> None:
    assert not is_public(ip_address(text))


@given(st.ip_addresses(v=4))
def test_an_ipv6_form_of_an_ipv4_address_is_judged_like_it(address: IPv4Address) -> None:
    number = int(address)
    assert is_public(IPv6Address((0xFFFF << 32) | number)) == is_public(address)
    assert is_public(IPv6Address(int(IPv6Address("64:ff9b::")) | number)) == is_public(address)
    assert is_public(IPv6Address((0x2002 << 112) | (number << 80))) == is_public(address)


@given(st.ip_addresses())
def test_nothing_that_python_calls_private_is_public(address: IPv4Address | IPv6Address) -> None:
    if address.is_private or address.is_loopback or address.is_link_local:
        inner = isinstance(address, IPv6Address) and address.ipv4_mapped is not None
        assert inner or not is_public(address)


@pytest.mark.parametrize(
    "url",
    [
        "file:///etc/passwd",
        "ftp://example.org/a.jpg",
        "data:image/png;base64,iVBORw0KGgo=",
        "javascript:alert(1)",
        "gopher://example.org/",
        "http://[::1]:@@",  # these two were found by tests/fuzz
        "xps://u_p\udcc6[::1]:@@",
        "example.org/a.jpg",
        "/a.jpg",
        "",
        "http://",
        "http:///a.jpg",
        "http://[::1",
        "http://example.org:99999/",
        "http://example.org:port/",
        "http://127.0.0.1/",
        "http://127.0.0.1:8080/a.jpg",
        "https://10.0.0.1/",
        "http://[::1]/",
        "http://[::ffff:127.0.0.1]/",
        "http://[fe80::1%25eth0]/",
        "http://user:word@192.168.0.1/",
        "http://169.254.169.254/latest/meta-data/",
        "http://\u2460\u2461\u2466.0.0.1/",  # circled digits, which become 127
    ],
)
def test_urls_that_are_refused(url: str) -> None:
    with pytest.raises(ImageRejected) as caught:
        checked_url(url, allow_private=False)
    assert caught.value.status == ImageStatus.REFUSED


@pytest.mark.parametrize("url", ["http://127.0.0.1/", "http://[::1]:8080/a.jpg"])
def test_private_urls_are_fetched_when_allowed(url: str) -> None:
    assert str(checked_url(url, allow_private=True)) == url


@pytest.mark.parametrize("url", ["file:///etc/passwd", "ftp://127.0.0.1/"])
def test_other_schemes_are_refused_even_then(url: str) -> None:
    with pytest.raises(ImageRejected, match="only http and https"):
        checked_url(url, allow_private=True)


@pytest.mark.parametrize(
    ("text", "asked"),
    [
        ("https://cdn.test/a%2Cb.jpg?sig=%2B%7e%3D&x=1,2", "/a%2Cb.jpg?sig=%2B%7e%3D&x=1,2"),
        ("  http://cdn.test/a.jpg\n", "/a.jpg"),
        ("http://cdn.test/a b.jpg", "/a%20b.jpg"),
        ("http://cdn.test/é.jpg", "/%C3%A9.jpg"),
        ("HTTP://CDN.TEST/A.jpg#part", "/A.jpg"),
    ],
)
def test_what_is_encoded_is_left_to_the_letter(text: str, asked: str) -> None:
    assert checked_url(text, allow_private=False).raw_path_qs == asked


@pytest.mark.parametrize(
    ("location", "target"),
    [
        ("b.jpg", "http://u:p@cdn.test/x/b.jpg"),
        ("/b.jpg", "http://u:p@cdn.test/b.jpg"),
        ("//other.test/b.jpg", "http://other.test/b.jpg"),
        ("https://cdn.test/b.jpg", "https://cdn.test/b.jpg"),
        ("http://me:secret@other.test/b.jpg", "http://other.test/b.jpg"),
    ],
)
def test_redirects_are_joined_and_lose_credentials_on_the_way(location: str, target: str) -> None:
    base = URL("http://u:p@cdn.test/x/a.jpg")
    assert str(checked_url(location, base=base, allow_private=False)) == target


@pytest.mark.parametrize(
    "location",
    ["http://169.254.169.254/", "//127.0.0.1/", "file:///etc/passwd", "mailto:a@b.c", "http://["],
)
def test_redirects_are_checked_like_any_url(location: str) -> None:
    with pytest.raises(ImageRejected) as caught:
        checked_url(location, base=URL("http://cdn.test/a.jpg"), allow_private=False)
    assert caught.value.status == ImageStatus.REFUSED


@given(st.text(max_size=40), st.booleans())
def test_any_text_is_a_url_or_is_refused(text: str, as_host: bool) -> None:
    try:
        url = checked_url(f"http://{text}" if as_host else text, allow_private=False)
    except ImageRejected as rejected:
        status = rejected.status
    else:
        status = ImageStatus.OK
        assert url.scheme in ("http", "https")
        assert url.host
    assert status in (ImageStatus.OK, ImageStatus.REFUSED)


def resolved(host: str, *, allow_private: bool) -> list[str]:
    async def resolve() -> list[str]:
        resolver = CheckedResolver(allow_private=allow_private)
        return [entry["host"] for entry in await resolver.resolve(host, 80)]

    return asyncio.run(resolve())


@pytest.mark.parametrize("host", ["localhost", "127.1", "2130706433", "0x7f.0.0.1", "017700000001"])
def test_a_name_for_this_machine_is_refused(host: str) -> None:
    with pytest.raises(ImageRejected) as caught:
        resolved(host, allow_private=False)
    assert caught.value.status == ImageStatus.REFUSED


def test_a_name_for_this_machine_is_resolved_when_allowed() -> None:
    assert set(resolved("localhost", allow_private=True)) <= {"127.0.0.1", "::1"}


@pytest.mark.parametrize("host", ["a" * 64 + ".test", "a..b"])
def test_what_can_be_no_name_is_missing(host: str) -> None:
    with pytest.raises(ImageRejected) as caught:
        resolved(host, allow_private=False)
    assert caught.value.status == ImageStatus.MISSING
