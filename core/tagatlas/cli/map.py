"""``tagatlas map``."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated

import typer

from tagatlas.cli import steps
from tagatlas.cli.arguments import AtlasArgument, MapNameOption
from tagatlas.cli.flags import Choices, with_flags
from tagatlas.cli.outcome import Outcome, Result
from tagatlas.cli.sections import map_sections, plugins_at_hand

BackendOption = Annotated[
    str | None,
    typer.Option(
        "--backend", help="Whose tags to map. By default the last used.", show_default=False
    ),
]


def command() -> Callable[..., Result]:
    """The command, with the flags of every installed graph builder and layout."""
    plugins = plugins_at_hand()

    def run(
        atlas: AtlasArgument,
        choices: Choices,
        backend: BackendOption = None,
        map_name: MapNameOption = None,
    ) -> Outcome:
        from tagatlas.atlas import open_atlas
        from tagatlas.cli.picks import Picks
        from tagatlas.maps.options import MapOptions
        from tagatlas.pipeline.map import backend_to_map
        from tagatlas.pipeline.names import given_names

        with open_atlas(atlas, plugins) as opened:
            picks = Picks(opened, choices)
            options = picks.options("map", MapOptions)
            builder = picks.builder(options.builder)
            layout = picks.layout(options.layout)
            given_names(opened, options.cluster_names)  # refused before anything is prepared
            with picks.settled():
                tagger = backend_to_map(opened, backend).name
                name = map_name or tagger
                with steps.preparing(layout, at_once=False) as prepare:
                    return steps.map_(opened, name, tagger, builder, layout, options, prepare)

    return with_flags(run, map_sections(plugins))
