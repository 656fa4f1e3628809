"""Benchmarks of taggers on the images of an atlas."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import polars as pl

from tagatlas import (
    Atlas,
    Plugins,
    Progress,
    ShowProgress,
    TagStatus,
    load_plugins,
    no_progress,
    no_show,
    open_atlas,
)
from tagatlas.errors import OptionError, PluginError, TagatlasError, UsageError
from tagatlas.toolkit import as_shown, default_clusterer, option_values, read_columns, score_matrix
from tagatlas.toolkit.calls import Owner, require_trust_in, select, several
from tagatlas.toolkit.collection import collect, collection_images, collection_records
from tagatlas.toolkit.kinds import TAGGERS
from tagatlas.toolkit.packages import versions
from tagatlas.toolkit.taggers import closing
from tagatlas_compare.benching.leaderboard import add_to_leaderboard
from tagatlas_compare.benching.machine import describe_machine
from tagatlas_compare.benching.options import BenchOptions
from tagatlas_compare.benching.quality import quality
from tagatlas_compare.benching.results import Bench, Result
from tagatlas_compare.benching.running import Work, run_tagger


@dataclass(frozen=True)
class Contender:
    """A tagger with options, as it takes part in a benchmark.

    Attributes:
        label: the text that named it.
        tagger: its name.
        values: its options, by name; the others keep their defaults.
    """

    label: str
    tagger: str
    values: dict[str, object]


def read_contender(text: str, plugins: Plugins) -> Contender:
    """Read ``imagenet`` or ``imagenet:minimum-score=0.1,tags-per-image=5``.

    Raises:
        UnknownPlugin: the tagger does not exist.
        OptionError: it does not have these options.
    """
    tagger, _, settings = text.partition(":")
    values: dict[str, object] = {}
    for setting in filter(None, settings.split(",")):
        name, equals, value = setting.partition("=")
        if not equals:
            raise OptionError(f"{text}: options are written NAME:option=value,option=value")
        values[name.strip().removeprefix("--").replace("-", "_")] = value.strip()
    chosen = plugins.choose(TAGGERS, tagger, values)  # refuses unknown options
    if not values.keys() <= option_values(chosen.options).keys():
        raise OptionError(f"an option of {tagger} is a secret, and would be on the leaderboard")
    for line in chosen.unusual_hosts():
        plugins.warn(line)
    return Contender(text, tagger, values)


def bench(
    location: str | Path,
    backends: str | Sequence[str],
    *,
    out: str | Path | None = None,
    plugins: Plugins | None = None,
    show: ShowProgress = no_show,
    **options: object,
) -> Bench:
    """Benchmark backends on a source, of which nothing is stored.

    Args:
        location: see :func:`tagatlas.run`.
        backends: names of taggers, each once, or one; with options of its own in the form
            ``imagenet:minimum-score=0.1,tags-per-image=5``.
        out: folder of the leaderboard, which keeps earlier runs; None writes none.
        plugins: the installed ones by default.
        show: see :func:`tagatlas.run`.
        options: of measuring, of the steps ``add`` and ``fetch`` and of their plugins, by name,
            such as ``labels="folder"``; see :class:`tagatlas_compare.BenchOptions`.

    Raises:
        OptionError, UnknownPlugin, UsageError: an invalid choice.
        InputError, NoImages: there is nothing to measure with.
        StorageError: the leaderboard cannot be written.
    """
    found_plugins = load_plugins() if plugins is None else plugins
    backends = several(backends)
    for text in backends:
        read_contender(text, found_plugins)  # wrong names are refused before any work
    with (
        TemporaryDirectory(prefix="tagatlas-bench-") as scratch,
        open_atlas(Path(scratch, "bench.atlas"), found_plugins, create=True) as atlas,
    ):
        measuring = Owner("bench", BenchOptions)
        selection = select(atlas, options, "add", "fetch", further=[measuring])
        chosen = selection.options("bench", BenchOptions)
        collect(atlas, str(location), selection, show=show)
        with show("measuring") as progress:
            found = bench_collection(atlas, backends, chosen, progress=progress)
    place = as_shown(str(location))
    named = replace(found, collection=Path(place).name or place)
    if out is not None:
        add_to_leaderboard(named, Path(out))
    return named


def bench_collection(
    atlas: Atlas,
    backends: Sequence[str],
    options: BenchOptions | None = None,
    *,
    progress: Progress = no_progress,
) -> Bench:
    """Have taggers tag the same images from a cold start, and measure them.

    Each runs in a new process. Its answers are not stored in the atlas, and stored ones are not
    used. If one fails, its result has the error, and the others go on.

    Args:
        atlas: whose images are used.
        backends: as for :func:`read_contender`, each once.
        options: of the measurement; None for the defaults.
        progress: called with taggers done.

    Raises:
        UsageError: no tagger is named, one is named twice, or there are no images.
        NotTrusted: a tagger is a service, and the atlas is not trusted.
        UnknownPlugin, OptionError: a tagger is named wrongly, or no record has the labels' column.
    """
    options = options or BenchOptions()
    contenders = [read_contender(text, atlas.plugins) for text in backends]
    if not contenders or len(set(backends)) < len(backends):
        raise UsageError("name each backend once: --backend ONE --backend OTHER")
    _require_trust(atlas, contenders)
    images = _sample(atlas, options)
    truth = None if options.labels is None else images["truth"].to_list()
    ids = images["id"].to_list()
    results = []
    for done, contender in enumerate(contenders):
        progress(done, len(contenders))
        work = Work(
            atlas.folder,
            contender.tagger,
            contender.values,
            ids,
            options.repeats,
            ids[: options.perturbed],
            options.perturbations,
            options.top,
            options.budget,
        )
        results.append(_result(atlas.plugins, contender, work, truth, options))
    progress(len(contenders), len(contenders))
    digest = hashlib.sha256(images.select("id", "truth").write_csv().encode())
    return Bench(
        collection=atlas.folder.resolve().name.removesuffix(".atlas"),
        digest=digest.hexdigest()[:16],
        images=len(ids),
        classes=0 if truth is None else len(set(truth)),
        results=sorted(results, key=lambda result: -result.rank_by),
        machine=describe_machine(),
        versions=versions(),
        options=option_values(options),
        made_at=datetime.now(UTC).isoformat(timespec="seconds"),
    )


def _require_trust(atlas: Atlas, contenders: Sequence[Contender]) -> None:
    """Make sure that taggers that are services may get the images of the atlas."""
    for each in contenders:
        with suppress(PluginError):  # its result says so
            tagger = atlas.plugins.choose(TAGGERS, each.tagger, each.values).product
            with closing(tagger, each.tagger, atlas.plugins.warn):
                require_trust_in(atlas, tagger, each.tagger)


def _sample(atlas: Atlas, options: BenchOptions) -> pl.DataFrame:
    """The images that are used, ordered by ``id``, with their labels as ``truth``.

    Ids are hashes, so the images of lowest id are a random sample, and the same one next time.
    """
    images = collection_images(atlas).select("id", truth=pl.lit(""))
    if options.labels is not None:
        records = collection_records(atlas)
        cells = read_columns(records["columns"], [options.labels])
        known = cells.select(truth=pl.col(options.labels)).insert_column(0, records["image"])
        first = known.filter(pl.col("truth").fill_null("") != "").unique("image", keep="first")
        images = images.select("id").join(first, left_on="id", right_on="image").sort("id")
    if images.height < 2:
        raise UsageError(f"{atlas.folder} has no two images to measure with")
    return images.head(options.images)


def _result(
    plugins: Plugins,
    contender: Contender,
    work: Work,
    truth: Sequence[str] | None,
    options: BenchOptions,
) -> Result:
    plugin = str(plugins.of_kind(TAGGERS)[contender.tagger].plugin)
    try:
        answers = run_tagger(work)
    except TagatlasError as error:
        return Result(contender.label, plugin=plugin, error=str(error))
    counts = {str(status): answers.statuses.count(str(status)) for status in TagStatus}
    scores, labels = score_matrix(pl.DataFrame({"id": work.images}), answers.tags.lazy())
    found = (
        {}
        if truth is None
        else quality(
            truth,
            scores,
            labels,
            answers.embeddings,
            clusterer=default_clusterer(plugins),
            top=options.top,
            seed=options.seed,
        )
    )
    return Result(
        contender.label,
        answers.fingerprint,
        plugin,
        {status: count for status, count in counts.items() if status != TagStatus.PENDING},
        found,
        answers.robustness,
        answers.speed,
    )
