"""What becomes of pictures whose servers send odd headers and encodings: all in one run.

None of them costs another address anything, and whatever they sent can be kept in a catalog.
"""

from __future__ import annotations

import gzip
import sys
import zlib
from collections.abc import Mapping
from contextlib import ExitStack, suppress
from functools import partial
from itertools import chain
from pathlib import Path

import brotli
import misbehaviours as bad
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tagatlas.contracts import ImageStatus, ImageStore, Variant
from tagatlas.testing import MemoryStore, sample_images
from tagatlas_fetching import Address, FetchOptions, FetchOutcome
from tagatlas_fetching.encodings import NotDecoded, decoded
from tagatlas_fetching.engine import fetch
from tagatlas_fetching.plain import plain

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

PICTURE = sample_images(1, (200, 150))[0].data

OPTIONS = FetchOptions(
    allow_private=True,
    host_rate=0,
    retries=1,
    timeout=8,
    max_bytes=1_000_000,
    concurrency=128,
    recover=(),
    pause=0.01,
)

OK, MISSING, BLOCKED = ImageStatus.OK, ImageStatus.MISSING, ImageStatus.BLOCKED
UNREADABLE, REFUSED, FAILED = ImageStatus.UNREADABLE, ImageStatus.REFUSED, ImageStatus.FAILED


def raw(visit: bad.Visit, status: bytes, *lines: bytes, body: bytes = PICTURE) -> None:
    """An answer whose head has these very bytes."""
    length = b"Content-Length: %d" % len(body)
    visit.say(b"\r\n".join([b"HTTP/1.1 " + status, length, *lines, b"", b""]), body)


def says(*lines: bytes, status: bytes = b"200 OK", body: bytes = PICTURE) -> bad.Behaviour:
    """Answers so, whatever was asked."""
    return lambda visit: raw(visit, status, *lines, body=body)


def once(first: bytes, *lines: bytes) -> bad.Behaviour:
    """Answers so once, then with a picture."""

    def behave(visit: bad.Visit) -> None:
        if visit.number == 0:
            raw(visit, first, *lines, body=b"")
        else:
            raw(visit, b"200 OK")

    return behave


def informs(visit: bad.Visit) -> None:
    """Sends a hundred interim answers, and then the picture."""
    visit.say(b"HTTP/1.1 103 Early Hints\r\nLink: </a.css>\r\n\r\n" * 100)
    raw(visit, b"200 OK")


def informs_for_ever(visit: bad.Visit) -> None:
    """Sends interim answers for ever."""
    while not visit.stopped.wait(0.01):
        visit.say(b"HTTP/1.1 100 Continue\r\n\r\n" * 10)


def encodes(name: bytes, body: bytes = PICTURE) -> bad.Behaviour:
    """Sends a body, encoded as it says or not."""
    return says(b"Content-Encoding: " + name, body=body)


packed_twice = brotli.compress(gzip.compress(PICTURE))
zeros = bytes(50_000_000)

