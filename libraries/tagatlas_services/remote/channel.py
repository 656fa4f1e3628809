"""Encrypted channels without automatic retries."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tagatlas_services.web import is_loopback

if TYPE_CHECKING:
    import grpc

CHANNEL_OPTIONS = (
    ("grpc.enable_retries", 0),
    ("grpc.max_send_message_length", -1),
    ("grpc.max_receive_message_length", -1),
)


def open_channel(endpoint: str) -> grpc.Channel:
    """A channel to a service; it connects when it is first used. Thread-safe.

    Args:
        endpoint: ``host`` or ``host:port``. Everything is encrypted, except for connections to
            a loopback address of this machine.
    """
    import grpc

    if is_loopback(endpoint):
        options = (*CHANNEL_OPTIONS, ("grpc.enable_http_proxy", 0))  # which would read all of it
        return grpc.insecure_channel(endpoint, options=options)
    return grpc.secure_channel(endpoint, grpc.ssl_channel_credentials(), options=CHANNEL_OPTIONS)
