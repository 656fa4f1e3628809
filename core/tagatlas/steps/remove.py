"""Removal of images or a source from an atlas for good: no byte of them stays in its files."""

from __future__ import annotations

import re
import shutil
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import polars as pl

from tagatlas.atlas import CATALOG, LOCK, OF_IMAGES, SETTINGS, Atlas
from tagatlas.catalog import OF_CATALOG, Extent, Target
from tagatlas.contracts import ImageStore, Variant
from tagatlas.errors import StorageError, UsageError
from tagatlas.masking import as_shown, masked
from tagatlas.steps.fetch_tables import FOLDER as FETCH_TABLES
from tagatlas.steps.fetch_tables import write_fetch_tables
from tagatlas.steps.opened import AtlasLike, opened, several
from tagatlas_fetching.placeholders import find_placeholders
from tagatlas_tables.shown import cells_as_shown

WRITTEN = ("maps", "comparisons", "imports")
"""Folders of the atlas with files written from the catalog, which can be written again."""

_NO_IMAGE = "0" * 64
_ID = re.compile(r"[0-9a-f]{8,64}")
_LISTED = 5


@dataclass(frozen=True)
class Lookalike:
    """A near duplicate of a removed image, not removed itself.

    Attributes:
        image: its id.
        location: of its first record.
    """

    image: str
    location: str


@dataclass(frozen=True)
class RemoveReport:
    """Result of a removal, or of a dry run.

    Attributes:
        finished: whether an interrupted removal was finished first.
        extent: of the removal from the catalog.
        absent: names that fit nothing in the atlas, or no more.
        alike: near duplicates that stay.
        files: number of files written from the catalog that are removed with it.
        left_alone: other files in the atlas's folder, which were not checked.
    """

    finished: bool
    extent: Extent
    absent: list[str]
    alike: list[Lookalike]
    files: int
    left_alone: list[str]


@dataclass(frozen=True)
class _Named:
    """Addresses and images of the catalog that were named, and names that fit none."""

    addresses: frozenset[int]
    images: frozenset[str]
    unknown: list[str]


def remove(
    atlas: AtlasLike,
    images: str | Sequence[str] = (),
    source: str | int | None = None,
    *,
    with_duplicates: bool = False,
    forget: bool = False,
    dry_run: bool = False,
) -> RemoveReport:
    """Remove images, or a source, from an atlas with all data about them.

    Of an image these are its stored files, addresses, records, answers, tags and embeddings, the
    annotations that are about it or name it, and all files written from the catalog: maps
    keep the positions of all other nodes, and are to be made and rendered again. The record of
    costs stays. Files outside of the atlas are not touched. A removal interrupted at any time is
    finished by the next one.

    Args:
        atlas: open for writing, or the folder of one.
        images: each an id or the first 8 or more of its digits, an address, a path, or a file
            name that only one address ends in; or one of these.
        source: its number, its location, or the last part of it.
        with_duplicates: also remove the near duplicates of the images.
        forget: refuse exactly these bytes and these addresses from now on. Only
            hashes of them are kept. A smaller copy of a picture has other bytes.
        dry_run: change nothing.

    Raises:
        UsageError: a name fits nothing, or several.
        NotTrusted: the user has not accepted the store of the images.
        StorageError: files cannot be removed; then run it again.
        AtlasLocked: another program reads the catalog; likewise.
    """
    with opened(atlas, write=not dry_run) as its_atlas:
        its_atlas.require_store()
        return _remove(
            its_atlas,
            several(images),
            None if source is None else str(source),
            with_duplicates=with_duplicates,
            forget=forget,
            dry_run=dry_run,
        )


def _remove(
    atlas: Atlas,
    images: Sequence[str],
    source: str | None,
    *,
    with_duplicates: bool,
    forget: bool,
    dry_run: bool,
) -> RemoveReport:
    if atlas.store.__class__.remove is ImageStore.remove:
        atlas.store.remove(_NO_IMAGE)  # raises before anything is changed if that is impossible
    finished = not dry_run and sweep(atlas)
    named = _find_images(atlas, images)
    unknown = [name for name in named.unknown if not (forget and _is_whole(name))]
    if unknown and not finished:
        raise UsageError(_unknown(unknown))
    target, alike = _target(atlas, named, source, with_duplicates=with_duplicates)
    files = sum(_count_files(atlas.folder / name) for name in WRITTEN)
    if dry_run or target == Target():
        extent = atlas.catalog.removals.extent(target)
    else:
        places = dict(atlas.catalog.removals.sources())
        extent = atlas.catalog.removals.take_out(target, forever=forget)
        sweep(atlas)
        if target.source is not None:
            atlas.settings.move_source(places[target.source], None)
    if forget and not dry_run:
        atlas.catalog.removals.refuse(filter(_is_whole, named.unknown))
    extent = replace(extent, locations=list(map(as_shown, extent.locations)))
    absent = list(map(as_shown, named.unknown))
    return RemoveReport(finished, extent, absent, alike, files, _others(atlas))


def sweep(atlas: Atlas) -> bool:
    """Finish a removal that is under way; returns whether there was one.

    Deletes the files of removed images and those written from the catalog; the catalog's file is
    written again without deleted data.

    Args:
        atlas: open for writing.

    Raises:
        StorageError, AtlasLocked: see :func:`remove`.
    """
    unswept = atlas.catalog.removals.unswept()
    if unswept is None:
        return False
    atlas.store.remove_many(unswept.images)
    for name in WRITTEN if unswept.written else ():
        _remove_folder(atlas.folder / name)
    if (atlas.folder / FETCH_TABLES).exists():
        _remove_folder(atlas.folder / FETCH_TABLES)
        write_fetch_tables(atlas, find_placeholders(atlas.catalog.addresses.fates))
    atlas.catalog.removals.scrub()
    return True


