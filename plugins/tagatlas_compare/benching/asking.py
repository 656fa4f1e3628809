"""Gets what an entrant makes of the images: asks taggers as ``tagatlas tag`` does, reads files."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, fields, is_dataclass, replace
from threading import Event
from typing import Protocol, cast

import tagatlas
from tagatlas import Atlas, Estimate, RereadingTagger, ShowProgress, Tagger
from tagatlas.errors import BudgetReached, InputError, OptionError, TagatlasError
from tagatlas.toolkit import as_shown, count, option_values
from tagatlas.toolkit.backends import Backend, backend_results, latest_kept, used_backends
from tagatlas.toolkit.calls import select
from tagatlas.toolkit.kinds import TAGGERS
from tagatlas.toolkit.rendering import PluginChoice
from tagatlas.toolkit.taggers import estimate_tagging, tag_collection, tagging_with
from tagatlas_compare.benching.coding.tables import read_coding_table
from tagatlas_compare.benching.coding.truth import truth_of_files
from tagatlas_compare.benching.entrants import (
    Answered,
    Coded,
    TableFile,
    ToAsk,
    import_name,
    origin_of,
)
from tagatlas_compare.benching.options import BenchOptions
from tagatlas_compare.benching.results.document import Cost, Origin, Speed
from tagatlas_compare.benching.running.process import Ran, Work, run_tagger


@dataclass(frozen=True)
class Asked:
    """A tagger's answers, and what was measured on the way.

    Attributes:
        answered: the stored answers.
        options: of the tagger, by name.
        cost: of the answers.
        ran: its speed and robustness; None if they were not measured.
    """

    answered: Answered
    options: dict[str, bool | int | float | str | None]
    cost: Cost
    ran: Ran | None


_OF_PROGRAMS = ("bbox", "confidence", "density", "imagelocation", "probability", "score")
"""Parts of the names of columns that programs write, and coders do not."""

_ROUNDING = 1e-9
"""A budget of ten times a price pays for ten images, despite rounding errors."""

Measure = Callable[[Work], Ran]
"""Measures a tagger, or remembers what was measured before."""


def ask(
    atlas: Atlas,
    contender: ToAsk,
    images: Sequence[str],
    options: BenchOptions,
    *,
    measure: Measure = run_tagger,
    stop: Event | None = None,
    show: ShowProgress,
) -> Asked:
    """Have a tagger answer for those of some images that it has not answered yet.

    It is asked as by :func:`tagatlas.tag`, and its answers are stored in the atlas; which settings
    the atlas counts as those used last does not change. A local tagger that costs nothing is
    measured first, in a process of its own: one that ends its process does not end this one.

    Args:
        atlas: open for writing.
        contender: the tagger.
        images: ids.
        options: of the benchmark.
        measure: see :data:`Measure`.
        stop: see :func:`tagatlas.tag`.
        show: see :func:`tagatlas.run`.

    Raises:
        BudgetReached: the answers could cost more than the budget has left; nothing is asked.
        TagatlasError: see :func:`tagatlas.tag`.
        KeyboardInterrupt: it was stopped; the answers that came are stored.
    """
    selection = select(atlas, contender.given(), "tag")
    with tagging_with(atlas, selection) as (tagging, choice):
        tagger = choice.product
        ask_each = tagging.near_duplicates == "each"
        wanted = frozenset(images)
        expected = estimate_tagging(atlas, choice, images=wanted, ask_each=ask_each)
        if expected.dollars > max(options.budget - expected.spent, 0) + _ROUNDING:
            raise BudgetReached(
                f"asking about {count(expected.images, 'image')} costs up to"
                f" ${expected.dollars:,.2f}, and ${expected.spent:,.2f} may be spent already: allow"
                " both together with --budget, or take fewer --images"
            )
        ran = None
        if is_free(tagger) and options.timed:
            ran = measure(_work(atlas, choice, images, options))
        with latest_kept(atlas), _for_others_too(stop):
            report = tag_collection(
                atlas,
                choice,
                images=wanted,
                ask_each=ask_each,
                budget=options.budget,
                stop=stop,
                show=show,
            )
            backend = next(
                each
                for each in used_backends(atlas)
                if each.name == contender.tagger and each.is_latest
            )
        if report.stopped:
            raise KeyboardInterrupt
        return Asked(
            Answered(contender.label, backend),
            {
                name: as_shown(value) if isinstance(value, str) else value
                for name, value in option_values(choice.options).items()
            },
            _cost_of_tagger(atlas, backend, tagger),
            ran,
        )


def estimate_asking(
    atlas: Atlas, contender: ToAsk, images: Sequence[str], options: BenchOptions
) -> Estimate:
    """What :func:`ask` would ask, and what that would cost; arguments and errors as there."""
    selection = select(atlas, contender.given(), "tag")
    with tagging_with(atlas, selection) as (tagging, choice):
        return estimate_tagging(
            atlas,
            choice,
            images=frozenset(images),
            ask_each=tagging.near_duplicates == "each",
            budget=options.budget,
        )


@contextmanager
def _for_others_too(stop: Event | None) -> Iterator[None]:
    """Clear the event again if a tagger cannot go on, which sets it: the next one can."""
    try:
        yield
    except TagatlasError:
        if stop is not None:
            stop.clear()
        raise


def is_free(tagger: Tagger) -> bool:
    """Whether asking it again costs nothing, and shows the images to nobody."""
    return tagger.local and tagger.price is None and tagger.key_variable is None


def _work(
    atlas: Atlas, choice: PluginChoice[Tagger], images: Sequence[str], options: BenchOptions
) -> Work:
    tagger = choice.product
    fingerprint = tagger.fingerprint()
    if isinstance(tagger, RereadingTagger):
        fingerprint += f"; {tagger.reading()}"
    return Work(
        atlas=atlas.folder,
        tagger=choice.name,
        fingerprint=fingerprint,
        values=_values(choice.options),
        images=images[: options.timed],
        repeats=options.repeats,
        perturbed=images[: options.perturbed],
        perturbations=options.perturbations,
        top=options.top,
        seed=options.seed,
    )


def _values(options: object) -> dict[str, object]:
    """The values of an options instance, by name."""
    if not is_dataclass(options):
        raise TypeError(f"{options!r} is no instance of an options dataclass")
    return {each.name: getattr(options, each.name) for each in fields(options)}


def _cost_of_tagger(atlas: Atlas, backend: Backend, tagger: Tagger) -> Cost:
    price = tagger.price
    if price is None:
        return Cost("free", 0.0, 0.0) if is_free(tagger) else Cost("asked")
    return replace(
        cost_of(atlas, backend), dollars_per_1000=1000 * price.per_image, prices_of=price.as_of
    )


def cost_of(atlas: Atlas, backend: Backend) -> Cost:
    """The cost of stored answers, as far as the atlas tells.

    Those of an installed tagger without a record of paid calls were free.
    """
    if origin_of(backend) is Origin.IMPORTED:
        return Cost("imported")
    calls = backend_results(atlas, backend).calls
    if not calls.is_empty():
        return Cost("asked", float(calls["dollars"].sum()))
    is_ours = backend.name in atlas.plugins.of_kind(TAGGERS)
    return Cost("free", 0.0, 0.0) if is_ours else Cost("imported")


def speed_of(atlas: Atlas, backend: Backend) -> Speed | None:
    """The speed of a service, from its stored calls; None if there are none."""
    results = backend_results(atlas, backend)
    seconds = results.calls["seconds"].drop_nulls()
    if seconds.is_empty():
        return None
    middle, slow = (seconds.quantile(share, interpolation="linear") for share in (0.5, 0.95))
    return Speed(
        images=results.counts["ok"] + results.counts["empty"],
        images_per_second=results.images_per_second,
        call_seconds_median=middle,
        call_seconds_95=slow,
    )


class _Imported(Protocol):
    """The report of ``tagatlas import-tags`` on one backend."""

    @property
    def backend(self) -> str: ...


def read_file(
    atlas: Atlas, contender: TableFile, images: Sequence[str]
) -> list[Answered] | list[Coded]:
    """The entrants in a file: a coding's coders, or the backends of a table of tags.

    A table with scores is one of tags, and is imported into the atlas as by ``tagatlas
    import-tags``. Others are codings, if they can be read so.

    Args:
        atlas: open for writing.
        contender: the file.
        images: ids of the images of the task, sorted.

    Raises:
        InputError: it is neither a coding nor a table of tags.
        OptionError: it cannot be imported under its name.
    """
    try:
        table = read_coding_table(contender.path)
        if any(word in name.lower() for name in table.frame.columns for word in _OF_PROGRAMS):
            return _import(atlas, contender)
        coding = truth_of_files(atlas, [contender.path], images=images)
    except InputError as error:
        try:
            return _import(atlas, contender)
        except InputError as other:
            raise InputError(f"{other}; and as a coding: {error}") from other
    if coding.told:
        atlas.plugins.warn(coding.told)
    if not coding.coders:
        return [Coded(contender.label, coding.truth)]
    return [Coded(f"{contender.label} {name}", truth) for name, truth in coding.coders.items()]


def _import(atlas: Atlas, contender: TableFile) -> list[Answered]:
    function = cast("Callable[..., Sequence[_Imported]]", tagatlas.import_tags)
    name = import_name(contender.label)
    try:
        reports = function(atlas, contender.path, name=name)
    except OptionError:  # an installed backend has the name
        reports = function(atlas, contender.path, name=f"{name}-table")
    found = []
    for report in reports:
        backend = next(
            each for each in used_backends(atlas) if each.name == report.backend and each.is_latest
        )
        found.append(Answered(report.backend, backend))
    return found
