"""Channels to services: encrypted but on this machine, and sending nothing twice."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator

import grpc
import pytest

from tagatlas.toolkit import is_loopback, open_channel, small_picture

TLS_HANDSHAKE, HTTP2_PREFACE = b"\x16", b"PRI * HTTP/2.0"


@pytest.mark.parametrize(
    ("endpoint", "loopback"),
    [
        ("127.0.0.1:50051", True),
        ("127.9.9.9", True),
        ("localhost:1", True),
        ("[::1]:50051", True),
        ("::1", True),
        ("api.clarifai.com", False),
        ("api.clarifai.com:443", False),
        ("10.0.0.1:50051", False),
        ("0.0.0.0:50051", False),
        ("localhost.example.org", False),
        ("127.0.0.1.example.org:443", False),
        ("[2001:db8::1]:443", False),
        ("", False),
    ],
)
def test_what_this_machine_is(endpoint: str, loopback: bool) -> None:
    assert is_loopback(endpoint) is loopback


@pytest.fixture
def listener() -> Iterator[socket.socket]:
    with socket.create_server(("0.0.0.0", 0)) as made:  # noqa: S104 - to be reached as two hosts
        yield made


@pytest.mark.parametrize(
    ("host", "begins"),
    [("127.0.0.1", HTTP2_PREFACE), ("0.0.0.0", TLS_HANDSHAKE)],  # noqa: S104
)
def test_what_leaves_the_machine_is_encrypted(
    listener: socket.socket, host: str, begins: bytes
) -> None:
    """0.0.0.0 is reached on this machine, and is none of its loopback addresses."""
    heard: list[bytes] = []

    def listen() -> None:
        connection, _ = listener.accept()
        with connection:
            heard.append(connection.recv(len(begins)))

    thread = threading.Thread(target=listen)
    thread.start()
    channel = open_channel(f"{host}:{listener.getsockname()[1]}")
    call = channel.unary_unary("/x.Y/Z", request_serializer=bytes, response_deserializer=bytes)
    with pytest.raises(grpc.RpcError):
        call(b"", timeout=5.0, metadata=(("authorization", "Key sesame"),))
    channel.close()
    thread.join()
    assert heard == [begins]


def test_the_picture_to_try_with_is_a_picture() -> None:
    assert small_picture().open().size == (256, 256)
    assert small_picture() == small_picture()