CASES: Mapping[str, tuple[bad.Behaviour, ImageStatus, str]] = {
    "Latin-1 in Content-Type": (
        says('Content-Type: image/jpeg; name="café.jpg"'.encode("latin-1")),
        OK,
        "",
    ),
    "UTF-8 in Content-Type": (says("Content-Type: image/é".encode()), OK, ""),
    "half a character in Content-Type": (says(b"Content-Type: a\xc3"), OK, ""),
    "30,000 characters of Content-Type": (says(b"Content-Type: " + b"x" * 30_000), OK, ""),
    "no Content-Type": (says(b"Content-Type:"), OK, ""),
    "a NUL in Content-Type": (says(b"Content-Type: a\0b"), FAILED, "proper HTTP"),
    "Latin-1 in the reason": (says(status=b"404 Pas trouv\xe9"), MISSING, "404"),
    "Latin-1 in a name": (says(b"X-\xe9: x"), FAILED, "proper HTTP"),
    "a cookie, a date and more in Latin-1": (
        says(b"Set-Cookie: a=\xe9", b"Date: \xe9", b"X-Robots-Tag: \xe9", b"Last-Modified: \xe9"),
        OK,
        "",
    ),
    "1,000 headers": (says(*[b"X-%d: x" % number for number in range(1000)]), FAILED, ""),
    "two lengths": (says(b"Content-Length: 5"), FAILED, "proper HTTP"),
    "a Retry-After in Latin-1": (once(b"503 Busy", b"Retry-After: \xe9"), OK, ""),
    "a negative Retry-After": (once(b"503 Busy", b"Retry-After: -7"), OK, ""),
    "a Retry-After of 9,999 digits": (
        once(b"503 Busy", b"Retry-After: " + b"9" * 9_999),
        FAILED,
        "503",
    ),
    "a Retry-After beyond all time": (
        once(b"503 Busy", b"Retry-After: Fri, 31 Dec 999999 23:59:59 +9999"),
        OK,
        "",
    ),
    "Latin-1 in Location": (once(b"302 Found", b"Location: /caf\xe9.jpg"), OK, ""),
    "UTF-8 in Location": (once(b"302 Found", "Location: /café.jpg".encode()), OK, ""),
    "a host in Latin-1": (once(b"302 Found", b"Location: http://caf\xe9.test/"), REFUSED, "URL"),
    "backslashes in Location": (once(b"302 Found", b"Location: \\a\\b.jpg"), OK, ""),
    "a script for Location": (once(b"302 Found", b"Location: javascript:alert(1)"), REFUSED, ""),
    "two Locations": (
        once(b"302 Found", b"Location: /a.jpg", b"Location: file:///etc/passwd"),
        OK,
        "",
    ),
    "304": (says(status=b"304 Not Modified", body=b""), FAILED, "304"),
    "205": (says(status=b"205 Reset Content", body=b""), UNREADABLE, "no bytes"),
    "206": (says(status=b"206 Partial Content"), OK, ""),
    "416": (says(status=b"416 Range Not Satisfiable", body=b""), BLOCKED, "416"),
    "300": (says(status=b"300 Multiple Choices"), FAILED, "300"),
    "a hundred interim answers": (informs, OK, ""),
    "encoded as UTF-8": (encodes(b"UTF-8"), OK, ""),
    "encoded as aws-chunked": (encodes(b"aws-chunked"), OK, ""),
    "encoded as aws-chunked and gzip": (
        encodes(b"gzip,aws-chunked", gzip.compress(PICTURE)),
        OK,
        "",
    ),
    "encoded as none": (encodes(b"none"), OK, ""),
    "encoded as 8bit": (encodes(b"8bit"), OK, ""),
    "encoded as nothing": (encodes(b""), OK, ""),
    "encoded in Latin-1": (encodes(b"caf\xe9"), OK, ""),
    "x-gzip": (encodes(b"X-GZIP", gzip.compress(PICTURE)), OK, ""),
    "deflate": (encodes(b"deflate", zlib.compress(PICTURE)), OK, ""),
    "bare deflate": (encodes(b"deflate", zlib.compress(PICTURE, wbits=-15)), OK, ""),
    "br": (encodes(b"br", brotli.compress(PICTURE)), OK, ""),
    "br over gzip": (encodes(b"gzip, br", packed_twice), OK, ""),
    "br over gzip in two lines": (
        says(b"Content-Encoding: gzip", b"Content-Encoding: br", body=packed_twice),
        OK,
        "",
    ),
    "br that is damaged": (encodes(b"br", b"\xff" * 200), FAILED, "damaged"),
    "br that is cut off": (encodes(b"br", brotli.compress(PICTURE)[:-9]), FAILED, "cut off"),
    "a br bomb": (encodes(b"br", brotli.compress(zeros, quality=1)), REFUSED, "larger than"),
    "zstd": (encodes(b"zstd", zstd.compress(PICTURE)), OK, ""),
    "a zstd bomb": (encodes(b"zstd", zstd.compress(zeros)), REFUSED, "larger than"),
    "zstd that is cut off": (encodes(b"zstd", zstd.compress(PICTURE)[:-9]), FAILED, "cut off"),
    "zstd that is damaged": (encodes(b"zstd", b"\xff" * 200), FAILED, "damaged"),
    "a picture called gzip": (encodes(b"gzip"), OK, ""),
    "a page called gzip": (encodes(b"gzip", b"<html>no</html>"), FAILED, "damaged"),
    "compress": (encodes(b"compress", b"\x1f\x9d" + bytes(99)), FAILED, "compressed as compress"),
    "gzip a thousand times": (encodes(b",".join([b"gzip"] * 1000)), FAILED, "1,000 times"),
}


