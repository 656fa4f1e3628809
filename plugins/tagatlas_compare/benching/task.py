"""The task of a benchmark: which images, what is known of them, and what else affects figures."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path

import msgspec
import numpy as np
from numpy.typing import NDArray

from tagatlas import Atlas
from tagatlas.errors import UsageError
from tagatlas.toolkit.collection import collection_images
from tagatlas_compare.benching.coding.tables import CodingColumns
from tagatlas_compare.benching.coding.truth import Coding, Truth, check_truth, read_truth
from tagatlas_compare.benching.options import BenchOptions
from tagatlas_compare.benching.results.document import Task, TruthCells


@dataclass(frozen=True, eq=False)
class ChosenTask:
    """A task with what is known of its images.

    Attributes:
        task: as it is stored.
        truth: of its images; None if nothing is known.
        coders: what each of several coders says of them, by name; else empty.
        notes: for the user, on how labels or codings were read, a line each.
    """

    task: Task
    truth: Truth | None
    coders: Mapping[str, Truth] = field(default_factory=dict)
    notes: Sequence[str] = ()


def choose_task(
    atlas: Atlas,
    options: BenchOptions,
    truth: Sequence[Path] = (),
    further: Mapping[str, str] | None = None,
) -> ChosenTask:
    """Choose the images, and read what is known of them.

    Ids are hashes, so the images of lowest id are a random sample, and the same one next time.

    Args:
        atlas: with the images.
        options: of the benchmark.
        truth: files with what is known, if it is in no column.
        further: what else affects figures, by name.

    Raises:
        UsageError: there are no two images.
        InputError, OptionError: see :func:`~tagatlas_compare.benching.coding.truth.read_truth`.
    """
    ids = collection_images(atlas)["id"].to_list()
    coding = read_truth(
        atlas,
        labels=options.labels,
        files=truth,
        columns=CodingColumns(options.image_column, options.code_columns, options.coder_column),
        images=ids,
    )
    rows = np.arange(len(ids)) if coding is None else np.flatnonzero(coding.coded)
    chosen = rows[: options.images]
    if len(chosen) < 2:
        raise UsageError(f"{atlas.folder} has no two images to measure with")
    left_out = {} if coding is None else dict(coding.left_out)
    if len(chosen) < len(rows):
        left_out["not in the sample"] = len(rows) - len(chosen)
    images = [ids[row] for row in chosen]
    known = None if coding is None else coding.truth.some(chosen)
    if known is not None:
        check_truth(known)  # a sample may have less than the whole
    settings: dict[str, str | int] = {"top": options.top, "seed": options.seed, **(further or {})}
    task = Task(
        digest=task_digest(images, known, settings, version("tagatlas")),
        images=len(images),
        image_ids=images,
        truth=None if known is None else _cells(known),
        options=settings,
        left_out=left_out,
    )
    return ChosenTask(task, known, _coders(coding, chosen), () if coding is None else coding.notes)


def _coders(coding: Coding | None, rows: NDArray[np.int64]) -> dict[str, Truth]:
    if coding is None:
        return {}
    return {name: truth.some(rows) for name, truth in coding.coders.items()}


def _cells(truth: Truth) -> TruthCells:
    counts = truth.has.sum(axis=0)
    return TruthCells(
        truth.source,
        truth.is_single,
        {code: int(images) for code, images in zip(truth.codes, counts, strict=True)},
    )


def task_digest(
    images: Sequence[str],
    truth: Truth | None,
    options: Mapping[str, object],
    tagatlas: str,
) -> str:
    """The digest of a task; see :class:`~tagatlas_compare.benching.results.document.Task`.

    Args:
        images: ids, sorted.
        truth: of these images; None if nothing is known.
        options: that affect figures.
        tagatlas: its version.
    """
    known = [] if truth is None else [list(truth.codes), truth.has.tolist(), truth.coded.tolist()]
    what = [list(images), known, sorted(options.items()), tagatlas]
    return hashlib.sha256(msgspec.json.encode(what)).hexdigest()[:16]
