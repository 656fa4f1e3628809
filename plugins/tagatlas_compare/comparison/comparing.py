"""Comparison of the results of backends on an atlas."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from contextlib import ExitStack, contextmanager, nullcontext
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import polars as pl
from scipy.sparse import csr_array

from tagatlas import (
    Atlas,
    MapData,
    Plugins,
    Progress,
    ShowProgress,
    TagStatus,
    TextEmbedder,
    no_progress,
    no_show,
)
from tagatlas.errors import AtlasLocked, StorageError, UsageError
from tagatlas.toolkit import score_matrix, without_queries
from tagatlas.toolkit.answers import tagger_names
from tagatlas.toolkit.backends import (
    Backend,
    BackendResults,
    StoredMap,
    backend_embeddings,
    backend_maps,
    backend_results,
    map_backend,
)
from tagatlas.toolkit.calls import AtlasLike, Owner, opened, require_trust_in, select, several
from tagatlas.toolkit.collection import collection_images
from tagatlas.toolkit.hiding import shown_store
from tagatlas.toolkit.kinds import TAGGERS
from tagatlas.toolkit.taggers import closing
from tagatlas_compare.comparison.codings import with_codings
from tagatlas_compare.comparison.compared import ComparedBackend, ComparedMap
from tagatlas_compare.comparison.comparison import Comparison, make_comparison
from tagatlas_compare.comparison.coverage import (
    ASKED,
    CODED,
    CODING_MARK,
    COVERAGE,
    FREE,
    IMPORT_MARK,
    IMPORTED,
    UNKNOWN,
    Coverage,
)
from tagatlas_compare.comparison.label_similarity import EncodedSimilarity, LabelSimilarity
from tagatlas_compare.comparison.naming import NamedBackend, choose_backends, stored_backends
from tagatlas_compare.comparison.options import CompareOptions
from tagatlas_compare.comparison.report.writing import write_comparison
from tagatlas_compare.comparison.wordnet import WordNetSimilarity

NO_MEANING = "none"
WORDNET = "wordnet"
_QUERY = r"(?is)^(\s*(?:https?:|[^?]*:[\\/]{2}|[\\/]{2})[^?]*)\?.*$"
"""Matches an address alone, with its query."""


def compare(
    atlas: AtlasLike,
    backends: str | Sequence[str] = (),
    *,
    out: str | Path | None = None,
    show: ShowProgress = no_show,
    **options: object,
) -> Comparison:
    """Compare the results of backends on an atlas.

    Themes are those of each backend's map. Of several maps of a backend the one with the same
    settings as the others' is taken, else the newest; a backend without a map gets one now, with
    the settings of the atlas.

    Args:
        atlas: open, or the folder of one. Where another command works on it, or it cannot be
            written, the options are not remembered.
        backends: names of taggers, or one: ``imagenet`` with the settings it was used with last,
            ``imagenet:1`` with those used first, ``clip:people`` with those whose fingerprint has
            this piece; or the file of a coding, see ``docs/coding.md``; by default every tagger
            that has tagged.
        out: folder for the report; None writes none.
        show: see :func:`tagatlas.run`.
        options: by name, such as ``top=5``; see :class:`tagatlas_compare.CompareOptions`.

    Returns:
        Tables in Polars; its method ``network`` gives a backend's network with aligned places as
        a ``networkx`` graph.

    Raises:
        OptionError, UnknownPlugin, MissingDependency: an invalid choice.
        UsageError: the backends cannot be compared.
        AtlasLocked, StorageError: a backend has no map, and none can be made.
        StorageError: the report cannot be written.
    """
    backends = several(backends)
    with opened_to_compare(atlas, backends) as its_atlas:
        selection = select(its_atlas, options, further=[Owner("compare", CompareOptions)])
        chosen = selection.options("compare", CompareOptions)
        stored = stored_backends(its_atlas, backends)  # wrong names are refused before any work
        selection.check()
        keeping = selection.remembered() if its_atlas.writes else nullcontext()
        with keeping, show("comparing") as progress:
            if its_atlas.writes:
                _maps(its_atlas, stored)  # made in the atlas, which keeps them
            with with_codings(its_atlas, backends) as (with_all, names):
                found = compare_backends(with_all, names, chosen, progress=progress)
        if out is not None:
            write_comparison(found, Path(out), shown_store(its_atlas))
    return found


@contextmanager
def opened_to_compare(
    atlas: AtlasLike, backends: Sequence[str] = (), plugins: Plugins | None = None
) -> Iterator[Atlas]:
    """The atlas, open for writing if that is possible, else for reading.

    A comparison writes only what it may do without: the options it was given, and the map of a
    backend that has none.

    Args:
        atlas: open, or the folder of one.
        backends: as for :func:`~tagatlas_compare.comparison.naming.choose_backends`.
        plugins: the installed ones by default.

    Raises:
        AtlasLocked, StorageError, UsageError: it cannot be written, and a backend has no map.
    """
    with ExitStack() as stack:
        try:
            its_atlas = stack.enter_context(opened(atlas, plugins))
        except (AtlasLocked, StorageError, UsageError) as error:
            its_atlas = stack.enter_context(opened(atlas, plugins, write=False))
            for each in stored_backends(its_atlas, backends):
                if not backend_maps(its_atlas, each.backend):
                    raise type(error)(f"{each.label} has no map to compare, and {error}") from error
        yield its_atlas


def compare_backends(
    atlas: Atlas,
    backends: Sequence[str] = (),
    options: CompareOptions | None = None,
    *,
    progress: Progress = no_progress,
) -> Comparison:
    """Compare the results of backends on an atlas.

    Themes are those of each backend's map. Of several maps of a backend the one with the same
    settings as the others' is taken, else the newest; a backend without a map gets one now, with
    the settings of the atlas.

    Args:
        atlas: open; for writing if a backend has no map.
        backends: as for :func:`~tagatlas_compare.comparison.naming.choose_backends`.
        options: of the comparison; None for the defaults.
        progress: called with pairs of backends compared.

    Returns:
        Tables in Polars; its method ``network`` gives a backend's network with aligned places as
        a ``networkx`` graph.

    Raises:
        UsageError: the backends cannot be compared.
        UnknownPlugin, MissingDependency: the text encoder is not available.
    """
    options = options or CompareOptions()
    chosen = choose_backends(atlas, backends)
    images = collection_images(atlas)
    if images.is_empty():
        raise UsageError(f"{atlas.folder} has no images: run tagatlas fetch first")
    with find_label_similarity(atlas, options.meaning) as meaning:
        maps = _maps(atlas, chosen)
        given = [backend_results(atlas, each.backend) for each in chosen]
        compared = [
            _compared(atlas, each, results, images, stored, shorter=options.without_queries)
            for each, results, stored in zip(chosen, given, maps, strict=True)
        ]
        label = pl.col("location")
        if options.without_queries:
            label = label.str.replace(_QUERY, "${1}")
        labelled = images.select("id", label=label)
        found = make_comparison(labelled, compared, meaning, options, progress=progress)
    return replace(
        found,
        collection=atlas.folder.resolve().name.removesuffix(".atlas"),
        coverage=_coverage(atlas, chosen, given),
        settings=_settings(chosen, maps),
        made_at=datetime.now(UTC).isoformat(timespec="seconds"),
    )


def report_folder(atlas: Atlas, labels: Sequence[str]) -> Path:
    """Default folder of the report of a comparison."""
    name = "+".join(re.sub(r"[^\w.-]", "-", label) for label in labels)
    return atlas.folder / "comparisons" / name


@contextmanager
def find_label_similarity(atlas: Atlas, name: str) -> Iterator[LabelSimilarity | None]:
    """The similarity of labels, open during a block: by WordNet, by a text encoder, or None.

    Args:
        atlas: with plugins and settings.
        name: ``wordnet``, ``none``, or that of a tagger whose class is also a
            :class:`~tagatlas.TextEmbedder`.

    Raises:
        UsageError: the tagger reads no text.
        NotTrusted: the tagger is a service, and the atlas is not trusted.
        UnknownPlugin, MissingDependency: the tagger does not exist, or lacks a package.
    """
    if name in (NO_MEANING, WORDNET):
        yield WordNetSimilarity() if name == WORDNET else None
        return
    tagger = select(atlas, {}, "tag").plugin(TAGGERS, name).product
    with closing(tagger, name, atlas.plugins.warn):
        if not isinstance(tagger, TextEmbedder):
            raise UsageError(f"the model of {name} reads no text: choose --meaning wordnet or none")
        require_trust_in(atlas, tagger, name)
        yield EncodedSimilarity(tagger, name)


def _maps(atlas: Atlas, chosen: Sequence[NamedBackend]) -> list[StoredMap | None]:
    """The map of each backend: with settings common to all, else the newest."""
    candidates = [backend_maps(atlas, each.backend) or _new_map(atlas, each) for each in chosen]
    if not candidates:
        return []
    settings = [[stored.settings for stored in own] for own in candidates]
    common = [each for each in settings[0] if all(each in own for own in settings[1:])]
    return [
        next((stored for stored in own if stored.settings in common[:1]), own[0] if own else None)
        for own in candidates
    ]


def _new_map(atlas: Atlas, chosen: NamedBackend) -> list[StoredMap]:
    """Make the map of a backend that has none; nothing if it gave no tags."""
    stored = map_backend(atlas, chosen.backend)
    return [] if stored is None else [stored]


def _compared(
    atlas: Atlas,
    chosen: NamedBackend,
    results: BackendResults,
    images: pl.DataFrame,
    stored: StoredMap | None,
    *,
    shorter: bool,
) -> ComparedBackend:
    tags = _without_queries(results.tags) if shorter else results.tags
    scores, labels = score_matrix(images, tags)
    data = None if stored is None else stored.data
    if shorter and data is not None:
        data = _named_without_queries(data)
    return ComparedBackend(
        label=chosen.label,
        name=chosen.backend.name,
        fingerprint=chosen.backend.fingerprint,
        scores=csr_array(scores),
        labels=labels,
        looked=results.statuses.is_in([TagStatus.OK, TagStatus.EMPTY]).to_numpy(),
        embeddings=backend_embeddings(atlas, chosen.backend, images["id"]),
        map=None
        if stored is None or data is None
        else ComparedMap(stored.name, data, images["id"]),
    )


def _named_without_queries(data: MapData) -> MapData:
    """A map without queries in its names, as tags may be addresses.

    Names that are then equal stay so: clusters and nodes are told apart by their numbers.
    """

    def cut(names: pl.Series) -> pl.Series:
        return pl.Series(names.name, map(without_queries, names), dtype=pl.String)

    return replace(
        data,
        clusters=data.clusters.with_columns(cut(data.clusters["name"])),
        nodes=data.nodes.with_columns(cut(data.nodes["label"])),
    )


def _without_queries(tags: pl.LazyFrame) -> pl.LazyFrame:
    """Tags, which may be addresses, without queries; of those then equal the highest counts."""
    cut = pl.col("tag").map_batches(
        lambda texts: pl.Series(map(without_queries, texts), dtype=pl.String), pl.String
    )
    highest = pl.col("score").max()
    return tags.with_columns(cut).group_by("image", "tag", maintain_order=True).agg(highest)


def _coverage(
    atlas: Atlas, chosen: Sequence[NamedBackend], given: Sequence[BackendResults]
) -> pl.DataFrame:
    """Coverage, speed and cost of each backend."""
    taggers = tagger_names(atlas)
    rows = []
    for each, results in zip(chosen, given, strict=True):
        counts, calls = results.counts, results.calls
        rows.append(
            Coverage(
                backend=each.label,
                ok=counts[TagStatus.OK],
                empty=counts[TagStatus.EMPTY],
                failed=counts[TagStatus.FAILED],
                pending=counts[TagStatus.PENDING],
                images_per_second=results.images_per_second,
                seconds_median=_quantile(calls["seconds"], 0.5),
                seconds_95=_quantile(calls["seconds"], 0.95),
                dollars=None if calls.is_empty() else float(calls["dollars"].sum()),
                cost=_cost(each.backend, taggers, paid=not calls.is_empty()),
            )
        )
    return pl.DataFrame(rows, schema=COVERAGE)


def _cost(backend: Backend, taggers: Collection[str], *, paid: bool) -> str:
    """Kind of cost of a backend: calls of a tagger that are not in the ledger were free."""
    if paid:
        return ASKED
    for start, kind in ((CODING_MARK, CODED), (IMPORT_MARK, IMPORTED)):
        if backend.fingerprint.startswith(start):
            return kind
    return FREE if backend.name in taggers else UNKNOWN


def _quantile(seconds: pl.Series, share: float) -> float | None:
    """A quantile of the known values; None if there are none."""
    return seconds.quantile(share, interpolation="linear")


def _settings(
    chosen: Sequence[NamedBackend], maps: Sequence[StoredMap | None]
) -> dict[str, dict[str, object]]:
    """The settings of each backend's map, by backend."""
    return {
        each.label: {} if stored is None else dict(stored.settings)
        for each, stored in zip(chosen, maps, strict=True)
    }
