"""Checks of stored results beyond their schema: they may come from other people.

Each names the place: the path in a document as ``entrants[0].counts``, or row and column.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise

import numpy as np
import polars as pl

from tagatlas.errors import InputError, UsageError
from tagatlas.toolkit import count, one_line
from tagatlas.toolkit.packages import versions
from tagatlas_compare.benching.coding.truth import Truth
from tagatlas_compare.benching.measures import MEASURES
from tagatlas_compare.benching.measures.clusters import (
    SEEDS,
    SPLITS,
    Clusterings,
    cluster_value,
)
from tagatlas_compare.benching.measures.task import Task
from tagatlas_compare.benching.results.checking_codes import check_codes
from tagatlas_compare.benching.results.document import (
    Cells,
    EntrantRow,
    FigureCells,
    Results,
    Robustness,
)
from tagatlas_compare.statistics.estimates import NO_INTERVAL
from tagatlas_compare.statistics.intervals import mean_interval

_SLACK = 1e-6
"""What rounding may add to a figure."""

_LARGEST = 1e12
"""Largest number in what has no schema."""

_LARGEST_PART = 1e6
"""Largest part of an image in a figure: such parts are of the size of the figure."""

_RANGES = {"clusters": (-10.0, 1.0)}
"""Adjusted mutual information has no lowest value, but is never far below 0."""

_SHARES = frozenset(
    {"agreement", "alpha", "kappa", "kappa_with_coders", "f1", "precision", "recall"}
    | {"score", "threshold", "threshold_low", "threshold_high"}
)
"""Names of what is at most 1, and of means of such."""

_OF_IMAGES = frozenset(MEASURES) - {"precision_at_10"}
"""Figures that are made of parts of images, or of their clusters."""

ENDS = ("value", "low", "high")

_DEEPEST = 12
_TEXTS = ("image", "status", "predicted")

CLUSTERINGS = {"clusters": 2 * SPLITS, "clusters_of_all": SEEDS}
"""Columns with the clusters of each image, and how many each has."""


def plain(text: str) -> str:
    """A name that others gave, as one line with its control characters shown."""
    return "".join(
        char if char.isprintable() else char.encode("unicode_escape").decode()
        for char in one_line(text)
    )


def check_document(document: Results) -> None:
    """Check that the figures and counts of one entrant can be.

    Args:
        document: as decoded, with one entrant.

    Raises:
        InputError: they cannot; the text begins with the place.
    """
    task, [entrant] = document.task, document.entrants
    if len(task.image_ids) != task.images:
        raise InputError("task.images: it has another number of images than it says")
    if any(one >= other for one, other in pairwise(task.image_ids)):
        raise InputError("task.image_ids: they are not sorted, or not unique")
    seed = task.options.get("seed", 0)
    if not isinstance(seed, int) or seed < 0:
        raise InputError("task.options.seed: it is no number of 0 or more")
    place = "entrants[0]"
    counts = entrant.counts
    if counts.ok + counts.empty + counts.failed + counts.pending != task.images:
        raise InputError(f"{place}.counts: they do not add up to {count(task.images, 'image')}")
    if sum(entrant.model_versions.values()) > task.images:
        raise InputError(f"{place}.model_versions: more than {count(task.images, 'image')}")
    _check_figures(entrant, task.images, is_known=task.truth is not None)
    for number, cells in enumerate(entrant.labels):
        _check_label(f"{place}.labels[{number}]", cells, task.images)
    for number, each in enumerate(entrant.robustness):
        _check_robustness(f"{place}.robustness[{number}]", each, task.images)
    _check_precision(f"{place}.figures.precision_at_10", entrant)
    _check_values(f"{place}.codes", entrant.codes)
    intervals = is_of_this_version(document)
    check_codes(f"{place}.codes", entrant.codes, task, intervals=intervals)
    _check_values("coders", document.coders)


def _check_figures(entrant: EntrantRow, images: int, *, is_known: bool) -> None:
    place = "entrants[0].figures"
    missing = [name for name in MEASURES if name not in entrant.figures]
    if is_known and missing:
        raise InputError(f"{place}: {missing[0]} is missing")
    if not is_known and entrant.figures:
        raise InputError(f"{place}: there are some, and nothing is known of the images")
    for name, figure in entrant.figures.items():
        _check_figure(f"{place}.{plain(name)}", figure, images, *_RANGES.get(name, (0.0, 1.0)))


def _check_figure(place: str, figure: FigureCells, images: int, least: float, most: float) -> None:
    if figure.images > images:
        raise InputError(f"{place}.images: there are only {images:,}")
    for name in ("value", "low", "high", "chance"):
        _check_range(f"{place}.{name}", getattr(figure, name), least, most)
    _check_order(place, figure.low, figure.value, figure.high)
    _check_order(f"{place}.chance", figure.chance_low, figure.chance, figure.chance_high)


def _check_range(place: str, value: float | None, least: float, most: float) -> None:
    if value is not None and not least - _SLACK <= value <= most + _SLACK:
        raise InputError(f"{place}: {value:g} is not from {least:g} to {most:g}")


def _check_order(place: str, low: float | None, value: float | None, high: float | None) -> None:
    if value is None and (low is not None or high is not None):
        raise InputError(f"{place}: it has an interval, and no value")
    if (low is None) != (high is None):
        raise InputError(f"{place}: one end of its interval is missing")
    known = [each for each in (low, value, high) if each is not None]
    if any(one > other + _SLACK for one, other in pairwise(known)):
        raise InputError(f"{place}: its value is not within its interval")


def _check_robustness(place: str, row: Robustness, images: int) -> None:
    for name in ("value", "low", "high", "control", "chance"):
        _check_range(f"{place}.{name}", getattr(row, name), 0, 1)
        end = f"embedding_{name}"
        _check_range(f"{place}.{end}", getattr(row, end), -1, 1)
    _check_order(place, row.low, row.value, row.high)
    _check_order(f"{place}.embedding", row.embedding_low, row.embedding_value, row.embedding_high)
    if max(row.images, row.embedding_images, row.too_small, row.silent) > images:
        raise InputError(f"{place}: more than {count(images, 'image')}")


def _check_label(place: str, cells: Cells, images: int) -> None:
    """Check a row of the table of labels."""
    kinds: Mapping[str, type] = {"label": str, "sayable": bool, "images": int}
    for name, kind in kinds.items():
        if type(cells.get(name)) is not kind:
            raise InputError(f"{place}.{name}: it is missing, or of another kind")
    count = cells["images"]
    if isinstance(count, int) and not 0 <= count <= images:
        raise InputError(f"{place}.images: {count:,} is not from 0 to {images:,}")
    for name, value in cells.items():
        own = f"{place}.{plain(name)}"
        if name in kinds:
            continue
        if name == "tags":
            if not isinstance(value, list | tuple):
                raise InputError(f"{own}: it is no list")
        elif name == "matched_by":
            if not isinstance(value, str | None):
                raise InputError(f"{own}: it is no text")
        elif isinstance(value, bool) or not isinstance(value, int | float | None):
            raise InputError(f"{own}: it is no number")
        else:
            _check_range(own, value, 0, 1)


def _check_precision(place: str, entrant: EntrantRow) -> None:
    """Check that precision at 10 is the mean of the labels': images have no part of it."""
    figure = entrant.figures.get("precision_at_10")
    own = [cells.get("precision_at_10") for cells in entrant.labels]
    known = [float(each) for each in own if isinstance(each, int | float)]
    if figure is None or figure.value is None or not own:
        return
    mean = float(np.mean(known)) if len(known) == len(own) else np.nan
    if not abs(mean - figure.value) <= _SLACK:
        raise InputError(f"{place}: {figure.value:g} is not the mean of the labels'")


