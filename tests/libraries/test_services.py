"""Services behind HTTP: each call is made once, and its failure is what the engine can go by."""

from __future__ import annotations

import base64
import json
import re
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib import import_module
from pathlib import Path

import pytest

from tagatlas import ImageInput, Price, Tag, TaggerSpec
from tagatlas.contracts import loaded
from tagatlas.errors import (
    AuthenticationFailed,
    CallLost,
    CallRefused,
    QuotaExceeded,
    TaggerError,
)
from tagatlas.toolkit import (
    ServiceOptions,
    base64_text,
    post_json,
    read_key,
    retry_after,
    small_picture,
)

ROOT = Path(__file__).parents[2]
Answer = Callable[[BaseHTTPRequestHandler, bytes], None]


class Service:
    """A local server that answers as it is told, and keeps what it was sent."""

    def __init__(self, answer: Answer) -> None:
        self.paths: list[str] = []
        self.headers: list[dict[str, str]] = []
        self.bodies: list[bytes] = []
        service = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                service.paths.append(self.path)
                service.headers.append(dict(self.headers))
                service.bodies.append(body)
                answer(self, body)

            def do_GET(self) -> None:
                service.paths.append(f"GET {self.path}")
                reply(200)(self, b"")

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002
                """Say nothing."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/v1/tags"


@contextmanager
def serving(answer: Answer) -> Iterator[Service]:
    service = Service(answer)
    thread = threading.Thread(target=service.server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield service
    finally:
        service.server.shutdown()
        thread.join()
        service.server.server_close()


def reply(status: int, body: bytes = b"{}", **headers: str) -> Answer:
    def answer(handler: BaseHTTPRequestHandler, _: bytes) -> None:
        handler.send_response(status)
        for name, value in headers.items():
            handler.send_header(name.replace("_", "-"), value)
        handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        handler.wfile.write(body)

    return answer


def hang_up(handler: BaseHTTPRequestHandler, _: bytes) -> None:
    handler.close_connection = True
    handler.connection.shutdown(socket.SHUT_RDWR)


def half(handler: BaseHTTPRequestHandler, _: bytes) -> None:
    handler.send_response(200)
    handler.send_header("Content-Length", "100")
    handler.end_headers()
    handler.wfile.write(b"half")
    handler.close_connection = True


def test_a_call_sends_json_with_its_headers_and_gives_the_answer() -> None:
    with serving(reply(201, b'{"tags": []}')) as service:
        answer = post_json(
            f"{service.url}?model=a",
            {"image": base64_text(b"\xff\xd8")},
            service="X",
            headers={"Authorization": "Bearer k"},
        )
    assert answer == b'{"tags": []}'
    assert service.paths == ["/v1/tags?model=a"]
    assert json.loads(service.bodies[0]) == {"image": "/9g="}
    assert service.headers[0]["Authorization"] == "Bearer k"
    assert service.headers[0]["Content-Type"] == "application/json"


@pytest.mark.parametrize(
    ("answer", "error", "wait"),
    [
        (reply(400, b"no such model"), TaggerError, None),
        (reply(404), TaggerError, None),
        (reply(422), TaggerError, None),
        (reply(401), AuthenticationFailed, None),
        (reply(403), AuthenticationFailed, None),
        (reply(402), QuotaExceeded, None),
        (reply(429, b'{"error": {"code": "insufficient_quota"}}'), QuotaExceeded, None),
        (reply(429, b"limit of 100 requests per day"), QuotaExceeded, None),
        (reply(429), CallRefused, None),
        (reply(429, Retry_After="7"), CallRefused, 7.0),
        (reply(503, Retry_After="2"), CallRefused, 2.0),
        (reply(503), CallLost, None),
        (reply(500), CallLost, None),
        (reply(504), CallLost, None),
        (reply(408), CallLost, None),
        (reply(307, Location="/elsewhere"), TaggerError, None),
        (reply(302, Location="/elsewhere"), TaggerError, None),
        (hang_up, CallLost, None),
        (half, CallLost, None),
    ],
)
def test_a_failed_call_is_made_once_and_says_what_it_means(
    answer: Answer, error: type[TaggerError], wait: float | None
) -> None:
    with serving(answer) as service, pytest.raises(TaggerError, match=r"^X: ") as raised:
        post_json(service.url, {}, service="X")
    assert type(raised.value) is error
    assert getattr(raised.value, "retry_after", None) == wait
    assert len(service.paths) == 1


def test_what_the_service_says_is_one_bounded_line() -> None:
    text = "the model\nis \x00gone " + "x" * 10_000
    with serving(reply(400, text.encode())) as service, pytest.raises(TaggerError) as raised:
        post_json(service.url, {}, service="X")
    said = str(raised.value)
    assert said.startswith("X: HTTP 400, the model is ")
    assert "\n" not in said
    assert len(said) < 600


def test_no_answer_in_time_is_a_lost_call() -> None:
    done = threading.Event()

    def wait(handler: BaseHTTPRequestHandler, _: bytes) -> None:
        done.wait()

    with serving(wait) as service:
        with pytest.raises(CallLost, match="no answer came"):
            post_json(service.url, {}, service="X", timeout=0.2)
        done.set()


def test_a_service_that_is_not_there_did_no_work() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # and does not listen
        port = taken.getsockname()[1]
        with pytest.raises(CallRefused, match="X cannot be reached: "):
            post_json(f"http://127.0.0.1:{port}/", {}, service="X")


@pytest.mark.parametrize(
    "url", ["http://api.example.org/tags", "ftp://127.0.0.1/", "", "https://", "http://[::1/"]
)
def test_nothing_leaves_this_machine_in_the_clear(url: str) -> None:
    with pytest.raises(TaggerError, match=r"https://|check the endpoint"):
        post_json(url, {}, service="X")


def test_a_certificate_that_nobody_vouches_for_is_refused(tmp_path: Path) -> None:
    certificate = self_signed(tmp_path)
    with serving(reply(200)) as service:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
        service.server.socket = context.wrap_socket(service.server.socket, server_side=True)
        with pytest.raises(TaggerError, match="certificate is not valid") as raised:
            post_json(service.url.replace("http:", "https:"), {}, service="X")
    assert type(raised.value) is TaggerError
    assert service.paths == []


def self_signed(folder: Path) -> Path:
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(datetime.now(UTC) - timedelta(days=1))
        .not_valid_after(datetime.now(UTC) + timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    path = folder / "both.pem"
    path.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        + certificate.public_bytes(serialization.Encoding.PEM)
    )
    return path


def test_a_key_is_read_from_its_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("X_KEY", " secret\n")
    assert read_key("X_KEY", "X") == "secret"
    for missing in ("", "  "):
        monkeypatch.setenv("X_KEY", missing)
        with pytest.raises(AuthenticationFailed, match=r"X needs a key: export X_KEY=\.\.\."):
            read_key("X_KEY", "X")


def test_seconds_and_dates_are_both_waits() -> None:
    assert retry_after("120") == 120.0
    soon = retry_after(format_datetime(datetime.now(UTC) + timedelta(hours=1), usegmt=True))
    assert soon is not None
    assert 3000 < soon <= 3600
    assert retry_after("Wed, 21 Oct 2015 07:28:00 GMT") == 0.0
    for nothing in ("", "soon", "-5", "1.5", "²"):
        assert retry_after(nothing) is None


def test_the_price_is_the_users_where_there_is_one() -> None:
    listed = Price({"labels": 0.0015, "logos": 0.003}, "2026-01", "https://example.org")
    assert ServiceOptions().price_from(listed) is listed
    own = ServiceOptions(price_per_unit=0.001).price_from(listed)
    assert own.units == {"labels": 0.001, "logos": 0.001}
    assert own.source == "your setting"


def test_the_documented_tagger_works(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    [code] = re.findall(
        r"```python\n(.*?)```", (ROOT / "docs" / "paid-backends.md").read_text("utf-8"), re.DOTALL
    )
    (tmp_path / "documented_tagger.py").write_text(code, "utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    [spec] = import_module("documented_tagger").tagatlas_taggers()
    assert isinstance(spec, TaggerSpec)
    monkeypatch.setenv("EXAMPLE_KEY", "k")
    picture: ImageInput = small_picture()
    with serving(reply(200, b'{"tags": [{"name": "grey", "score": 0.9}]}')) as service:
        tagger = loaded(spec.factory)(spec.options(endpoint=service.url, price_per_unit=0.5))
        [result] = tagger.tag([picture])
    assert result.tags == (Tag("grey", 0.9),)
    assert base64.b64decode(json.loads(service.bodies[0])["image"]) == picture.data
    assert service.headers[0]["Authorization"] == "Bearer k"
    assert tagger.price is not None
    assert tagger.price.per_image == 0.5
