"""The URL that is asked for is the one that a browser would ask for."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from yarl import URL

from tagatlas_fetching.urls import as_sent, other_readings

SIGNED = "X-Amz-Signature=ab%2Fc%2b%3D%7e&Key=a+b%20c&list=1,2;3"


@pytest.mark.parametrize(
    ("text", "sent"),
    [
        (f"https://b.test/k%2Fe%7Ey.jpg?{SIGNED}", f"https://b.test/k%2Fe%7Ey.jpg?{SIGNED}"),
        (f"https://b.test/a b.jpg?{SIGNED}", f"https://b.test/a%20b.jpg?{SIGNED}"),
        (f"https://b.test/ü.jpg?{SIGNED}#x y", f"https://b.test/%C3%BC.jpg?{SIGNED}"),
        ("http://b.test/100%.jpg?50%&%zz", "http://b.test/100%.jpg?50%&%zz"),
        ("http://b.test/a%C3%A9é.jpg", "http://b.test/a%C3%A9%C3%A9.jpg"),
        ("HTTP://B.Test:80/A.jpg", "http://b.test/A.jpg"),
        ("https://b.test:443/", "https://b.test/"),
        ("http://b.test:/a", "http://b.test/a"),
        ("http://b.test", "http://b.test/"),
        ("http://b.test?q", "http://b.test/?q"),
        ("//b.test/a.jpg", "https://b.test/a.jpg"),
        ("http:\\\\b.test\\a\\b?c\\d", "http://b.test/a/b?c\\d"),
        ("http://münchen.test/", "http://xn--mnchen-3ya.test/"),
        ("http://例え。テスト/", "http://xn--r8jz45g.xn--zckzah/"),
        ("http://b.\u200btest/", "http://b.test/"),
        ("http://%62.test/", "http://b.test/"),
        ("\ufeffhttp://b.test/a.jpg\u200b\xa0\n", "http://b.test/a.jpg"),
        ("http://b.test/a\r\n\tb.jpg", "http://b.test/ab.jpg"),
        ("http://b.test/a/./../b/%2E%2e/c.jpg", "http://b.test/c.jpg"),
        ("http://b.test/a/..", "http://b.test/"),
        ("http://b.test/{a}|<b>^[c]", "http://b.test/%7Ba%7D|%3Cb%3E^[c]"),
        ("http://b.test/'?'\"", "http://b.test/'?%27%22"),
        ("http://b.test/a?b=1&amp;c=2", "http://b.test/a?b=1&amp;c=2"),
        ("http://b.test/caf\udce9", "http://b.test/caf%E9"),
        ("http://[2001:DB8::1]:8080/a", "http://[2001:DB8::1]:8080/a"),
        ("http://me:p%40ss@b.test/", "http://me:p%40ss@b.test/"),
    ],
)
def test_an_address_is_sent_as_a_browser_sends_it(text: str, sent: str) -> None:
    assert str(as_sent(text)) == sent


@pytest.mark.parametrize(
    ("location", "sent"),
    [
        ("b.jpg?s=%2F%7e", "http://b.test/x%2Fy/b.jpg?s=%2F%7e"),
        ("/caf\udce9.jpg", "http://b.test/caf%E9.jpg"),
        ("\\\\c.test\\a", "http://c.test/a"),
        ("?q", "http://b.test/x%2Fy/a?q"),
        ("../../..", "http://b.test/"),
        ("https://C.test:443/%7E", "https://c.test/%7E"),
        ("data:image/png;base64,aa", "data:image/png;base64,aa"),
    ],
)
def test_a_redirect_keeps_what_is_encoded(location: str, sent: str) -> None:
    assert str(as_sent(location, URL("http://b.test/x%2Fy/a?z", encoded=True))) == sent


@pytest.mark.parametrize(
    "text", ["http://a b/", "http://%2f/", "http://%ff/", "http://[::1", "http://a:b:c/"]
)
def test_what_is_no_url(text: str) -> None:
    with pytest.raises(ValueError, match=r".*"):
        _ = as_sent(text).port


@pytest.mark.parametrize(
    ("text", "readings"),
    [
        ("http://b.test/a.jpg", []),
        ("http://b.test/a?b=1&copy=2&lt=3", []),
        (" http://b.test/a?b&amp;c&#38;d ", ["http://b.test/a?b&c&d"]),
        ("http://b.test/a.jpg).", ["http://b.test/a.jpg"]),
        (
            "http://b.test/a\u200b.jpg?b&amp;c>",
            [
                "http://b.test/a.jpg?b&amp;c>",
                "http://b.test/a.jpg?b&c>",
                "http://b.test/a.jpg?b&c",
            ],
        ),
    ],
)
def test_what_an_address_may_have_been(text: str, readings: list[str]) -> None:
    assert other_readings(text) == readings


@given(st.text(st.characters(exclude_characters="#"), max_size=30))
def test_what_is_sent_is_printable_and_stays_as_it_is(tail: str) -> None:
    sent = as_sent(f"http://b.test/{tail}")
    assert set(str(sent)) <= set(map(chr, range(0x21, 0x7F)))
    assert sent.raw_host == "b.test"
    assert as_sent(str(sent)) == sent