def _check_values(place: str, value: object, depth: int = 0, most: float = _LARGEST) -> None:
    """Check values without a schema: no number that cannot be, and not too deep."""
    if depth > _DEEPEST:
        raise InputError(f"{place[:200]}: it is too deep")
    if isinstance(value, int | float) and not -most - _SLACK <= value <= most + _SLACK:
        raise InputError(f"{place[:200]}: this number cannot be")
    if isinstance(value, Mapping):
        is_named = place != "coders.coders"  # where people may have any name
        for name, each in value.items():
            is_share = is_named and (name in _SHARES or name.startswith("mean_"))
            within = 1.0 if is_share else most
            _check_values(f"{place}.{plain(str(name))}", each, depth + 1, within)
    elif isinstance(value, list | tuple):
        for number, each in enumerate(value):
            _check_values(f"{place}[{number}]", each, depth + 1, most)


def is_of_this_version(document: Results) -> bool:
    """Whether its intervals were made by the same rules."""
    return document.versions.get("tagatlas") == versions()["tagatlas"]


def task_of(truth: Truth) -> Task:
    """The task that a stored truth sets.

    Raises:
        InputError: nothing can be measured against it.
    """
    try:
        return Task.of(truth)
    except UsageError as error:
        raise InputError(str(error)) from error


