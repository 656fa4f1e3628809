"""Prepares a benchmark: its atlas, its options, its images and what is known of them."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

from tagatlas import Atlas, Plugins, ShowProgress, load_plugins
from tagatlas.errors import (
    AtlasLocked,
    MissingDependency,
    PluginError,
    StorageError,
    UsageError,
)
from tagatlas.toolkit import as_shown, shown, without_queries
from tagatlas.toolkit.calls import AtlasLike, Owner, opened, require_trust_in, select, several
from tagatlas.toolkit.collection import collect
from tagatlas.toolkit.kinds import TAGGERS
from tagatlas.toolkit.taggers import closing
from tagatlas_compare.benching.entrants import (
    Answered,
    Contender,
    ToAsk,
    read_contender,
    read_contenders,
)
from tagatlas_compare.benching.measures.matching import LabelMap
from tagatlas_compare.benching.options import BenchOptions
from tagatlas_compare.benching.results.folder import make_folder
from tagatlas_compare.benching.results.rows import Measuring
from tagatlas_compare.benching.task import choose_task
from tagatlas_compare.comparison.comparing import find_label_similarity

Tell = Callable[[str], None]
"""Called with a line about what is going on."""


def quiet(text: str) -> None:
    """A :data:`Tell` that says nothing."""


@contextmanager
def prepared(
    location: AtlasLike,
    backends: str | Sequence[str],
    out: str | Path,
    truth: str | Path | Sequence[str | Path],
    label_map: str | Path | None,
    plugins: Plugins | None,
    show: ShowProgress,
    tell: Tell,
    options: Mapping[str, object],
) -> Iterator[tuple[Measuring, BenchOptions]]:
    """What measures, once the images are there, with its options.

    Arguments and errors are those of :func:`tagatlas_compare.bench`.
    """
    found_plugins = load_plugins() if plugins is None else plugins
    files = [Path(truth)] if isinstance(truth, str | Path) else [Path(each) for each in truth]
    named, folder = several(backends), Path(out)
    given = None if label_map is None else LabelMap.read(Path(label_map))
    with _opened(location, named, folder, found_plugins) as (atlas, source):
        owner = Owner("bench", BenchOptions)
        selection = select(atlas, options, "add", "fetch", further=[owner])
        chosen = selection.options("bench", BenchOptions)
        if source is None:
            _require_trust(atlas, read_contenders(atlas, named))  # before any work
            selection.check()
        else:
            collect(atlas, source, selection, show=show)
        further = {"meaning": chosen.meaning, "label_map": _digest_of(given)}
        task = choose_task(atlas, chosen, files, further)
        for note in task.notes:
            tell(f"note: {note}")
        if given is not None and task.truth is not None:
            _note_unknown(given.without_use(task.truth.codes), str(label_map), tell)
        with find_label_similarity(atlas, chosen.meaning) as meaning:
            yield (
                Measuring(
                    atlas,
                    _collection(atlas, source),
                    task,
                    folder,
                    chosen.top,
                    chosen.seed,
                    given,
                    meaning,
                ),
                chosen,
            )


def _note_unknown(labels: Sequence[str], path: str, tell: Tell) -> None:
    """Say which labels of the user's own table are none of the task's."""
    if labels:
        names = ", ".join(shown(label) for label in labels[:3])
        more = f" and {len(labels) - 3:,} more" if len(labels) > 3 else ""
        tell(f"note: labels of {shown(path)} that no image of the task has: {names}{more}")


def _digest_of(given: LabelMap | None) -> str:
    """A digest of the user's own table; empty for none."""
    if given is None:
        return ""
    return hashlib.sha256(given.table.write_csv().encode()).hexdigest()[:16]


@contextmanager
def _opened(
    location: AtlasLike, backends: Sequence[str], out: Path, plugins: Plugins
) -> Iterator[tuple[Atlas, str | None]]:
    """The atlas with the images, and the source that they are to come from, if they do."""
    if isinstance(location, Atlas) or (Path(location) / "catalog.sqlite").is_file():
        with _opened_atlas(location, backends, plugins) as atlas:
            yield atlas, None
        return
    if not backends:
        raise UsageError("nothing has tagged these images yet: name it with --backend NAME")
    source = str(location)
    for text in backends:
        if ":" not in text:
            read_contender(text, plugins)  # wrong names are refused before any work
    make_folder(out)
    with opened(out / f"{_name(source)}.atlas", plugins, create=True) as atlas:
        yield atlas, source


@contextmanager
def _opened_atlas(
    location: AtlasLike, backends: Sequence[str], plugins: Plugins
) -> Iterator[Atlas]:
    """An atlas, open for writing if that is possible; stored answers need only be read."""
    with ExitStack() as stack:
        try:
            atlas = stack.enter_context(opened(location, plugins))
        except (AtlasLocked, StorageError, UsageError):
            atlas = stack.enter_context(opened(location, plugins, write=False))
            if not all(isinstance(each, Answered) for each in read_contenders(atlas, backends)):
                raise
        yield atlas


def _require_trust(atlas: Atlas, contenders: Sequence[Contender]) -> None:
    """Make sure that taggers that are services may get the images of the atlas."""
    for each in contenders:
        if isinstance(each, ToAsk):
            with suppress(PluginError, MissingDependency):  # its result says so
                chosen = select(atlas, each.given(), "tag").plugin(TAGGERS, each.tagger)
                with closing(chosen.product, each.tagger, atlas.plugins.warn):
                    require_trust_in(atlas, chosen.product, each.tagger)


def _name(source: str) -> str:
    """The name of a source's atlas."""
    place = str(Path(source).resolve()) if Path(source).exists() else source
    readable = re.sub(r"[^\w.-]+", "-", _shown_name(source), flags=re.ASCII).strip(".-")
    return f"{readable[:40] or 'source'}-{hashlib.sha256(place.encode()).hexdigest()[:8]}"


def _collection(atlas: Atlas, source: str | None) -> str:
    if source is None:
        return atlas.folder.resolve().name.removesuffix(".atlas")
    return _shown_name(source)


def _shown_name(source: str) -> str:
    """The last part of a source's path or address, without its user, password and query."""
    place = as_shown(source) if Path(source).exists() else without_queries(as_shown(source))
    return Path(place).name or place
