"""Serving until interrupted."""

from __future__ import annotations

import socket
from contextlib import closing, suppress

import uvicorn

from tagatlas_web.server.address import Address
from tagatlas_web.server.app import make_app
from tagatlas_web.server.files import MapFiles
from tagatlas_web.server.meaning import Meaning

_PATIENCE = 5
"""Seconds for running answers to finish at the end."""
_IDLE = 600
"""Seconds after which an idle connection is closed: browsers close theirs before that, so that no
request meets a connection that is just being closed."""


def serve(files: MapFiles, map_name: str, address: Address, listening: socket.socket) -> None:
    """Serve a map until the process is interrupted (SIGINT); answers under way are finished.

    Args:
        files: of the atlas.
        map_name: the map that is shown.
        address: what the socket is bound to.
        listening: as from :func:`~tagatlas_web.server.address.listen`; closed at the end.
    """
    meaning = Meaning(files)
    config = uvicorn.Config(
        make_app(files, map_name, address, meaning),
        access_log=False,
        http="h11",
        lifespan="off",
        log_config=None,
        loop="asyncio",
        proxy_headers=False,
        server_header=False,
        timeout_graceful_shutdown=_PATIENCE,
        timeout_keep_alive=_IDLE,
        ws="none",
    )
    with suppress(KeyboardInterrupt), listening, closing(meaning):
        uvicorn.Server(config).run(sockets=[listening])
