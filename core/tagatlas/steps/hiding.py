"""Images that are not shown: no file written from the atlas has their pictures."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from tagatlas.atlas import Atlas
from tagatlas.contracts import ImageStore
from tagatlas.errors import UsageError
from tagatlas.wording import count
from tagatlas_mapping.maps.duplicates import Level, with_copies
from tagatlas_rendering.stale import remove_stale, stale_notes
from tagatlas_rendering.stores import HidingStore
from tagatlas_tables.matching import Known
from tagatlas_tables.named_images import find_images, read_image_names

Images = str | Path | Sequence[str]
"""Images: a table that names them, one name, or several names."""

_LISTED = 5


def hide_images(atlas: Atlas, images: Images, *, hide: bool = True) -> list[str]:
    """Hide images, or show hidden ones again; returns lines that say which.

    Args:
        atlas: whose images they are; it need not be open for writing.
        images: a table that names them, one name, or several. Names are ids, the first 8 or more
            digits of these, addresses, paths, or file names that only one image has.
        hide: whether they are hidden, not shown again.

    Raises:
        UsageError: the table cannot be read, or none of its names fits an image.
    """
    if isinstance(images, Path) or (isinstance(images, str) and Path(images).is_file()):
        names: Sequence[str] = read_image_names(Path(images))
    else:
        names = [images] if isinstance(images, str) else images
    records = atlas.catalog.records.of_images().select("image", "location").unique()
    matched = find_images(names, [Known(*row) for row in records.sort("location").iter_rows()])
    wrong = [f"{name}: {reason}" for name, reason in matched.unmatched.items()]
    some = "; ".join(wrong[:_LISTED]) + "; ..." * (len(wrong) > _LISTED)
    if not matched.images:
        raise UsageError(f"no image is named; {some or 'the table is empty'}")
    named, before = set(matched.images.values()), hidden_images(atlas)
    if not hide:  # also those of these pictures that somebody hid by themselves
        named |= with_copies(named, atlas.representatives())
    atlas.catalog.hidden.change(named, hide=hide)
    after = hidden_images(atlas)
    joined = len(after - before - named)
    lines = [f"not found: {count(len(wrong), 'name')} of {len(names):,}: {some}"] if wrong else []
    if not hide:
        return [f"shown again: {count(len(before - after), 'image')}", *lines]
    copies = f", and {joined:,} joined with them as near duplicates" if joined else ""
    said = (
        f"hidden: {count(len(named), 'image')}{copies}; {len(after):,} in all. Files written before"
        " still show them: tagatlas render replaces those of a map, and removes others in the"
        " atlas; exports elsewhere are yours to replace"
    )
    return [said, *lines]


def hidden_images(atlas: Atlas, level: Level | None = None) -> frozenset[str]:
    """Ids of all images that are not shown: those hidden, and their near duplicates.

    Args:
        atlas: with the images.
        level: at which a map joins images; the copies of a picture are found in any case.
    """
    hidden = set(atlas.catalog.hidden.images())
    for each in ("copy", level) if hidden else ():
        if each is not None:
            hidden |= with_copies(hidden, atlas.representatives(each))
    return frozenset(hidden)


def shown_store(atlas: Atlas) -> ImageStore:
    """The atlas's store without hidden images: for all that shows pictures."""
    hidden = hidden_images(atlas)
    return HidingStore(atlas.store, hidden) if hidden else atlas.store


def remove_shown(atlas: Atlas) -> list[str]:
    """Remove files of maps and comparisons from before images were hidden; returns notes.

    Raises:
        StorageError: one cannot be removed.
    """
    times = atlas.catalog.hidden.images().values()
    folders = [atlas.folder / name for name in ("maps", "comparisons")]
    return stale_notes(remove_stale(folders, max(times))) if times else []
