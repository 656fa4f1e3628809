"""What becomes of pictures on servers that misbehave; each behaviour is a test.

All are fetched in one run, from a host each, as in real collections: that none of them harms the
others, or keeps them from ending, is what the first test says.
"""

from __future__ import annotations

import ssl
import struct
import zlib
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass, replace
from io import BytesIO
from itertools import chain
from pathlib import Path

import misbehaviours as bad
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from PIL import Image

from tagatlas.contracts import ImageStatus, NoOptions
from tagatlas.testing import sample_images
from tagatlas_fetching import Address, FetchOptions, FetchOutcome
from tagatlas_fetching.engine import fetch
from tagatlas_stores.files import FileStore

PICTURE = sample_images(1, (200, 150))[0].data

OPTIONS = FetchOptions(
    allow_private=True,
    host_rate=0,
    retries=1,
    timeout=8,
    time_limit=25,
    longest_wait=5,
    min_speed=500,
    max_bytes=1_000_000,
    max_pixels=4_000_000,
    concurrency=128,
    recover=(),
)


def encoded(picture: Image.Image, format_: str, **options: object) -> bytes:
    buffer = BytesIO()
    picture.save(buffer, format_, **options)
    return buffer.getvalue()


def drawn(mode: str = "RGB", size: tuple[int, int] = (60, 40)) -> Image.Image:
    with Image.open(BytesIO(PICTURE)) as source:
        return source.resize(size).convert(mode)


