"""The stored results of benchmarks: a file for each entrant, and one with all of a task.

In a leaderboard's folder, each task has a folder ``results/<digest>``::

    entrants/<name>.json   an entrant with its results, written as soon as they are there
    images/<name>.csv      its results for each image
    truth.csv              what is known of each image
    results.json           the entrants together, with ranks and differences; made from these files

They may come from other people as well: they are checked, and no path is taken from them.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from math import isfinite
from pathlib import Path

import msgspec
import numpy as np
import polars as pl

from tagatlas.errors import InputError, StorageError
from tagatlas.toolkit import cell_texts, one_line, write_atomically
from tagatlas_compare.benching.coding.truth import Truth
from tagatlas_compare.benching.results.checking import (
    CLUSTERINGS,
    check_document,
    check_images,
    task_of,
)
from tagatlas_compare.benching.results.document import (
    Cells,
    EntrantRow,
    FigureCells,
    Results,
)
from tagatlas_compare.spreadsheets import csv_of
from tagatlas_compare.statistics.figures import Figure

RESULTS, ENTRANTS, IMAGES, CODES = "results", "entrants", "images", "codes"
TRUTH, TOGETHER = "truth.csv", "results.json"

LARGEST = 64 << 20
"""Largest file that is read, in bytes."""

_DIGEST = re.compile("[0-9a-f]{16}")


@dataclass(frozen=True, eq=False)
class Row:
    """An entrant's file.

    Attributes:
        name: of its files: the same for the same answers.
        document: with this entrant alone.
        images: as in :class:`~tagatlas_compare.benching.measures.Measured`, and before them
            ``image`` (id) and ``status``; None if they are missing.
    """

    name: str
    document: Results
    images: pl.DataFrame | None

    @property
    def entrant(self) -> EntrantRow:
        """The entrant."""
        return self.document.entrants[0]


@dataclass(frozen=True, eq=False)
class TaskRows:
    """The entrants of one task.

    Attributes:
        rows: at least one, in the order of their names.
        truth: what is known of the images; None if nothing is.
    """

    rows: Sequence[Row]
    truth: Truth | None

    @property
    def newest(self) -> Results:
        """The document that was made last."""
        return max((row.document for row in self.rows), key=lambda each: each.made_at)


def task_folder(out: Path, digest: str) -> Path:
    """The folder of a task's results."""
    return out / RESULTS / digest


def write_row(out: Path, row: Row, truth: Truth | None) -> None:
    """Store an entrant's results; those of the same answers are replaced.

    Args:
        out: the leaderboard's folder.
        row: the results.
        truth: what is known of the task's images.

    Raises:
        StorageError: a file cannot be written.
    """
    task = row.document.task
    folder = task_folder(out, task.digest)
    for each in (folder / ENTRANTS, folder / IMAGES):
        make_folder(each)
    if truth is not None:
        with write_atomically(folder / TRUTH) as file:
            file.write(csv_of(_truth_table(task.image_ids, truth)))
    if row.images is not None:
        with write_atomically(folder / IMAGES / f"{row.name}.csv") as file:
            file.write(csv_of(_flat(row.images)))
    with write_atomically(folder / ENTRANTS / f"{row.name}.json") as file:
        file.write(as_json(at_home(out, row).document))


def at_home(out: Path, row: Row) -> Row:
    """A row that says where its files lie here, whatever it said elsewhere.

    Args:
        out: the leaderboard's folder.
        row: the results.
    """
    beside = "" if row.images is None else f"{IMAGES}/{row.name}.csv"
    page = f"{CODES}/{row.name}.html"
    folder = task_folder(out, row.document.task.digest)
    has_page = row.entrant.codes is not None and (folder / page).exists()
    entrant = replace(row.entrant, per_image=beside, codes_page=page if has_page else "")
    return replace(row, document=replace(row.document, entrants=[entrant]))


