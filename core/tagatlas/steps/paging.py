"""Reading a source's records: in one piece, or page by page, each stored at once."""

from __future__ import annotations

import json

from tagatlas.atlas import Atlas
from tagatlas.contracts import PagedSource, Records, ShowProgress, Source
from tagatlas.errors import InputError
from tagatlas.masking import masked
from tagatlas.options import option_values
from tagatlas.plugins import PluginChoice


def read_source(
    atlas: Atlas, source: PluginChoice[Source], location: str, identity: str, show: ShowProgress
) -> Records:
    """Read the records at a location.

    Pages are stored in the catalog as soon as they are read, so that reading goes on where it was
    interrupted. They stay there until :meth:`PageTable.drop`.

    Args:
        atlas: open for writing.
        source: reads it.
        location: of the source.
        identity: names the source.
        show: see :func:`tagatlas.run`.

    Raises:
        InputError: it holds no usable record.
        NotTrusted: the source is read page by page, for an atlas that is not trusted.
    """
    if isinstance(source.product, PagedSource):
        atlas.require_trust(f"{source.name} may ask the network")
        return _read_pages(atlas, source, source.product, location, identity, show)
    return source.product.read(location)


def _read_pages(
    atlas: Atlas,
    chosen: PluginChoice[Source],
    source: PagedSource,
    location: str,
    identity: str,
    show: ShowProgress,
) -> Records:
    kept = atlas.catalog.pages
    reading = json.dumps([chosen.name, chosen.plugin.version, option_values(chosen.options)])
    begun = kept.begun(identity, reading)
    trust = atlas.settings.trust
    before = None if begun is None else kept.records(identity)
    if (
        begun is None
        or before is None
        or any(True for _ in trust.unknown([begun.token, *before.table["location"]]))
    ):
        begun = None  # or somebody else has changed the pages
        kept.drop(identity)
    with show("reading") as progress:
        for page in source.pages(location, None if begun is None else begun.token):
            trust.accept(addresses=[page.token, *page.records.table["location"]])
            kept.keep(identity, reading, page)
            progress(page.done, page.total)
    records = kept.records(identity)
    if records is None or records.table.is_empty():
        kept.drop(identity)
        raise InputError(f"{masked(location)} has no record")
    if begun is None:
        return records
    note = f"read on after page {begun.pages:,}, which was kept on {begun.kept_at[:10]}"
    return Records(records.table, records.recognised, records.local, (*records.notes, note))
