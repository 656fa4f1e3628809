"""``tagatlas view``."""

from __future__ import annotations

import webbrowser
from collections.abc import Callable
from functools import partial
from typing import Annotated

import typer

from tagatlas.cli.arguments import AtlasArgument, MapNameOption
from tagatlas.cli.flags import Choices, with_flags
from tagatlas.cli.outcome import Outcome, Result
from tagatlas.cli.sections import plugins_at_hand, render_sections
from tagatlas.cli.terminal import progress_bar, say
from tagatlas.errors import UsageError

PortOption = Annotated[
    int | None,
    typer.Option(
        "--port",
        min=1,
        max=65535,
        help="Port on 127.0.0.1. By default the atlas's own, or another where that is taken.",
        show_default=False,
    ),
]
OpenSwitch = Annotated[bool, typer.Option("--open/--no-open", help="Open the browser.")]


def command() -> Callable[..., Result]:
    """The command, with the flags of every installed renderer."""
    plugins = plugins_at_hand()

    def run(
        atlas: AtlasArgument,
        choices: Choices,
        map_name: MapNameOption = None,
        port: PortOption = None,
        open_map: OpenSwitch = True,
    ) -> Outcome:
        from tagatlas.atlas import open_atlas
        from tagatlas.cli.picks import Picks
        from tagatlas.view import Address, MapFiles, listen, port_of, serve
        from tagatlas.view.files import FORMATS

        with open_atlas(atlas, plugins, write=False) as opened:
            picks = Picks(opened, choices)
            renderers = {renderer.name: renderer for renderer in picks.renderers(FORMATS)}
            picks.check()
            names = opened.catalog.maps.names()
        if not names:
            raise UsageError(f"{atlas} has no map; make one with tagatlas map")
        shown = map_name or names[0]
        files = MapFiles(atlas, plugins, renderers, partial(progress_bar, "rendering"))
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

    return with_flags(run, render_sections(plugins))
