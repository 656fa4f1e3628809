"""A collection: reading it into an atlas, and its images and records as tables."""

from __future__ import annotations

import polars as pl

from tagatlas.atlas import Atlas
from tagatlas.contracts import ShowProgress, no_show
from tagatlas.selection import Selection
from tagatlas.steps.add import add_source, choose_source
from tagatlas.steps.fetch import choose_fetching, fetch_collection, require_images


def collect(
    atlas: Atlas, location: str, selection: Selection, *, show: ShowProgress = no_show
) -> None:
    """Read a source's records into an atlas, and fetch its images; no option is remembered.

    Options of the steps ``add`` and ``fetch`` are checked before any work. Check those of other
    steps before calling this.

    Args:
        atlas: open for writing.
        location: see :func:`tagatlas.run`.
        selection: of the options of the steps ``add`` and ``fetch``, and perhaps of others.
        show: see :func:`tagatlas.run`.

    Raises:
        OptionError, UnknownPlugin, MissingDependency, UsageError: an invalid choice.
        InputError: the source holds no usable record.
        NoImages: no address led to an image.
        StorageError: the atlas cannot be written.
    """
    source = choose_source(atlas, selection, location)
    fetching, recoveries = choose_fetching(selection)
    selection.check()
    add_source(atlas, location, source)
    with show("fetching") as progress:
        require_images(fetch_collection(atlas, fetching, recoveries=recoveries, progress=progress))


def collection_images(atlas: Atlas) -> pl.DataFrame:
    """The distinct images that a record leads to, ordered by ``id``.

    Columns: ``id`` (String, SHA-256), ``location`` (String, of the first record),
    ``pixel_width``, ``pixel_height`` (Int64, of the original), ``records`` and ``frequency``
    (Int64, number and summed frequency of the records).
    """
    return atlas.catalog.addresses.images()


def collection_records(atlas: Atlas) -> pl.DataFrame:
    """Every record that leads to an image, in the order they were added.

    Columns: ``image``, ``location`` (String), ``frequency`` (Int64), ``columns`` (String, a JSON
    object, for :func:`tagatlas.toolkit.read_columns`).
    """
    return atlas.catalog.records.of_images()
