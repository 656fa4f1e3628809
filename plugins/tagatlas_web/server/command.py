"""``tagatlas view``."""

from __future__ import annotations

import webbrowser
from functools import partial
from pathlib import Path

import click

from tagatlas import Plugins
from tagatlas.errors import UsageError
from tagatlas.toolkit.calls import step_names
from tagatlas.toolkit.commands import ATLAS, MAP, Command, Outcome, progress_bar, say
from tagatlas_web import NAME

PORT = click.Option(
    ["--port"],
    type=click.IntRange(1, 65535),
    metavar="NUMBER",
    help="Port on 127.0.0.1. By default the atlas's own, or another where that is taken.",
)
OPEN = click.Option(
    ["--open/--no-open", "open_map"], default=True, help="Open the browser; it is by default."
)


def view_command(plugins: Plugins) -> Command:
    """The command, with the options of every installed renderer."""

    def run(
        *, atlas: Path, map_name: str | None, port: int | None, open_map: bool, **options: object
    ) -> Outcome:
        """Open the map in the browser, to explore it and to write and draw on it."""
        from tagatlas.toolkit.calls import opened, select
        from tagatlas.toolkit.kinds import RENDERERS
        from tagatlas.toolkit.rendering import RenderOptions, renderers_in_order
        from tagatlas_web.server.address import Address, listen, port_of
        from tagatlas_web.server.files import MapFiles, folder_elsewhere
        from tagatlas_web.server.serving import serve

        specs = renderers_in_order(plugins)
        titles = {spec.name: spec.download for spec in specs if spec.download}

        with opened(atlas, plugins, write=False) as its_atlas:
            selection = select(its_atlas, options, "render")
            shorter = selection.options("render", RenderOptions).without_queries
            names = dict.fromkeys([*titles, NAME])
            renderers = {name: selection.look_up(RENDERERS, name) for name in names}
            selection.check()
            maps = its_atlas.map_names()
        if not maps:
            raise UsageError(f"{atlas} has no map; make one with tagatlas map")
        shown = map_name or maps[0]
        progress = partial(progress_bar, "rendering")
        wanted = port or port_of(atlas)
        with (
            folder_elsewhere(atlas) as elsewhere,
            listen(wanted, otherwise_any=port is None) as listening,
        ):
            files = MapFiles(atlas, plugins, renderers, titles, progress, shorter, elsewhere)
            say(f"view: preparing the page of the map {shown}; its address follows")
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
