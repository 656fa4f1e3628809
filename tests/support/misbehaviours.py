"""Servers that misbehave: each is a plain socket on a separate loopback address.

A behaviour gets the connection after a request was read, and makes the answer.
"""

from __future__ import annotations

import gzip
import socket
import socketserver
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from email.utils import formatdate

import brotli

Behaviour = Callable[["Visit"], None]


@dataclass
class Visit:
    """One request, to be answered.

    Attributes:
        connection: for the answer.
        number: of earlier requests to the same server.
        path: as requested.
        picture: a valid JPEG.
        stopped: set when the server is to end.
    """

    connection: socket.socket
    number: int
    path: str
    picture: bytes
    stopped: threading.Event

    def say(self, *parts: bytes) -> None:
        """Send raw bytes."""
        self.connection.sendall(b"".join(parts))

    def answer(self, body: bytes = b"", status: str = "200 OK", **headers: str) -> None:
        """Send a valid answer."""
        lines = {"Content-Length": str(len(body)), "Content-Type": "image/jpeg"}
        lines |= {name.replace("_", "-"): value for name, value in headers.items()}
        head = "".join(f"{name}: {value}\r\n" for name, value in lines.items() if value)
        self.say(f"HTTP/1.1 {status}\r\n{head}\r\n".encode("latin-1"), body)

    def drip(self, data: bytes, pause: float) -> None:
        """Send byte by byte until the client gives up."""
        for byte in data:
            if self.stopped.wait(pause):
                return
            self.say(bytes([byte]))

    def hang(self) -> None:
        """Send nothing until the end."""
        self.stopped.wait(60)


def silent(visit: Visit) -> None:
    """Never answers."""
    visit.hang()


def slow_headers(visit: Visit) -> None:
    """Sends its headers byte by byte."""
    visit.drip(b"HTTP/1.1 200 OK\r\nX: " + b"x" * 10_000, 0.05)


def slow_body(visit: Visit) -> None:
    """Sends its body byte by byte."""
    visit.say(b"HTTP/1.1 200 OK\r\nContent-Length: 10000\r\n\r\n")
    visit.drip(visit.picture, 0.05)


