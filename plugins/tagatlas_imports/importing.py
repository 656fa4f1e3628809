"""Tags of other programs, stored as a separate backend."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from tagatlas import Atlas, Tag, TagResult, TagStatus
from tagatlas.errors import OptionError
from tagatlas.toolkit import safe_cells, write_atomically
from tagatlas.toolkit.answers import (
    Known,
    Matched,
    image_locations,
    keep_answers,
    match_images,
    tagger_names,
)
from tagatlas.toolkit.calls import AtlasLike, opened, select
from tagatlas_imports.foreign import ForeignTags
from tagatlas_imports.options import OPTIONS, ImportOptions
from tagatlas_imports.reading import read_foreign_tags

FOLDER = "imports"

Answers = Iterator[tuple[str, TagResult]]


@dataclass(frozen=True)
class ImportReport:
    """Result of importing the tags of one backend.

    Attributes:
        backend: its name.
        recognised: the recognised file format.
        named: number of images that the file names.
        counts: number of images of the collection by stored result.
        remark: missing information in the file.
        unmatched: names of images that are not in the collection, each with the reason.
        listed: the file in which these are listed; None if there are none.
        notes: further remarks for the user on how the file was read, a line each.
    """

    backend: str
    recognised: str
    named: int
    counts: Mapping[str, int]
    remark: str
    unmatched: Mapping[str, str]
    listed: Path | None
    notes: tuple[str, ...] = ()


def import_tags(atlas: AtlasLike, path: str | Path, **options: object) -> list[ImportReport]:
    """Read tags of another program, and store those of images of the collection.

    Args:
        atlas: open for writing, or the folder of one.
        path: the file: of dd-image-tagging, Memespector, or any table of images and tags.
        options: by name, such as ``name="by hand"``; see :class:`ImportOptions`.

    Returns:
        A report for each backend in the file.

    Raises:
        InputError: the file cannot be read.
        OptionError: an unknown option; or the name is that of an installed backend.
    """
    with opened(atlas) as its_atlas:
        selection = select(its_atlas, options, further=[OPTIONS])
        return import_file(its_atlas, Path(path), selection.options("import", ImportOptions))


def import_file(atlas: Atlas, path: Path, options: ImportOptions) -> list[ImportReport]:
    """Read a file of tags and store those of images of the collection.

    Earlier answers of the same backend for an image are replaced, so that importing a file twice
    changes nothing, and files in several parts are imported one after the other.

    Args:
        atlas: open for writing.
        path: the file.
        options: for reading it.

    Returns:
        A report for each backend in the file.

    Raises:
        InputError: the file cannot be read.
        OptionError: the name is that of an installed backend.
    """
    found = [each.as_shown() for each in read_foreign_tags(path, options)]
    names = _names(atlas, options.name, found)
    known = [Known(*each) for each in image_locations(atlas)]
    reports = []
    for name, foreign in zip(names, found, strict=True):
        matched = match_images(foreign.images().to_list(), known, options.match, options.images)
        fingerprint = f"imported: {foreign.recognised}"
        counts = keep_answers(atlas, name, fingerprint, answers_of(foreign, matched))
        reports.append(
            ImportReport(
                backend=name,
                recognised=foreign.recognised,
                named=len(matched.images) + len(matched.unmatched),
                counts=counts,
                remark=foreign.remark if foreign.empty.len() else "",
                unmatched=matched.unmatched,
                listed=_list_unmatched(atlas, name, matched),
                notes=foreign.notes,
            )
        )
    return reports


def answers_of(foreign: ForeignTags, matched: Matched) -> Answers:
    """A file's result for each matched image, by id, in the order of ids.

    An image that the file names twice has the tags of both; tags have precedence over "no tags",
    and that over "could not be processed".
    """
    ids = pl.DataFrame(
        {"image": list(matched.images), "id": list(matched.images.values())},
        schema={"image": pl.String, "id": pl.String},
    )
    tags = (
        foreign.tags.join(ids, on="image")
        .group_by("id", "tag")
        .agg(pl.col("score").max())
        .group_by("id")
        .agg("tag", "score")
    )
    empty = pl.DataFrame({"image": foreign.empty}).join(ids, on="image").select("id").unique()
    failed = foreign.failed.join(ids, on="image").unique("id", keep="first", maintain_order=True)
    rows = (
        ids.select("id")
        .unique()
        .join(tags, on="id", how="left")
        .join(empty.with_columns(empty=pl.lit(True)), on="id", how="left")
        .join(failed.select("id", "message"), on="id", how="left")
        .sort("id")
    )
    for image, labels, scores, is_empty, message in rows.select(
        "id", "tag", "score", "empty", "message"
    ).iter_rows():
        if labels is not None:
            yield image, TagResult.ok([*map(Tag, labels, scores)])
        elif is_empty:
            yield image, TagResult(TagStatus.EMPTY, message=foreign.remark)
        else:
            yield image, TagResult.failed("transient", message)


def _names(atlas: Atlas, name: str | None, found: list[ForeignTags]) -> list[str]:
    """The backends' names.

    Raises:
        OptionError: a name is that of an installed backend.
    """
    if name is None:
        names = [foreign.program for foreign in found]
    elif len(found) == 1:
        names = [name]
    else:
        names = [f"{name}-{foreign.program.partition('-')[2]}" for foreign in found]
    installed = tagger_names(atlas)
    for each in names:
        if each in installed:
            raise OptionError(f"{each} is the name of an installed backend: choose another --name")
    return names


def _list_unmatched(atlas: Atlas, name: str, matched: Matched) -> Path | None:
    """Write the list of unmatched images; an earlier list is removed."""
    path = atlas.folder / FOLDER / f"{name}-unmatched.csv"
    if not matched.unmatched:
        path.unlink(missing_ok=True)
        return None
    path.parent.mkdir(exist_ok=True)
    table = pl.DataFrame(
        {"image": list(matched.unmatched), "reason": list(matched.unmatched.values())}
    )
    with write_atomically(path) as file:
        table.with_columns(safe_cells(pl.col("image"))).write_csv(file, quote_style="non_numeric")
    return path
