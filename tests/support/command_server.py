"""A process that has imported what ``tagatlas`` needs, and becomes a command for each request.

Importing takes longer than most commands of a test. This process only imports: no thread pool,
session, atlas or setting exists when it forks, so that a command starts in the state of a new
process after its imports. Each is a separate process, with its own variables, folder and streams.

Run with the number of a socket; :class:`command.Starter` is at its other end.
"""

from __future__ import annotations

import atexit
import gc
import json
import os
import re
import runpy
import sys
import threading
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules
from socket import recv_fds, socket
from typing import NoReturn

STREAMS = 3

APART = ("tagatlas.__main__", "tagatlas.testing", "tagatlas_testing", "tagatlas_fetching.worker")
"""Modules that no command imports, or that are run and not imported."""

PLUGINS = (
    "tagatlas_builders.nodes",
    "tagatlas_layouts.forceatlas2.layout",
    "tagatlas_exports.gephi.renderer",
    "tagatlas_exports.methods.renderer",
    "tagatlas_exports.page.renderer",
    "tagatlas_posters.engine.composition",
    "tagatlas_posters.engine.raster",
    "tagatlas_posters.poster.png",
    "tagatlas_exports.tables.renderer",
    "tagatlas_web.page.renderer",
)
"""Modules that most runs use; without those that start threads, such as onnxruntime or gRPC."""


def import_all() -> None:
    """Import modules for commands.

    Raises:
        RuntimeError: an import started Polars' threads: forks lack them, and would hang.
    """
    _import_package("tagatlas")
    for name in PLUGINS:
        import_module(name)
    threads = [(task / "comm").read_text() for task in Path("/proc/self/task").iterdir()]
    if any(re.match(r"polars-\d", name) for name in threads):
        raise RuntimeError("importing tagatlas computes something with Polars")


def _import_package(name: str) -> None:
    for module in iter_modules(import_module(name).__path__, f"{name}."):
        if module.name in APART:
            continue
        if module.ispkg:
            _import_package(module.name)
        else:
            import_module(module.name)


def serve(connection: socket) -> list[str]:
    """Fork for each request, and answer with the process's id and then with its exit status.

    Returns:
        In each new process, the words of its command. It never returns in this process, which
        ends when the other end is closed.
    """
    while True:
        size, streams, _, _ = recv_fds(connection, 4, STREAMS)
        if not size:
            sys.exit()
        with connection.makefile("rb") as requests:
            request = json.loads(requests.read(int.from_bytes(size)))
        process = os.fork()
        if not process:
            connection.close()
            _become(request["variables"], request["folder"], streams)
            words: list[str] = request["words"]
            return words
        for stream in streams:
            os.close(stream)
        connection.sendall(process.to_bytes(4))
        _, status = os.waitpid(process, 0)
        connection.sendall(os.waitstatus_to_exitcode(status).to_bytes(4, signed=True))


def _become(variables: dict[str, str], folder: str, streams: list[int]) -> None:
    """Take on the state that a new process is started with."""
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(variables)
    for number, stream in enumerate(streams):
        os.dup2(stream, number)
        os.close(stream)
    places = variables.get("PYTHONPATH", "").split(os.pathsep)
    sys.path[:1] = [folder, *filter(None, places)]


def _end(status: int) -> NoReturn:
    """End like the interpreter, but leave freeing the modules' memory to the system."""
    threading._shutdown()  # type: ignore[attr-defined]
    atexit._run_exitfuncs()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(status)


if __name__ == "__main__":
    import_all()
    gc.collect()
    gc.freeze()
    sys.argv[1:] = serve(socket(fileno=int(sys.argv[1])))
    try:
        runpy.run_module("tagatlas", run_name="__main__", alter_sys=True)
    except SystemExit as ended:
        if not isinstance(ended.code, int | None):
            raise
        _end(ended.code or 0)
    _end(0)
