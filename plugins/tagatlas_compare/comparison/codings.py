"""People's codings in a comparison: as further backends of a copy of the atlas."""

from __future__ import annotations

import os
import re
import shutil
import sqlite3
from collections.abc import Collection, Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from tagatlas import Atlas, Tag, TagResult, TagStatus, open_atlas
from tagatlas.toolkit.answers import keep_answers, tagger_names
from tagatlas.toolkit.backends import used_backends
from tagatlas.toolkit.collection import collection_images
from tagatlas_compare.benching.coding.truth import Truth, truth_of_files
from tagatlas_compare.comparison.coverage import CODING_MARK

_CATALOG = "catalog.sqlite"
_TABLES = "catalog"
"""Folder of tables that belong to the catalog; its files are never changed."""
_COPIED = ("atlas.toml", "atlas.id")


def codings_in(atlas: Atlas, names: Sequence[str]) -> list[str]:
    """Those of the names that are of no backend of the atlas, but of a file."""
    known = {each.name for each in used_backends(atlas)}
    return [name for name in names if name.partition(":")[0] not in known and Path(name).is_file()]


@contextmanager
def with_codings(atlas: Atlas, names: Sequence[str]) -> Iterator[tuple[Atlas, Sequence[str]]]:
    """The atlas, with codings as further backends if any of the names is the path of a file.

    The atlas is not changed: these are stored in a copy of its catalog, which is removed
    afterwards. The copy has no pictures.

    Args:
        atlas: open.
        names: of backends.

    Yields:
        The atlas or its copy, and the names of the backends there.

    Raises:
        InputError: see :func:`~tagatlas_compare.benching.coding.truth.truth_of_files`.
    """
    files = codings_in(atlas, names)
    if not files:
        yield atlas, names
        return
    taken = {*tagger_names(atlas), *(each.name for each in used_backends(atlas))}
    name_of: dict[str, str] = {}
    for path in files:
        name_of[path] = _backend_name(path, taken | {*name_of.values()})
    images = collection_images(atlas)["id"].to_list()
    truths: dict[str, Truth] = {}
    for path, name in name_of.items():
        coding = truth_of_files(atlas, [Path(path)], images=images)
        truths[name] = coding.truth
        if coding.told:
            atlas.plugins.warn(coding.told)
    with TemporaryDirectory(prefix="tagatlas-compare-") as scratch:
        folder = Path(scratch, atlas.folder.resolve().name)
        _copy(atlas.folder, folder)
        with open_atlas(folder, atlas.plugins) as copy:
            for name, truth in truths.items():
                keep_answers(copy, name, f"{CODING_MARK}{truth.source}", _answers(truth, images))
            yield copy, [name_of.get(name, name) for name in names]


def _backend_name(path: str, taken: Collection[str]) -> str:
    """The name of a coding as a backend, after its file: ``My coding.csv`` is ``my-coding``."""
    name = re.sub(r"[^a-z0-9]+", "-", Path(path).stem.lower()).strip("-") or "coding"
    while name in taken:
        name += "-coding"
    return name


def _copy(atlas: Path, folder: Path) -> None:
    """Copy an atlas without its pictures and files."""
    folder.mkdir()
    for name in _COPIED:
        if (atlas / name).is_file():
            shutil.copy(atlas / name, folder / name)
    read_only = f"{(atlas / _CATALOG).resolve().as_uri()}?mode=ro"
    with (
        closing(sqlite3.connect(read_only, uri=True)) as catalog,
        closing(sqlite3.connect(folder / _CATALOG)) as copied,
    ):
        catalog.backup(copied)
    for file in (atlas / _TABLES).rglob("*"):
        if file.is_file():
            place = folder / file.relative_to(atlas)
            place.parent.mkdir(parents=True, exist_ok=True)
            _link_or_copy(file, place)


def _link_or_copy(file: Path, place: Path) -> None:
    """Have a file that never changes in another place, too."""
    try:
        os.link(file, place)
    except OSError:  # on another disk, or none of the file system's abilities
        shutil.copy(file, place)


def _answers(truth: Truth, images: Sequence[str]) -> Iterator[tuple[str, TagResult]]:
    """The codes of each coded image as tags with a score of 1."""
    for image, own, is_coded in zip(images, truth.has, truth.coded, strict=True):
        codes = [code for code, has in zip(truth.codes, own, strict=True) if has]
        if codes:
            yield image, TagResult.ok([Tag(code, 1.0) for code in codes])
        elif is_coded:
            yield image, TagResult(TagStatus.EMPTY)