@pytest.fixture(scope="module")
def outcomes() -> Mapping[str, FetchOutcome]:
    names = list(CASES)
    with ExitStack() as stack:
        addresses = [
            Address(
                key,
                stack.enter_context(bad.serve(f"127.2.0.{key + 1}", CASES[name][0], PICTURE)).url
                + "/a.jpg",
            )
            for key, name in enumerate(names)
        ]
        found = list(chain.from_iterable(fetch(addresses, MemoryStore(), OPTIONS)))
    return {names[outcome.key]: outcome for outcome in found}


@pytest.mark.parametrize("name", CASES)
def test_what_becomes_of_it(outcomes: Mapping[str, FetchOutcome], name: str) -> None:
    _, status, reason = CASES[name]
    found = outcomes[name]
    assert found.status == status, found
    assert reason in found.reason
    assert "fault of tagatlas" not in found.reason
    for text in (found.reason, found.final_url or "", found.content_type or ""):
        assert text.encode().decode() == text
        assert text.isprintable()
        assert len(text) <= 300


def test_texts_are_kept_as_they_were_meant(outcomes: Mapping[str, FetchOutcome]) -> None:
    latin, utf = outcomes["Latin-1 in Content-Type"], outcomes["UTF-8 in Content-Type"]
    assert latin.content_type == 'image/jpeg; name="café.jpg"'
    assert utf.content_type == "image/é"
    redirected = outcomes["Latin-1 in Location"].final_url or ""
    assert redirected.endswith("/caf%E9.jpg")


def test_interim_answers_without_end_take_no_longer_than_one_may() -> None:
    with bad.serve("127.2.1.1", informs_for_ever, PICTURE) as server:
        options = FetchOptions(allow_private=True, timeout=0.3, retries=0)
        [[found]] = [list(part) for part in fetch([Address(0, server.url)], MemoryStore(), options)]
    assert (found.status, found.reason) == (FAILED, "no answer in time")


class OddStore(ImageStore):
    """Fails in a way of its own with every picture but those it was told of."""

    def __init__(self, sound: MemoryStore) -> None:
        self._sound = sound
        self.calls = 0

    def put(self, image_id: str, variant: Variant, data: bytes) -> None:
        self.calls += 1
        if self.calls == 1:
            raise ZeroDivisionError("caf\udce9")
        self._sound.put(image_id, variant, data)

    def get(self, image_id: str, variant: Variant) -> bytes:
        return self._sound.get(image_id, variant)

    def has(self, image_id: str, variant: Variant) -> bool:
        return self._sound.has(image_id, variant)

    def locate(self, image_id: str, variant: Variant) -> str | None:
        return self._sound.locate(image_id, variant)


@pytest.mark.parametrize("local", [True, False])
def test_what_nobody_thought_of_costs_its_own_address(tmp_path: Path, *, local: bool) -> None:
    (tmp_path / "a.jpg").write_bytes(PICTURE)
    store = OddStore(MemoryStore())
    with bad.serve("127.2.1.2", bad.sends(PICTURE), PICTURE) as server:
        places = [str(tmp_path / "a.jpg")] * 3 if local else [f"{server.url}/{n}" for n in range(3)]
        addresses = [Address(key, place, local) for key, place in enumerate(places)]
        found = list(chain.from_iterable(fetch(addresses, store, OPTIONS)))
    assert sorted(outcome.status for outcome in found) == [FAILED, OK, OK]
    [failed] = [outcome for outcome in found if outcome.status == FAILED]
    assert failed.reason == "ZeroDivisionError: café"


@given(
    st.text(st.characters(), max_size=50)
    | st.binary(max_size=50).map(partial(str, encoding="utf-8", errors="surrogateescape"))
)
def test_any_text_becomes_one_that_can_be_kept(text: str) -> None:
    found = plain(text, 20)
    assert found.encode().decode() == found
    assert len(found) <= 20
    assert not set(found) & set(map(chr, range(32)))
    assert plain(found, 20) == found


@given(st.binary(max_size=200), st.lists(st.sampled_from(["gzip", "br", "zstd", "deflate", "x"])))
def test_any_bytes_are_decoded_or_are_not(data: bytes, names: list[str]) -> None:
    with suppress(NotDecoded):
        assert isinstance(decoded(data, ", ".join(names), 1000), bytes)
