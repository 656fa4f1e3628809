"""``tagatlas view``."""

from __future__ import annotations

import webbrowser
from functools import partial
from pathlib import Path

import click

from tagatlas.cli.arguments import ATLAS, MAP
from tagatlas.cli.calling import plugins_at_hand
from tagatlas.cli.command import Command
from tagatlas.cli.outcome import Outcome
from tagatlas.cli.terminal import progress_bar, say
from tagatlas.errors import UsageError
from tagatlas.plugins import RENDERERS
from tagatlas.step_options import step_names

PORT = click.Option(
    ["--port"],
    type=click.IntRange(1, 65535),
    metavar="NUMBER",
    help="Port on 127.0.0.1. By default the atlas's own, or another where that is taken.",
)
OPEN = click.Option(
    ["--open/--no-open", "open_map"], default=True, help="Open the browser; it is by default."
)


def command() -> Command:
    """The command, with the options of every installed renderer."""
    plugins = plugins_at_hand()

    def run(
        *, atlas: Path, map_name: str | None, port: int | None, open_map: bool, **options: object
    ) -> Outcome:
        """Open the map in the browser, to explore it and to write and draw on it."""
        from tagatlas.steps.opened import opened, select
        from tagatlas.steps.renderers import offered_formats, viewer_format
        from tagatlas.view import Address, MapFiles, listen, port_of, serve

        with opened(atlas, plugins, write=False) as its_atlas:
            selection = select(its_atlas, options, "render")
            page, titles = viewer_format(plugins), offered_formats(plugins)
            chosen = [selection.look_up(RENDERERS, name) for name in {**titles, page: ""}]
            selection.check()
            names = its_atlas.catalog.maps.names()
        renderers = {renderer.name: renderer for renderer in chosen}
        if not names:
            raise UsageError(f"{atlas} has no map; make one with tagatlas map")
        shown = map_name or names[0]
        progress = partial(progress_bar, "rendering")
        files = MapFiles(atlas, plugins, renderers, titles, page, progress)
        wanted = port or port_of(atlas)
        with listen(wanted, otherwise_any=port is None) as listening:
            files.viewer(shown)
            address = Address(listening.getsockname()[1])
            if address.port != wanted:
                say(f"port {wanted} is taken: changes that a browser kept for it show up there")
            say(f"view: {address.url} shows the map {shown}; Ctrl-C ends it")
            if open_map:
                webbrowser.open(address.url)
            serve(files, shown, address, listening)
        return Outcome({"url": address.url, "map": shown}, ["ended: all that was saved is kept"])

    return Command(run, [ATLAS, MAP, PORT, OPEN], step_names(plugins, "render"))