def stalled_body(visit: Visit) -> None:
    """Sends half of its body, and no more."""
    head = f"HTTP/1.1 200 OK\r\nContent-Length: {len(visit.picture)}\r\n\r\n".encode()
    visit.say(head, visit.picture[: len(visit.picture) // 2])
    visit.hang()


def endless_body(visit: Visit) -> None:
    """Sends bytes endlessly."""
    visit.say(b"HTTP/1.1 200 OK\r\n\r\n", visit.picture)
    while not visit.stopped.is_set():
        visit.say(bytes(65_536))


def endless_chunks(visit: Visit) -> None:
    """Sends chunks endlessly."""
    visit.say(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
    while not visit.stopped.is_set():
        visit.say(b"10000\r\n", bytes(65_536), b"\r\n")


def endless_headers(visit: Visit) -> None:
    """Sends headers endlessly."""
    visit.say(b"HTTP/1.1 200 OK\r\n")
    while not visit.stopped.is_set():
        visit.say(b"X-More: ", b"x" * 60_000, b"\r\n")


def one_long_header(visit: Visit) -> None:
    """Sends a header of 200,000 bytes."""
    visit.answer(visit.picture, X="x" * 200_000)


def too_short(visit: Visit) -> None:
    """Announces more than it sends."""
    visit.answer(visit.picture, Content_Length=str(2 * len(visit.picture)))


def too_long(visit: Visit) -> None:
    """Announces less than it sends."""
    half = len(visit.picture) // 2
    visit.answer(visit.picture[:half])
    visit.stopped.wait(0.3)
    visit.say(visit.picture[half:])


def negative_length(visit: Visit) -> None:
    """Announces a negative length."""
    visit.answer(visit.picture, Content_Length="-5")


def two_lengths(visit: Visit) -> None:
    """Announces two lengths."""
    head = f"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: {len(visit.picture)}\r\n\r\n"
    visit.say(head.encode(), visit.picture)


def huge_announced(visit: Visit) -> None:
    """Announces a terabyte."""
    visit.answer(visit.picture, Content_Length=str(10**12))


def bad_chunk(visit: Visit) -> None:
    """Sends a chunk whose size is not a number."""
    visit.say(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nshort\r\n")


def chunks_cut_off(visit: Visit) -> None:
    """Sends chunks without the last one."""
    size = f"{len(visit.picture):x}\r\n".encode()
    visit.say(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", size, visit.picture)


def chunks_with_extras(visit: Visit) -> None:
    """Sends chunks with extensions and trailers, which are allowed."""
    half = len(visit.picture) // 2
    visit.say(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
    for part in (visit.picture[:half], visit.picture[half:]):
        visit.say(f"{len(part):x};name=value\r\n".encode(), part, b"\r\n")
    visit.say(b"0\r\nX-Trailer: yes\r\n\r\n")


def gzip_bomb(visit: Visit) -> None:
    """Sends 50 MB of zeros, compressed to 50 KB."""
    visit.answer(gzip.compress(bytes(50_000_000)), Content_Encoding="gzip")


def gzip_of_gzip(visit: Visit) -> None:
    """Sends a picture compressed twice, but declares it once."""
    visit.answer(gzip.compress(gzip.compress(visit.picture)), Content_Encoding="gzip")


def gzipped(visit: Visit) -> None:
    """Compresses a picture without request, but correctly."""
    visit.answer(gzip.compress(visit.picture), Content_Encoding="gzip")


def called_gzip(visit: Visit) -> None:
    """Declares gzip, and sends the plain picture."""
    visit.answer(visit.picture, Content_Encoding="gzip")


def damaged_gzip(visit: Visit) -> None:
    """Sends a corrupted compressed picture."""
    packed = gzip.compress(visit.picture)
    visit.answer(packed[:20] + bytes(200) + packed[20:], Content_Encoding="gzip")


def cut_gzip(visit: Visit) -> None:
    """Sends a compressed picture without its end."""
    visit.answer(gzip.compress(visit.picture)[:-20], Content_Encoding="gzip")


def unasked_brotli(visit: Visit) -> None:
    """Uses a compression that was not requested."""
    visit.answer(brotli.compress(visit.picture), Content_Encoding="br")


def redirect_loop(visit: Visit) -> None:
    """Redirects to itself."""
    visit.answer(status="302 Found", Location=visit.path)


def redirect_chain(visit: Visit) -> None:
    """Redirects endlessly to new URLs."""
    visit.answer(status="301 Moved", Location=f"/next/{visit.number}")


def redirect_to_a_file(visit: Visit) -> None:
    """Redirects to a file on the client's machine."""
    visit.answer(status="302 Found", Location="file:///etc/passwd")


def redirect_to_data(visit: Visit) -> None:
    """Redirects to a URL that is its own content."""
    visit.answer(status="302 Found", Location="data:image/png;base64,iVBORw0KGgo=")


def redirect_nowhere(visit: Visit) -> None:
    """Redirects without a location."""
    visit.answer(status="302 Found")


def redirect_to_nonsense(visit: Visit) -> None:
    """Redirects to an invalid URL."""
    visit.answer(status="302 Found", Location="http://[::1/")


def redirect_home(visit: Visit) -> None:
    """Redirects correctly, with a name that is not ASCII."""
    if visit.number == 0:
        visit.answer(status="307 Temporary Redirect", Location="/bl%C3%BCte.jpg")
    else:
        visit.answer(visit.picture)


def not_found_with_a_picture(visit: Visit) -> None:
    """Answers 404 with a picture, like hosts of deleted pictures."""
    visit.answer(visit.picture, status="404 Not Found")


def gone(visit: Visit) -> None:
    """Answers 410."""
    visit.answer(status="410 Gone")


def forbidden(visit: Visit) -> None:
    """Answers 403."""
    visit.answer(status="403 Forbidden")


def teapot(visit: Visit) -> None:
    """Answers with an unknown status."""
    visit.answer(visit.picture, status="799 Whatever")


def page(visit: Visit) -> None:
    """Sends a page with status 200."""
    visit.answer(b"\n<!DOCTYPE html><html><body>Log in</body></html>", Content_Type="text/html")


def page_called_a_picture(visit: Visit) -> None:
    """Sends a page and calls it a JPEG."""
    visit.answer(b"<html><head></head></html>")


def svg(visit: Visit) -> None:
    """Sends an SVG drawing."""
    visit.answer(b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"/>')


def json_answer(visit: Visit) -> None:
    """Sends JSON."""
    visit.answer(b'{"error": "no such picture"}', Content_Type="application/json")


def nothing(visit: Visit) -> None:
    """Sends no bytes with status 200."""
    visit.answer(b"")


def no_content(visit: Visit) -> None:
    """Answers 204."""
    visit.say(b"HTTP/1.1 204 No Content\r\n\r\n")


def picture_called_text(visit: Visit) -> None:
    """Sends a picture and calls it text, for download under a hostile name."""
    name = 'attachment; filename="../../../../tmp/evil.sh"'
    visit.answer(visit.picture, Content_Type="text/plain", Content_Disposition=name)


def busy_for_a_second(visit: Visit) -> None:
    """Answers 429 with seconds, then sends the picture."""
    if visit.number == 0:
        visit.answer(status="429 Too Many Requests", Retry_After="1")
    else:
        visit.answer(visit.picture)


def busy_until(visit: Visit) -> None:
    """Answers 429 with a date, then sends the picture."""
    if visit.number == 0:
        moment = formatdate(time.time() + 1, usegmt=True)
        visit.answer(status="429 Too Many Requests", Retry_After=moment)
    else:
        visit.answer(visit.picture)


def busy_until_tomorrow(visit: Visit) -> None:
    """Answers 429 and asks to wait a day."""
    visit.answer(status="429 Too Many Requests", Retry_After="86400")


def flapping(visit: Visit) -> None:
    """Answers 503 once, then sends the picture."""
    if visit.number == 0:
        visit.answer(status="503 Service Unavailable")
    else:
        visit.answer(visit.picture)


def broken(visit: Visit) -> None:
    """Always answers 500."""
    visit.answer(status="500 Internal Server Error")


def hangs_up(visit: Visit) -> None:
    """Closes without an answer."""


def resets(visit: Visit) -> None:
    """Breaks the connection within the body."""
    visit.say(b"HTTP/1.1 200 OK\r\nContent-Length: 10000\r\n\r\nhalf")
    linger = b"\x01\x00\x00\x00\x00\x00\x00\x00"
    visit.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)


def hangs_up_once(visit: Visit) -> None:
    """Closes without an answer once, then sends the picture."""
    if visit.number:
        visit.answer(visit.picture)


def keeps_alive_and_closes(visit: Visit) -> None:
    """Promises to keep the connection, and closes it."""
    visit.answer(visit.picture, Connection="keep-alive", Keep_Alive="timeout=60")


def garbage(visit: Visit) -> None:
    """Answers with something other than HTTP."""
    visit.say(b"\x00\x01\x02hello\r\n\r\n")


def banana(visit: Visit) -> None:
    """Answers with a status that is not a number."""
    visit.say(b"HTTP/1.1 banana\r\n\r\n")


def informs_first(visit: Visit) -> None:
    """Sends an interim answer before the real one."""
    visit.say(b"HTTP/1.1 103 Early Hints\r\nLink: </a.css>\r\n\r\n")
    visit.answer(visit.picture)


def old_protocol(visit: Visit) -> None:
    """Speaks HTTP/1.0, without a length."""
    visit.say(b"HTTP/1.0 200 OK\r\n\r\n", visit.picture)


def header_without_name(visit: Visit) -> None:
    """Sends a header without a name."""
    visit.say(b"HTTP/1.1 200 OK\r\n: value\r\nContent-Length: 3\r\n\r\nabc")


def truncated(tenths: int) -> Behaviour:
    """Sends some tenths of a picture as if complete."""

    def behave(visit: Visit) -> None:
        visit.answer(visit.picture[: len(visit.picture) * tenths // 10])

    return behave


def sends(body: bytes) -> Behaviour:
    """Sends these bytes."""
    return lambda visit: visit.answer(body)


@dataclass
class Misbehaving:
    """A server with one behaviour.

    Attributes:
        url: of the server.
        requests: paths of the requests so far.
    """

    url: str
    requests: list[str] = field(default_factory=list)


@contextmanager
def serve(
    host: str, behaviour: Behaviour, picture: bytes, context: ssl.SSLContext | None = None
) -> Iterator[Misbehaving]:
    """A server on a loopback address, during the block.

    Args:
        host: 127.x.y.z; a separate host for the client.
        behaviour: makes the answers.
        picture: of a valid answer.
        context: for TLS.
    """
    stopped = threading.Event()
    served = Misbehaving("")

    class Answer(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            with suppress(OSError):
                connection = self.request
                if context is not None:
                    connection = context.wrap_socket(connection, server_side=True)
                connection.settimeout(60)
                head = b""
                while b"\r\n\r\n" not in head:
                    received = connection.recv(65_536)
                    if not received:
                        return
                    head += received
                path = head.split(b" ", 2)[1].decode("latin-1")
                number = len(served.requests)
                served.requests.append(path)
                behaviour(Visit(connection, number, path, picture, stopped))
                if context is not None:
                    connection.close()

    class Server(socketserver.ThreadingTCPServer):
        daemon_threads = True
        block_on_close = False

    with Server((host, 0), Answer) as server:
        scheme = "http" if context is None else "https"
        served.url = f"{scheme}://{host}:{server.server_address[1]}"
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        try:
            yield served
        finally:
            stopped.set()
            server.shutdown()
            thread.join()