def png(width: int, height: int, rows: bytes, colour: int = 2) -> bytes:
    """A PNG that says what it is told to."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return (
            struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
        )

    header = struct.pack(">IIBBBBB", width, height, 8, colour, 0, 0, 0)
    start = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header)
    return start + chunk(b"IDAT", zlib.compress(rows, 9)) + chunk(b"IEND", b"")


def frames(format_: str, **options: object) -> bytes:
    first, *rest = (drawn("RGB").rotate(90 * turn) for turn in range(3))
    return encoded(first, format_, save_all=True, append_images=rest, duration=50, **options)


def with_bad_exif() -> bytes:
    return encoded(drawn(), "JPEG", exif=b"Exif\x00\x00MM\x00*\x00\x00\x00\x08\xff\xff\x01\x12")


def with_profile() -> bytes:
    return encoded(drawn(), "JPEG", icc_profile=b"\x00" * 200)


OK, MISSING, BLOCKED = ImageStatus.OK, ImageStatus.MISSING, ImageStatus.BLOCKED
UNREADABLE, REFUSED, FAILED = ImageStatus.UNREADABLE, ImageStatus.REFUSED, ImageStatus.FAILED


@dataclass(frozen=True)
class Expected:
    """What a behaviour leads to: a status, a part of the reason, and the number of tries."""

    behaviour: bad.Behaviour
    status: ImageStatus
    reason: str = ""
    tries: int = 1
    path: str = "/picture.jpg"
    frames: int = 1


CASES: Mapping[str, Expected] = {
    "never answers": Expected(bad.silent, FAILED, "no answer in time", 2),
    "slow headers": Expected(bad.slow_headers, FAILED, "no answer in time", 2),
    "slow body": Expected(bad.slow_body, FAILED, "slower than 500 bytes/s", 2),
    "stalled body": Expected(bad.stalled_body, FAILED, "", 2),
    "endless body": Expected(bad.endless_body, REFUSED, "larger than"),
    "endless chunks": Expected(bad.endless_chunks, REFUSED, "larger than"),
    "endless headers": Expected(bad.endless_headers, FAILED, "proper HTTP"),
    "one long header": Expected(bad.one_long_header, FAILED, "proper HTTP"),
    "announces more than it sends": Expected(bad.too_short, FAILED, "broke off", 2),
    "announces less than it sends": Expected(bad.too_long, UNREADABLE, "damaged"),
    "negative length": Expected(bad.negative_length, FAILED, "proper HTTP"),
    "two lengths": Expected(bad.two_lengths, FAILED, "proper HTTP"),
    "announces a terabyte": Expected(bad.huge_announced, REFUSED, "larger than"),
    "a chunk of no size": Expected(bad.bad_chunk, FAILED, ""),
    "chunks cut off": Expected(bad.chunks_cut_off, FAILED, "broke off", 2),
    "chunks with extras": Expected(bad.chunks_with_extras, OK),
    "gzip bomb": Expected(bad.gzip_bomb, REFUSED, "larger than"),
    "gzip of gzip": Expected(bad.gzip_of_gzip, UNREADABLE, "a gzip file"),
    "gzip, unasked": Expected(bad.gzipped, OK),
    "a picture called gzip": Expected(bad.called_gzip, OK),
    "damaged gzip": Expected(bad.damaged_gzip, FAILED, "damaged"),
    "gzip cut off": Expected(bad.cut_gzip, FAILED, "cut off", 2),
    "brotli, unasked": Expected(bad.unasked_brotli, OK),
    "redirect loop": Expected(bad.redirect_loop, REFUSED, "redirects"),
    "endless redirects": Expected(bad.redirect_chain, REFUSED, "redirects"),
    "redirect to a file": Expected(bad.redirect_to_a_file, REFUSED, "not file"),
    "redirect to data": Expected(bad.redirect_to_data, REFUSED, "not data"),
    "redirect nowhere": Expected(bad.redirect_nowhere, FAILED, "leads nowhere"),
    "redirect to nonsense": Expected(bad.redirect_to_nonsense, REFUSED, "not a valid URL"),
    "a proper redirect": Expected(bad.redirect_home, OK),
    "404 with a picture": Expected(bad.not_found_with_a_picture, MISSING, "404"),
    "410": Expected(bad.gone, MISSING, "410"),
    "403": Expected(bad.forbidden, BLOCKED, "403"),
    "an unknown status": Expected(bad.teapot, FAILED, "799"),
    "a page with 200": Expected(bad.page, BLOCKED, "a web page"),
    "a page called a JPEG": Expected(bad.page_called_a_picture, BLOCKED, "a web page"),
    "SVG": Expected(bad.svg, REFUSED, "SVG"),
    "JSON": Expected(bad.json_answer, UNREADABLE, "JSON"),
    "no bytes": Expected(bad.nothing, UNREADABLE, "no bytes"),
    "204": Expected(bad.no_content, UNREADABLE, "no bytes"),
    "a picture called text": Expected(bad.picture_called_text, OK),
    "429 with seconds": Expected(bad.busy_for_a_second, OK, "", 2),
    "429 with a date": Expected(bad.busy_until, OK, "", 2),
    "429 until tomorrow": Expected(bad.busy_until_tomorrow, FAILED, "429"),
    "flapping 503": Expected(bad.flapping, OK, "", 2),
    "500 for ever": Expected(bad.broken, FAILED, "500", 2),
    "hangs up": Expected(bad.hangs_up, FAILED, "broke off", 2),
    "resets within the body": Expected(bad.resets, FAILED, "", 2),
    "hangs up once": Expected(bad.hangs_up_once, OK, "", 1),
    "keep-alive closed early": Expected(bad.keeps_alive_and_closes, OK),
    "garbage": Expected(bad.garbage, FAILED, "proper HTTP"),
    "a status that is no number": Expected(bad.banana, FAILED, "proper HTTP"),
    "an interim answer": Expected(bad.informs_first, OK),
    "HTTP/1.0 without a length": Expected(bad.old_protocol, OK),
    "a header without a name": Expected(bad.header_without_name, FAILED, "proper HTTP"),
    **{
        f"a JPEG cut at {tenths} tenths": Expected(bad.truncated(tenths), UNREADABLE, "")
        for tenths in range(1, 10)
    },
    "1 x 1 pixel": Expected(bad.sends(encoded(drawn(size=(1, 1)), "GIF")), OK),
    "a bomb by its header": Expected(bad.sends(png(60_000, 60_000, b"")), REFUSED, "pixels"),
    "a bomb by its rows": Expected(
        bad.sends(png(6_000, 6_000, bytes(6_000 * 18_001))), REFUSED, "pixels"
    ),
    "fewer rows than it says": Expected(bad.sends(png(60, 40, bytes(60 * 3))), UNREADABLE, ""),
    "APNG": Expected(bad.sends(frames("PNG")), OK, frames=3),
    "animated GIF": Expected(bad.sends(frames("GIF")), OK, frames=3),
    "animated WebP": Expected(bad.sends(frames("WEBP")), OK, frames=3),
    "CMYK": Expected(bad.sends(encoded(drawn("CMYK"), "JPEG")), OK),
    "16 bits a channel": Expected(bad.sends(encoded(drawn("L").convert("I;16"), "PNG")), OK),
    "bad EXIF": Expected(bad.sends(with_bad_exif()), OK),
    "bad colour profile": Expected(bad.sends(with_profile()), OK),
    "half a GIF": Expected(bad.sends(encoded(drawn(), "GIF")[:400]), UNREADABLE, ""),
    "names with dots": Expected(bad.sends(PICTURE), OK, path="/../../../../etc/passwd"),
    "names with %2e%2e": Expected(bad.sends(PICTURE), OK, path="/%2e%2e/%2e%2e/%2fetc%2fpasswd"),
    "names with NUL": Expected(bad.sends(PICTURE), OK, path="/a%00.jpg"),
    "names of 4,000 characters": Expected(bad.sends(PICTURE), OK, path="/" + "a" * 4_000),
    "names like a command": Expected(bad.sends(PICTURE), OK, path="/$(rm -rf ~);`id`|x.jpg"),
    "names with a device": Expected(bad.sends(PICTURE), OK, path="/CON/NUL/aux.jpg"),
}


@dataclass(frozen=True)
class Ran:
    """What the run over all behaviours gave."""

    outcomes: Mapping[str, FetchOutcome]
    servers: Mapping[str, bad.Misbehaving]
    folder: Path


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> Ran:
    folder = tmp_path_factory.mktemp("misbehaviour")
    names = list(CASES)
    with ExitStack() as stack:
        servers = {
            name: stack.enter_context(
                bad.serve(f"127.1.{key // 200}.{key % 200 + 1}", CASES[name].behaviour, PICTURE)
            )
            for key, name in enumerate(names)
        }
        addresses = [
            Address(key, servers[name].url + CASES[name].path) for key, name in enumerate(names)
        ]
        store = FileStore(NoOptions(), folder / "store")
        found = chain.from_iterable(fetch(addresses, store, OPTIONS))
        outcomes = {names[outcome.key]: outcome for outcome in found}
    return Ran(outcomes, servers, folder)


@pytest.mark.slow
def test_every_address_has_its_end(ran: Ran) -> None:
    assert ran.outcomes.keys() == CASES.keys()
    assert len(CASES) >= 40


@pytest.mark.slow
@pytest.mark.parametrize("name", CASES)
def test_behaviour(ran: Ran, name: str) -> None:
    expected, found = CASES[name], ran.outcomes[name]
    assert found.status == expected.status, found
    assert expected.reason in found.reason
    assert "\n" not in found.reason
    assert found.attempts == expected.tries
    assert (found.image is not None) == (expected.status == OK)
    if found.image is not None:
        assert found.image.frames == expected.frames


@pytest.mark.slow
def test_names_never_become_paths(ran: Ran) -> None:
    """Everything stored is below the store's folder, under names of hexadecimal digits."""
    files = [path for path in ran.folder.rglob("*") if path.is_file()]
    assert files
    for path in files:
        kind, part, name = path.relative_to(ran.folder / "store").parts
        assert kind in ("images", "thumbnails")
        assert name == f"{path.stem}.jpg"
        assert len(path.stem) == 64
        assert set(path.stem) <= set("0123456789abcdef")
        assert path.stem.startswith(part)


