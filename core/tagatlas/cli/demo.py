"""``tagatlas demo``."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from importlib.resources import as_file, files
from pathlib import Path
from threading import Thread
from typing import Annotated
from urllib.parse import quote

import typer

from tagatlas.cli.flags import Choices, flags_of
from tagatlas.cli.outcome import Outcome
from tagatlas.cli.render import open_in_browser
from tagatlas.cli.run import run_all
from tagatlas.cli.sections import fetch_sections, plugins_at_hand
from tagatlas.cli.terminal import say
from tagatlas.errors import StorageError

PORT = 47853
"""The sample is served from the same port each time, so that a second demo fetches nothing."""

OutOption = Annotated[Path, typer.Option("--out", help="Folder of the atlas.")]
NoOpenFlag = Annotated[bool, typer.Option("--no-open", help="Do not open the browser.")]


def command() -> Callable[..., Iterator[Outcome]]:
    """The command."""
    return run


def run(out: OutOption = Path("demo.atlas"), no_open: NoOpenFlag = False) -> Iterator[Outcome]:
    """Map the sample collection, fetched from a list of URLs as any other collection would be."""
    plugins = plugins_at_hand()
    url_list = out.with_suffix(".csv")
    with as_file(files("tagatlas.cli") / "sample") as folder, _serving(folder) as address:
        _write_url_list(url_list, folder, address)
        say(f"demo: {url_list} lists the sample's images, served at {address}; now running")
        say(f"demo:   tagatlas run {url_list} --out {out} --allow-private")
        allow_private = next(
            flag
            for flag in flags_of(fetch_sections(plugins), set())
            if flag.name == "--allow-private"
        )
        for outcome in run_all(str(url_list), out, plugins, Choices({allow_private: True})):
            yield outcome
            if not no_open:
                open_in_browser(outcome)


def _write_url_list(path: Path, folder: Path, address: str) -> None:
    """A table such as a user has: URLs, how often each was seen, a column of their own."""
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
        with path.open("w", newline="", encoding="utf-8") as file:
            csv.writer(file).writerows([("url", "frequency", "theme"), *rows, gone])
    except OSError as error:
        raise StorageError(f"cannot write {path}: {error.strerror}") from error


@contextmanager
def _serving(folder: Path) -> Iterator[str]:
    """A web server on this machine for as long as the block lasts; yields its address."""
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
    """Serves files without a line for each."""

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's name
        """Say nothing."""
