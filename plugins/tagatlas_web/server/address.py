"""Address of the server: on this machine only, under a secret path."""

from __future__ import annotations

import secrets
import socket
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path

from tagatlas.errors import UsageError

HOST = "127.0.0.1"

# Below the ports that systems hand out to outgoing connections.
_FIRST, _PORTS = 20_000, 12_000


@dataclass(frozen=True)
class Address:
    """Address of a server.

    Attributes:
        port: on 127.0.0.1.
        token: the first part of every path; requests without it are refused.
    """

    port: int
    token: str = field(default_factory=secrets.token_urlsafe)

    @property
    def url(self) -> str:
        """The page's."""
        return f"http://{HOST}:{self.port}/{self.token}/"


def port_of(atlas: Path) -> int:
    """The port of an atlas's server, the same each time.

    A browser stores unsaved changes by host and port, so that they are found again.
    """
    digest = sha256(str(atlas.resolve()).encode("utf-8", "surrogatepass")).digest()
    return _FIRST + int.from_bytes(digest[:4], "big") % _PORTS


def listen(port: int, *, otherwise_any: bool) -> socket.socket:
    """A socket that listens on this machine only.

    Args:
        port: wanted.
        otherwise_any: whether another port will do where this one is taken.

    Raises:
        UsageError: it is in use, or not permitted.
    """
    listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    try:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listening.bind((HOST, port))
            listening.listen()
        except OSError as error:
            if not otherwise_any:
                raise UsageError(
                    f"port {port} cannot be used ({error.strerror}): choose another --port, or none"
                ) from error
            listening.close()
            return listen(0, otherwise_any=False)
    except BaseException:
        listening.close()
        raise
    return listening