@pytest.mark.slow
def test_a_host_that_asks_for_a_day_is_asked_once(ran: Ran) -> None:
    assert len(ran.servers["429 until tomorrow"].requests) == 1


def certificate(folder: Path, name: str) -> ssl.SSLContext:
    """A server's TLS with a certificate that it gave itself."""
    from datetime import UTC, datetime, timedelta

    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    signed = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(datetime.now(UTC) - timedelta(days=1))
        .not_valid_after(datetime.now(UTC) + timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    path = folder / "certificate.pem"
    path.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        + signed.public_bytes(serialization.Encoding.PEM)
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(path)
    return context


def fetched(url: str, options: FetchOptions = OPTIONS) -> FetchOutcome:
    store = FileStore(NoOptions(), Path())
    [[outcome]] = [list(part) for part in fetch([Address(0, url)], store, options)]
    return outcome


def test_a_certificate_that_nobody_vouches_for(tmp_path: Path) -> None:
    context = certificate(tmp_path, "127.1.9.1")
    with bad.serve("127.1.9.1", bad.sends(PICTURE), PICTURE, context) as server:
        found = fetched(f"{server.url}/a.jpg")
    assert (found.status, found.attempts) == (FAILED, 1)
    assert "certificate is not valid" in found.reason
    assert server.requests == []


def test_a_handshake_without_end() -> None:
    with bad.serve("127.1.9.2", bad.sends(PICTURE), PICTURE) as server:
        url = server.url.replace("http:", "https:")
        found = fetched(f"{url}/a.jpg", replace(OPTIONS, timeout=1, retries=0))
    assert (found.status, found.attempts) == (FAILED, 1)
    assert "no answer in time" in found.reason