def make_folder(folder: Path) -> None:
    """Make a folder, if it is missing.

    Raises:
        StorageError: it cannot be made.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StorageError(
            f"cannot make {folder}: {error.strerror}; choose another folder with --out"
        ) from error


def as_json(document: Results) -> bytes:
    """The text of a document."""
    return msgspec.json.format(msgspec.json.encode(document), indent=1) + b"\n"


def read_tasks(out: Path) -> dict[str, TaskRows]:
    """The stored results by task digest; of each task all entrants.

    Args:
        out: a leaderboard's folder, of anybody.

    Raises:
        InputError: a file is damaged, or says another digest than its folder.
        StorageError: a file cannot be read.
    """
    found = {}
    folders = sorted(each for each in (out / RESULTS).glob("*") if _DIGEST.fullmatch(each.name))
    for folder in folders:
        paths = sorted((folder / ENTRANTS).glob("*.json"))
        documents = [_read_entrant(path) for path in paths]
        for path, document in zip(paths, documents, strict=True):
            if _labelled(document) != _labelled(documents[0]):
                raise InputError(f"{path}: task: it is not that of {paths[0].name}")
            if document.task.digest != folder.name:
                raise InputError(f"{path} has results of the task {document.task.digest}")
        if documents:
            truth = _read_truth(folder / TRUTH, documents[0])
            rows = [
                _with_images(path, document, truth)
                for path, document in zip(paths, documents, strict=True)
            ]
            found[folder.name] = TaskRows(rows, truth)
    return found


def _labelled(document: Results) -> tuple[object, ...]:
    """The images of a task, and the numbers of their codes."""
    task = document.task
    return list(task.image_ids), None if task.truth is None else dict(task.truth.codes)


def read_own(out: Path) -> dict[str, TaskRows]:
    """The results that are stored in a leaderboard's own folder; see :func:`read_tasks`.

    Raises:
        InputError: a file is damaged; the text says what to delete.
        StorageError: a file cannot be read.
    """
    try:
        return read_tasks(out)
    except InputError as error:
        raise InputError(
            f"{error}. The results in {out} are damaged: delete this file, and measure or join its"
            " backend again"
        ) from error


def read_row(out: Path, digest: str, name: str) -> Row | None:
    """A stored row of a task by the name of its files; None if there is none.

    Raises:
        InputError, StorageError: see :func:`read_tasks`.
    """
    folder = task_folder(out, digest)
    path = folder / ENTRANTS / f"{name}.json"
    if not path.exists():
        return None
    document = _read_entrant(path)
    return _with_images(path, document, _read_truth(folder / TRUTH, document))


def _read_entrant(path: Path) -> Results:
    """The document of one entrant."""
    document = read_document(path)
    if len(document.entrants) != 1:
        raise InputError(f"{path} has {len(document.entrants)} entrants, and 1 was expected")
    try:
        check_document(document)
    except InputError as error:
        raise InputError(f"{path}: {error}") from error
    return document


def _with_images(path: Path, document: Results, truth: Truth | None) -> Row:
    """An entrant with its results for each image, if they are there."""
    beside = path.parent.parent / IMAGES / f"{path.stem}.csv"
    if not beside.exists():
        entrants = [replace(each, per_image="") for each in document.entrants]
        return Row(path.stem, replace(document, entrants=entrants), None)
    texts = _read_csv(beside).with_columns(cell_texts(pl.all()))
    if texts.get_column("image", default=pl.Series([""])).to_list() != document.task.image_ids:
        raise InputError(f"{beside} is not about the images of {path}")
    table = _typed(texts)
    try:
        check_images(table, texts, document, truth)
    except InputError as error:
        raise InputError(f"{beside}: {error}") from error
    return Row(path.stem, document, table)


def read_document(path: Path) -> Results:
    """Read a document of results, of anybody.

    Raises:
        InputError: it does not have the schema.
        StorageError: it cannot be read.
    """
    try:
        document = msgspec.json.decode(_read(path), type=Results)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise InputError(f"{path} is no file of results: {one_line(str(error))}") from error
    return document


def _read(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            data = file.read(LARGEST + 1)
    except OSError as error:
        raise StorageError(f"cannot read {path}: {error.strerror}") from error
    if len(data) > LARGEST:
        raise InputError(f"{path} has more than {LARGEST >> 20} MB")
    return data


def _read_csv(path: Path) -> pl.DataFrame:
    """A table of ours as texts."""
    try:
        return pl.read_csv(io.BytesIO(_read(path)), infer_schema=False)
    except (pl.exceptions.PolarsError, pl.exceptions.PanicException) as error:
        raise InputError(f"{path} is no table: {' '.join(str(error).split())[:200]}") from error


def _flat(table: pl.DataFrame) -> pl.DataFrame:
    """A table with its lists as texts."""
    lists = [name for name, kind in table.schema.items() if isinstance(kind, pl.List)]
    return table.with_columns(pl.col(lists).cast(pl.List(pl.String)).list.join(" "))


def _typed(table: pl.DataFrame) -> pl.DataFrame:
    """A table of images with its types again; what is none of them is null."""
    texts = ("image", "status", "predicted")
    columns = []
    for name in table.columns:
        column = pl.col(name)
        if name == "right":
            column = column == "true"
        elif name in CLUSTERINGS:
            column = column.str.split(" ").cast(pl.List(pl.Int32), strict=False)
        elif name not in texts:
            column = column.cast(pl.Float64, strict=False)
        columns.append(column)
    return table.with_columns(columns)


def _truth_table(images: Sequence[str], truth: Truth) -> pl.DataFrame:
    codes = [
        msgspec.json.encode([code for code, has in zip(truth.codes, own, strict=True) if has])
        for own in truth.has
    ]
    return pl.DataFrame(
        {"image": images, "coded": truth.coded, "codes": [each.decode() for each in codes]},
        schema={"image": pl.String, "coded": pl.Boolean, "codes": pl.String},
    )


def _read_truth(path: Path, document: Results) -> Truth | None:
    """What is known of a task's images.

    Raises:
        InputError: the file does not fit the document.
    """
    said = document.task.truth
    if said is None:
        return None
    if not path.exists():
        raise InputError(f"{path} is missing")
    table = _read_csv(path)
    if table.columns != ["image", "coded", "codes"] or (
        table["image"].to_list() != document.task.image_ids
    ):
        raise InputError(f"{path} is not about the images of its task")
    try:
        of_images = [msgspec.json.decode(cell or "[]", type=list[str]) for cell in table["codes"]]
    except msgspec.MsgspecError as error:
        raise InputError(f"{path}: {one_line(str(error))}") from error
    codes = sorted(said.codes)
    row_of = {code: row for row, code in enumerate(codes)}
    has = np.zeros((table.height, len(codes)), dtype=np.bool_)
    for image, own in enumerate(of_images):
        for code in own:
            if code not in row_of:
                raise InputError(f"{path} has the code {code!r:.80}, which its task has not")
            has[image, row_of[code]] = True
    if dict(zip(codes, has.sum(axis=0).tolist(), strict=True)) != dict(said.codes):
        raise InputError(f"{path} has other numbers of images with a code than its task")
    coded = table["coded"]
    if not coded.is_in(["true", "false"]).fill_null(value=False).all():
        raise InputError(f"{path}, column coded: a cell is neither true nor false")
    truth = Truth(said.source, codes, has, (coded == "true").to_numpy())
    try:
        task_of(truth)
    except InputError as error:
        raise InputError(f"{path}: {error}") from error
    return truth


def figure_cells(figures: Mapping[str, Figure]) -> dict[str, FigureCells]:
    """Figures as they are stored; what is not finite is null."""
    return {
        name: FigureCells(
            value=_number(figure.value),
            low=_number(figure.low),
            high=_number(figure.high),
            chance=_number(figure.chance),
            chance_low=_number(figure.chance_low),
            chance_high=_number(figure.chance_high),
            images=figure.images,
        )
        for name, figure in figures.items()
    }


def _number(value: float) -> float | None:
    return float(value) if isfinite(value) else None


def plain_rows(table: pl.DataFrame) -> Iterator[dict[str, object]]:
    """The rows of a table as JSON values."""
    for row in table.iter_rows(named=True):
        yield {
            name: None if isinstance(value, float) and not isfinite(value) else value
            for name, value in row.items()
        }


def label_cells(table: pl.DataFrame) -> list[Cells]:
    """The rows of a table of labels as they are stored."""
    return msgspec.convert(list(plain_rows(table)), list[Cells])
