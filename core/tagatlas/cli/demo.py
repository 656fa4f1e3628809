"""``tagatlas demo``."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from importlib.resources import as_file, files
from io import TextIOWrapper
from pathlib import Path
from threading import Thread
from urllib.parse import quote

import click

from tagatlas.cli.arguments import PATH
from tagatlas.cli.calling import open_in_browser, plugins_at_hand
from tagatlas.cli.command import Command
from tagatlas.cli.outcome import Outcome
from tagatlas.cli.run import run_all
from tagatlas.cli.terminal import say
from tagatlas.errors import StorageError
from tagatlas_rendering import write_atomically

PORT = 47853
"""Always the same port, so that a second demo fetches nothing."""

OUT = click.Option(
    ["--out"],
    type=PATH,
    default=Path("demo.atlas"),
    show_default=True,
    metavar="ATLAS",
    help="Folder of the atlas.",
)
NO_OPEN = click.Option(["--no-open"], is_flag=True, help="Do not open the browser.")


def command() -> Command:
    """The command."""
    return Command(run, [OUT, NO_OPEN])


def run(*, out: Path, no_open: bool) -> Iterator[Outcome]:
    """Map a sample collection and open it in the browser.

    It is fetched from a list of URLs, as any other collection would be.
    """
    plugins = plugins_at_hand()
    url_list = out.with_suffix(".csv")
    with as_file(files("tagatlas.cli") / "sample") as folder, _serving(folder) as address:
        _write_url_list(url_list, folder, address)
        say(f"demo: {url_list} lists the sample's images, served at {address}; now running")
        say(f"demo:   tagatlas run {url_list} --out {out} --allow-private")
        for outcome in run_all(str(url_list), out, plugins, allow_private=True):
            yield outcome
            if not no_open:
                open_in_browser(outcome)


def _write_url_list(path: Path, folder: Path, address: str) -> None:
    """A table like a user's: URLs, their frequencies, and a further column."""
    pictures = sorted(
        picture.name for picture in folder.iterdir() if picture.suffix in (".jpg", ".png", ".webp")
    )
    rows = [
        (f"{address}/{quote(name)}", 1 + index % 5, name.partition("-")[0])
        for index, name in enumerate(pictures)
    ]
    gone = (f"{address}/birds-dodo.png", 1, "birds")  # as in every real collection, some are dead
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StorageError(f"cannot make {path.parent}: {error.strerror}") from error
    with write_atomically(path) as file, TextIOWrapper(file, "utf-8", newline="") as text:
        csv.writer(text).writerows([("url", "frequency", "theme"), *rows, gone])


@contextmanager
def _serving(folder: Path) -> Iterator[str]:
    """Run a web server on this machine during the block; yields its address."""
    handler = partial(_QuietHandler, directory=str(folder))
    try:
        server = ThreadingHTTPServer(("127.0.0.1", PORT), handler)
    except OSError:  # the port is taken: any other will do
        server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class _QuietHandler(SimpleHTTPRequestHandler):
    """Serves files without logging requests."""

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's name
        """Log nothing."""
