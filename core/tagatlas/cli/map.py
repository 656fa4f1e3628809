"""``tagatlas map``."""

from __future__ import annotations

from pathlib import Path

import click

from tagatlas.cli.arguments import ATLAS, FORCE, MAP, ON, PATH
from tagatlas.cli.calling import plugins_at_hand
from tagatlas.cli.command import Command
from tagatlas.cli.outcome import Outcome
from tagatlas.cli.outcomes import outcome_of_mapping
from tagatlas.cli.terminal import shown
from tagatlas.step_options import step_names

BACKEND = click.Option(
    ["--backend"], metavar="NAME", help="Whose tags to map. By default the last used."
)

CHOOSING = [
    click.Option(["--hide"], type=PATH, metavar="TABLE", help="Hide the images that it names."),
    click.Option(["--unhide"], type=PATH, metavar="TABLE", help="Show them again."),
    click.Option(["--within-cluster"], metavar="NAME", help="Map only the images in this cluster."),
    click.Option(["--of-map"], metavar="NAME", help="The map with that cluster."),
    click.Option(
        ["--with-tag"], multiple=True, metavar="TAG", help="Map only images with this tag."
    ),
    click.Option(
        ["--tag-score"], type=float, metavar="NUMBER", help="Lowest score of such a tag [0.1]."
    ),
    click.Option(
        ["--where"],
        multiple=True,
        metavar="CONDITION",
        help="Map only images with such a record: 'year>=1990', 'place=Lisbon', 'text~parrot'.",
    ),
]


def command() -> Command:
    """The command, with the options of every installed graph builder and layout."""
    plugins = plugins_at_hand()

    def run(
        *,
        atlas: Path,
        backend: str | None,
        map_name: str | None,
        force: bool,
        on: str,
        hide: Path | None,
        unhide: Path | None,
        within_cluster: str | None,
        of_map: str | None,
        with_tag: tuple[str, ...],
        tag_score: float | None,
        where: tuple[str, ...],
        **options: object,
    ) -> Outcome:
        """Lay out the network of images and tags, find and name clusters."""
        from tagatlas.steps.map import map as map_
        from tagatlas.steps.opened import opened

        with opened(atlas, plugins) as its_atlas:
            report = map_(
                its_atlas,
                backend=backend,
                name=map_name,
                force=force,
                on=on,
                show=shown(),
                hide=hide,
                unhide=unhide,
                within_cluster=within_cluster,
                of_map=of_map,
                with_tag=with_tag,
                tag_score=tag_score,
                where=where,
                **options,
            )
        return outcome_of_mapping(report)

    return Command(run, [ATLAS, BACKEND, MAP, FORCE, ON, *CHOOSING], step_names(plugins, "map"))
