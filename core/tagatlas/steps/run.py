"""All steps: from a source to the files of a map."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from threading import Event
from typing import TypeVar

from tagatlas.atlas import check_map_name
from tagatlas.contracts import ImageStatus, ShowProgress, no_show
from tagatlas.plugins import Plugins
from tagatlas.step_options import STEPS
from tagatlas.steps.add import AddReport, add_source, choose_source
from tagatlas.steps.credentials import require_key, require_service
from tagatlas.steps.fetch import (
    ASKS_NETWORK,
    RETRIED,
    FetchReport,
    choose_fetching,
    fetch_collection,
    require_images,
    retried_statuses,
)
from tagatlas.steps.hiding import remove_shown
from tagatlas.steps.load import load_map
from tagatlas.steps.map import MapReport, choose_mapping, map_collection
from tagatlas.steps.opened import select
from tagatlas.steps.options import RenderOptions
from tagatlas.steps.planning import estimate_tagging
from tagatlas.steps.preparing import preparing
from tagatlas.steps.render import RenderReport, choose_renderers, write_map
from tagatlas.steps.sharding import opened_on
from tagatlas.steps.spending import Estimate
from tagatlas.steps.tag import TagReport, choose_tagging, tag_collection
from tagatlas_tagging import closing

StepReport = AddReport | FetchReport | Estimate | TagReport | MapReport | RenderReport
"""Report of a step; if tagging costs money, an estimate comes before it."""


_ReportT = TypeVar("_ReportT")


@dataclass(frozen=True)
class RunReport:
    """Reports of the steps of :func:`run`."""

    added: AddReport
    fetched: FetchReport
    tagged: TagReport
    mapped: MapReport
    rendered: RenderReport


def run(
    location: str | Path,
    out: str | Path,
    *,
    name: str | None = None,
    replace: str | int | None = None,
    retry_failed: bool = False,
    force: bool = False,
    headers: Mapping[str, str] | None = None,
    on: str = "",
    plugins: Plugins | None = None,
    show: ShowProgress = no_show,
    **options: object,
) -> RunReport:
    """Map a collection: add its source, fetch and tag the images, draw the map, write its files.

    Work that an earlier run has done or paid for is not repeated.

    Args:
        location: of a table of image URLs, a folder of images, a ZIP archive or a IIIF manifest.
        out: folder of the atlas; created if it is missing.
        name: of the map; by default the backend's.
        replace: a source of the atlas to be replaced by this one: its number or its location.
        retry_failed: also try again addresses and images that failed before.
        force: make the map again from the start, even if nothing changed.
        headers: further headers of every request, by name; not stored.
        on: where images are fetched, tagged, compared and placed; see :func:`tag` and :func:`map`.
        plugins: the installed ones by default.
        show: gives a progress callback for each piece of work; by default nothing is shown.
        options: of all steps and plugins, by name, such as ``backend="imagenet"``,
            ``builder="knn"``, ``bipartite_threshold=0.2``.

    Raises:
        OptionError, UnknownPlugin, MissingDependency, AuthenticationFailed: an invalid choice;
            nothing was done.
        NotTrusted: the atlas is not trusted, or asks for something that the user has not accepted.
        InputError: the source holds no usable record.
        NoImages: no address led to an image.
        TaggerError, EmptyMap, StorageError: see :func:`tag`, :func:`map`, :func:`render`.
    """
    reports = list(
        run_steps(
            location,
            out,
            name=name,
            replace=replace,
            retry=RETRIED if retry_failed else (),
            force=force,
            headers=headers,
            on=on,
            plugins=plugins,
            show=show,
            stop=None,
            **options,
        )
    )
    return RunReport(
        _only(reports, AddReport),
        _only(reports, FetchReport),
        _only(reports, TagReport),
        _only(reports, MapReport),
        _only(reports, RenderReport),
    )


def run_steps(
    location: str | Path,
    out: str | Path,
    *,
    name: str | None = None,
    replace: str | int | None = None,
    retry: Sequence[ImageStatus | str] = (),
    force: bool = False,
    headers: Mapping[str, str] | None = None,
    on: str = "",
    plugins: Plugins | None = None,
    show: ShowProgress = no_show,
    stop: Event | None = None,
    **options: object,
) -> Iterator[StepReport]:
    """:func:`run`, with each step's report as soon as the step ends.

    Args:
        location: see :func:`run`.
        out: see :func:`run`.
        name: see :func:`run`.
        replace: see :func:`run`.
        retry: also try again addresses with these statuses, and images whose tagging failed.
        force: see :func:`run`.
        headers: see :func:`run`.
        on: see :func:`run`.
        plugins: see :func:`run`.
        show: see :func:`run`.
        stop: once it is set, by any thread, the backend is not called any more, and the report of
            tagging is the last.
        options: see :func:`run`.

    Raises:
        TagatlasError: see :func:`run`; an error before the first report means that nothing was
            done.
    """
    again = retried_statuses(retry)
    with opened_on(out, on, plugins, create=True) as atlas, ExitStack() as in_use:
        atlas.require_trust(ASKS_NETWORK)
        selection = select(atlas, options, *STEPS)
        chosen_source = choose_source(atlas, selection, str(location), replace)
        fetching, recoveries = choose_fetching(selection)
        tagging, tagger = choose_tagging(selection)
        in_use.enter_context(closing(tagger.product, tagger.name, atlas.plugins.warn))
        mapping, map_plugins = choose_mapping(atlas, selection)
        rendering = selection.options("render", RenderOptions)
        renderers = choose_renderers(atlas, selection)
        selection.check()
        map_name = name or tagger.name
        check_map_name(atlas, map_name)
        map_plugins.make_now()
        require_service(atlas, selection, tagger)
        require_key(atlas, tagger)
        with selection.remembered("add", chosen_source.owner):
            added = add_source(atlas, str(location), chosen_source, replaces=replace, show=show)
        yield added
        if atlas.catalog.addresses.counts()[ImageStatus.PENDING]:
            require_key(atlas, tagger, for_new_images=True)
        is_new = map_name not in atlas.catalog.maps.names()
        with preparing(map_plugins, show, at_once=is_new) as prepare:
            with (
                selection.remembered("fetch", *(each.owner for each in recoveries)),
                show("fetching") as progress,
            ):
                fetched = fetch_collection(
                    atlas,
                    fetching,
                    retry=again,
                    headers=headers,
                    recoveries=recoveries,
                    on=on,
                    progress=progress,
                )
            yield fetched
            require_images(fetched)
            ask_each = tagging.near_duplicates == "each"
            expected = estimate_tagging(
                atlas,
                tagger,
                retry_failed=bool(retry),
                ask_each=ask_each,
                budget=tagging.budget,
            )
            if expected.price is not None and expected.images:
                yield expected
            with selection.remembered("tag", tagger.owner):
                tagged = tag_collection(
                    atlas,
                    tagger,
                    retry_failed=bool(retry),
                    budget=tagging.budget,
                    ask_each=ask_each,
                    on=on,
                    stop=stop,
                    show=show,
                )
            in_use.close()  # frees the tagger's memory, which the map does not need
            yield tagged
            if tagged.stopped:
                return
            with (
                selection.remembered("map", *(each.owner for each in map_plugins)),
                show("mapping") as progress,
            ):
                mapped = map_collection(
                    atlas,
                    map_name,
                    tagger.name,
                    map_plugins,
                    mapping,
                    force=force,
                    on=on,
                    before_drawing=prepare,
                    progress=progress,
                )
        yield mapped
        with (
            selection.remembered("render", *(renderer.owner for renderer in renderers)),
            show("rendering") as progress,
        ):
            loaded = load_map(atlas, map_name, without_queries=rendering.without_queries)
            notes, folder = remove_shown(atlas), atlas.map_folder(map_name)
            rendered = write_map(loaded, renderers, folder, notes=notes, progress=progress)
        yield rendered


def _only(reports: Sequence[StepReport], kind: type[_ReportT]) -> _ReportT:
    return next(report for report in reports if isinstance(report, kind))