def check_images(
    table: pl.DataFrame, texts: pl.DataFrame, document: Results, truth: Truth | None
) -> None:
    """Check the results for each image, and that the figures are theirs.

    Args:
        table: with types; what is none of them is null.
        texts: the same as it was read.
        document: with the entrant.
        truth: what is known of the images.

    Raises:
        InputError: something cannot be; the text begins with row and column.
    """
    [entrant] = document.entrants
    counts = entrant.counts
    said = {name: getattr(counts, name) for name in ("ok", "empty", "failed", "pending")}
    found = dict(table["status"].value_counts().iter_rows()) if "status" in table.columns else {}
    if {name: number for name, number in said.items() if number} != found:
        raise InputError("column status: it does not have the counts of the document")
    if truth is None:
        return
    task = task_of(truth)
    for name in table.columns:
        if name not in (*_TEXTS, "right"):
            _check_column(name, table[name], texts[name], table.height)
    clusterings = _clusterings(table, task)
    ends = ENDS if is_of_this_version(document) else ENDS[:1]
    for name, figure in entrant.figures.items():
        if name == "clusters":
            _check_equal(name, cluster_value(clusterings, task), figure, ends)
        elif name in table.columns:
            _check_equal(name, _of_parts(name, table[name], figure.value, task), figure, ends)
        elif name in _OF_IMAGES and figure.value is not None:
            raise InputError(f"column {name}: it is missing")


def _check_column(name: str, column: pl.Series, texts: pl.Series, images: int) -> None:
    lost = column.is_null() & (texts.fill_null("") != "")
    if lost.any():
        row = int(lost.arg_max() or 0)
        raise InputError(f"row {row + 2}, column {plain(name)}: {texts[row]!r:.60} is no number")
    if name in CLUSTERINGS:
        values = column.explode()
        whole = values.null_count() == 0 and bool(values.is_between(-1, images - 1).all())
        if not whole:
            raise InputError(f"column {name}: a cluster is not from -1 to {images - 1:,}")
    elif not (column.is_null() | (column.abs() < _LARGEST_PART)).all():
        raise InputError(f"column {plain(name)}: a number is not finite, or too large")


def _clusterings(table: pl.DataFrame, task: Task) -> Clusterings:
    """The clusters of the images that count."""
    found = {}
    for name, length in CLUSTERINGS.items():
        if name not in table.columns:
            raise InputError(f"column {name}: it is missing")
        if set(table[name].list.len()) != {length}:
            raise InputError(f"column {name}: each image has {length} numbers")
        found[name] = np.array(table[name].gather(task.rows).to_list(), dtype=np.int32)
    halves = found["clusters"]
    if ((halves >= 0).reshape(len(halves), SPLITS, 2).sum(axis=2) != 1).any():
        raise InputError("column clusters: an image is in one half of each pair")
    whole = found["clusters_of_all"]
    if (whole < 0).any():
        raise InputError("column clusters_of_all: an image with a label is in no cluster")
    return Clusterings(whole.T, halves.T)


def _of_parts(
    name: str, column: pl.Series, value: float | None, task: Task
) -> tuple[float, float, float]:
    """The figure and its interval, of the parts of the images."""
    parts = column.gather(task.rows)
    if value is None:
        if parts.null_count() < len(parts):
            raise InputError(f"column {name}: it has numbers, and the document no figure")
        return np.nan, *NO_INTERVAL
    if parts.null_count():
        raise InputError(f"column {name}: an image with a label has no number")
    values, interval = parts.to_numpy(), NO_INTERVAL
    if task.has_interval(name):
        interval = mean_interval(values, task.sample)
    return task.sample.mean(values), *interval


def _check_equal(
    name: str, found: tuple[float, float, float], figure: FigureCells, ends: Sequence[str]
) -> None:
    """Check a figure and its interval against what the table of images gives."""
    for end, own in zip(ENDS, found, strict=True):
        stored = getattr(figure, end)
        if name == "neighbours" and stored is None and end != "value":
            continue  # where it may be chance: shuffling is not repeated here
        value = np.nan if stored is None else stored
        if end in ends and not np.isclose(own, value, rtol=0, atol=_SLACK, equal_nan=True):
            raise InputError(
                f"column {name}: its {end} is {own:.6g}, the document says {value:.6g}"
            )
