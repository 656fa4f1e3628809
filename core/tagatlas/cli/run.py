"""``tagatlas run``."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Annotated

import typer

from tagatlas.cli import steps
from tagatlas.cli.arguments import (
    HeaderOption,
    MapNameOption,
    MaxFailuresOption,
    OpenFlag,
    ReplaceOption,
    RetryFlag,
    SourceArgument,
)
from tagatlas.cli.flags import Choices, with_flags
from tagatlas.cli.outcome import Outcome, Result
from tagatlas.cli.render import open_in_browser
from tagatlas.cli.sections import (
    fetch_sections,
    map_sections,
    plugins_at_hand,
    render_sections,
    source_sections,
    tag_sections,
)
from tagatlas.plugins import Plugins, plugin_owner

OutOption = Annotated[
    Path, typer.Option("--out", help="Folder of the atlas; made if it is not there.")
]


def command() -> Callable[..., Result]:
    """The command, with the flags of every step and every installed plugin."""
    plugins = plugins_at_hand()

    def run(
        location: SourceArgument,
        out: OutOption,
        choices: Choices,
        map_name: MapNameOption = None,
        replace: ReplaceOption = None,
        retry_failed: RetryFlag = False,
        header: HeaderOption = None,
        max_failures: MaxFailuresOption = None,
        open_map: OpenFlag = False,
    ) -> Iterator[Outcome]:
        for outcome in run_all(
            location,
            out,
            plugins,
            choices,
            map_name=map_name,
            replace=replace,
            retry_failed=retry_failed,
            headers=header or [],
            max_failures=max_failures,
        ):
            yield outcome
            if open_map:
                open_in_browser(outcome)

    sections = [
        *source_sections(plugins),
        *fetch_sections(plugins),
        *tag_sections(plugins),
        *map_sections(plugins),
        *render_sections(plugins),
    ]
    return with_flags(run, sections)


def run_all(
    location: str,
    out: Path,
    plugins: Plugins,
    choices: Choices,
    *,
    map_name: str | None = None,
    replace: str | None = None,
    retry_failed: bool = False,
    headers: Sequence[str] = (),
    max_failures: str | None = None,
) -> Iterator[Outcome]:
    """All steps, one after the other, each with its outcome when it ends."""
    from tagatlas.atlas import open_atlas
    from tagatlas.cli.picks import Picks
    from tagatlas.fetch import FetchOptions
    from tagatlas.fetch.hosts import parse_headers
    from tagatlas.maps.options import MapOptions
    from tagatlas.pipeline.load import load_map
    from tagatlas.pipeline.names import given_names
    from tagatlas.pipeline.options import TagOptions

    given_headers = parse_headers(headers)
    retry = steps.statuses_to_retry(retry_failed, None)
    with open_atlas(out, plugins, create=True) as atlas:
        picks = Picks(atlas, choices)
        source = picks.source(location, replace)
        fetching = picks.options("fetch", FetchOptions)
        recoveries = picks.recoveries(fetching.recover)
        tagging = picks.options("tag", TagOptions)
        tagger = picks.tagger(tagging.backend)
        mapping = picks.options("map", MapOptions)
        given_names(atlas, mapping.cluster_names)
        builder = picks.builder(mapping.builder)
        layout = picks.layout(mapping.layout)
        renderers = picks.renderers()
        picks.check()
        layout.make()  # what it lacks is said before anything is fetched or paid for
        name = map_name or tagger.name
        with picks.settled("add", plugin_owner(source.name)):
            added = steps.add(atlas, location, source, replace)
        yield steps.named("add", added)
        picks.settle("fetch", *(plugin_owner(recovery.name) for recovery in recoveries))
        is_new = name not in atlas.catalog.maps.names()
        with steps.preparing(layout, at_once=is_new) as prepare:
            for fetched in steps.fetch(
                atlas, fetching, retry, given_headers, recoveries, max_failures
            ):
                yield steps.named("fetch", fetched)
            with picks.settled("tag", plugin_owner(tagger.name)):
                tagged = steps.tag(atlas, tagger, tagging, retry_failed, max_failures)
            yield steps.named("tag", tagged)
            with picks.settled("map", plugin_owner(builder.name), plugin_owner(layout.name)):
                mapped = steps.map_(atlas, name, tagger.name, builder, layout, mapping, prepare)
        yield steps.named("map", mapped)
        with picks.settled(*(plugin_owner(renderer.name) for renderer in renderers)):
            rendered = steps.render(load_map(atlas, name), renderers, atlas.map_folder(name))
        yield steps.named("render", rendered)
