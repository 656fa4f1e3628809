"""Channels that encrypt, and that send nothing twice."""

from __future__ import annotations

import ipaddress

import grpc

CHANNEL_OPTIONS = (
    ("grpc.enable_retries", 0),
    ("grpc.max_send_message_length", -1),
    ("grpc.max_receive_message_length", -1),
)


def open_channel(endpoint: str) -> grpc.Channel:
    """A channel to a service; it connects when it is first used. Thread-safe.

    Args:
        endpoint: ``host`` or ``host:port``. Everything is encrypted, but for a server on this
            machine: its loopback address alone is spoken to in the clear.
    """
    if is_loopback(endpoint):
        return grpc.insecure_channel(endpoint, options=CHANNEL_OPTIONS)
    return grpc.secure_channel(endpoint, grpc.ssl_channel_credentials(), options=CHANNEL_OPTIONS)


def is_loopback(endpoint: str) -> bool:
    """Whether an endpoint is this machine: ``localhost``, ``127.0.0.1``, ``[::1]``."""
    host = endpoint
    if host.startswith("["):
        host = host[1:].partition("]")[0]
    elif host.count(":") == 1:
        host = host.partition(":")[0]
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