def find_source(atlas: Atlas, name: str | int) -> int:
    """The number of a source in the catalog.

    Args:
        atlas: with the source.
        name: its number, its location, or the last part of it.

    Raises:
        UsageError: no source has that name, or several have.
    """
    name = str(name)
    sources = atlas.catalog.removals.sources()
    path = Path(name).resolve().as_posix()
    exact = [
        number
        for number, location in sources
        if name in (str(number), location, masked(location)) or location == path
    ]
    ending = [
        number
        for number, location in sources
        if location.rstrip("/").rpartition("/")[2] == name.rstrip("/")
    ]
    for found in (exact, ending):
        if len(found) == 1:
            return found[0]
    listed = "; ".join(f"{number}: {masked(location)}" for number, location in sources) or "none"
    problem = "several sources are called" if ending else "there is no source"
    raise UsageError(f"{problem} {name}; the sources by number: {listed}")


def _find_images(atlas: Atlas, names: Sequence[str]) -> _Named:
    known = atlas.catalog.removals.known()
    addresses: set[int] = set()
    images: set[str] = set()
    unknown: list[str] = []
    for name in names:
        found = _rows_of(name, known)
        if found.is_empty():
            held = atlas.catalog.removals.numbers([name])
            images.update(held)
            if not held:
                unknown.append(name)
        addresses.update(found["address"])
        images.update(found["image"].drop_nulls())
    return _Named(frozenset(addresses), frozenset(images), unknown)


def _rows_of(name: str, known: pl.DataFrame) -> pl.DataFrame:
    """The rows of the table of addresses that a name fits.

    Raises:
        UsageError: it fits several images or addresses.
    """
    stem = Path(name).stem
    digits = stem if len(stem) == 64 else name  # a file of the image store has the id as its name
    if _ID.fullmatch(digits):
        by_id = known.filter(pl.col("image").str.starts_with(digits))
        if by_id["image"].n_unique() > 1:
            raise UsageError(f"several images have an id that begins with {name}: give more of it")
        if by_id.height:
            return by_id
    spellings = [name, Path(name).resolve().as_posix()]
    exact = known.filter(pl.col("location").is_in(spellings) | (pl.col("final_url") == name))
    if exact.height:
        return exact
    shown = cells_as_shown(known, "location")
    named = known.filter(shown["location"] == as_shown(name))
    if named.height:
        return named
    ending = shown.filter(pl.col("location").str.ends_with(f"/{name}"))
    if ending["location"].n_unique() > 1:
        some = ", ".join(ending["location"].head(_LISTED))
        raise UsageError(f"{name} could be any of {ending.height:,}: {some}; give more of it")
    return ending


def _is_whole(name: str) -> bool:
    """Whether a name identifies an image or address by itself."""
    return "://" in name or re.fullmatch(r"[0-9a-f]{64}", name) is not None


def _unknown(names: Sequence[str]) -> str:
    some = ", ".join(names[:_LISTED])
    return (
        f"the atlas has no image {some}: give its id, its URL or its path, as they stand in "
        f"{FETCH_TABLES}/addresses.csv; nothing was removed"
    )


def _target(
    atlas: Atlas, named: _Named, source: str | None, *, with_duplicates: bool
) -> tuple[Target, list[Lookalike]]:
    """The rows to remove, and the near duplicates that stay."""
    removals = atlas.catalog.removals
    whole = removals.target_of_source(find_source(atlas, source)) if source else Target()
    images = named.images | whole.images.keys()
    if not images:
        return replace(whole, addresses=whole.addresses | named.addresses), []
    groups = atlas.representatives()
    theirs = groups.filter(pl.col("image").is_in(list(images)))["representative"]
    alike = groups.filter(pl.col("representative").is_in(theirs.implode()))["image"]
    staying = [] if with_duplicates else sorted({*alike} - images)
    images = images | set(alike) if with_duplicates else images
    target = Target(
        removals.numbers(images), whole.addresses | named.addresses, source=whole.source
    )
    places = atlas.catalog.addresses.images().filter(pl.col("id").is_in(staying))
    return target, [Lookalike(*row) for row in places.select("id", "location").iter_rows()]


def _remove_folder(folder: Path) -> None:
    try:
        if folder.exists():
            shutil.rmtree(folder)
    except OSError as error:
        raise StorageError(
            f"cannot remove {folder}: {error.strerror or error}; check the permissions, then run "
            "tagatlas remove again to finish"
        ) from error


def _count_files(folder: Path) -> int:
    return sum(path.is_file() for path in folder.rglob("*"))


def _others(atlas: Atlas) -> list[str]:
    """Files in the atlas's folder that do not belong to the atlas."""
    places = (atlas.store.locate(_NO_IMAGE, variant) for variant in Variant)
    folders = {place.partition("/")[0] for place in places if place is not None}
    ours = {
        *WRITTEN,
        *OF_IMAGES,
        FETCH_TABLES,
        SETTINGS,
        LOCK,
        CATALOG,
        *OF_CATALOG,
        f"{CATALOG}-wal",
        f"{CATALOG}-shm",
        *folders,
    }
    return sorted(path.name for path in atlas.folder.iterdir() if path.name not in ours)
