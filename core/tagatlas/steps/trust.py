"""What an atlas asks for of its user, and whether the user has accepted it."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from pathlib import Path

from tagatlas.atlas import DEFAULT_STORE, Atlas
from tagatlas.contracts import Records
from tagatlas.errors import NotTrusted
from tagatlas.masking import masked
from tagatlas.plugins import IMAGE_STORES
from tagatlas.step_options import plugin_owners, step_owners
from tagatlas.steps.opened import AtlasLike, opened
from tagatlas.unread import commands_owners
from tagatlas_fetching.host_names import host_in
from tagatlas_options.names import Owner
from tagatlas_trust import Asked, mark_of, new_id, read_id, write_id
from tagatlas_trust.folders import folders_of

_OF_HOSTS = ("headers", "referer")
"""Settings of single hosts that a user has to accept."""


@dataclass(frozen=True)
class TrustReport:
    """What an atlas asks for.

    Attributes:
        settings: what its settings ask for, by their place, such as ``store.fsspec.location``;
            passwords are masked.
        folders: the outermost ones whose files it reads, sorted.
        hosts: number of addresses that the user has neither added nor accepted, by their host,
            most first.
        new: those of the places and folders that the user has not accepted before.
        was_trusted: whether the user trusted the atlas before.
        is_trusted: whether the user trusts it now; with all of this, unless it was declined.
    """

    settings: Sequence[tuple[str, str]]
    folders: Sequence[str]
    hosts: Mapping[str, int]
    new: Sequence[str]
    was_trusted: bool
    is_trusted: bool


def trust(atlas: AtlasLike, *, confirm: Callable[[TrustReport], bool] | None = None) -> TrustReport:
    """Trust an atlas that somebody else made, or an earlier version, with all it asks for.

    Exactly what it asks for now is accepted; if it asks for anything else later, that is refused
    until it is accepted in the same way. What is accepted is kept in the user's data folder.

    Args:
        atlas: its folder, or open.
        confirm: called with what it asks for; if it returns false, nothing is accepted. By
            default everything is.

    Raises:
        AtlasError: there is no atlas, or it is damaged; see :func:`tagatlas.open_atlas`.
        StorageError: what is accepted cannot be written.
    """
    with opened(atlas, write=False) as its_atlas, its_atlas.catalog.unchanging():
        kept = its_atlas.settings.trust
        asked, folders = asked_settings(its_atlas), asked_folders(its_atlas)
        table = its_atlas.catalog.addresses
        not_accepted = [each.place for each in asked if not kept.accepts(each)]
        report = TrustReport(
            settings=[(each.place, masked(each.shown)) for each in asked],
            folders=folders,
            hosts=dict(
                Counter(map(host_in, kept.unknown(table.locations(local=False)))).most_common()
            ),
            new=[*not_accepted, *(each for each in folders if not kept.accepts_folder(each))],
            was_trusted=kept.is_trusted,
            is_trusted=kept.is_trusted,
        )
        if confirm is not None and not confirm(report):
            return report
        kept.begin(mark_of(_id_of(its_atlas.folder), os.environ))
        sources = [each.location for each in its_atlas.catalog.records.sources()]
        kept.accept(asked, folders, chain(sources, table.locations(local=False)))
    return replace(report, is_trusted=True)


def _id_of(folder: Path) -> str:
    """The atlas's id; one of an earlier version gets one."""
    atlas_id = read_id(folder)
    if atlas_id is None:
        atlas_id = new_id()
        write_id(folder, atlas_id)
    return atlas_id


def asked_settings(atlas: Atlas) -> list[Asked]:
    """What the settings of an atlas ask for, each once, ordered by place."""
    settings, plugins = atlas.settings, atlas.plugins
    store = settings.values("store").get("name", DEFAULT_STORE)
    asked = {Asked.setting("store", "name", store)} if store != DEFAULT_STORE else set()
    stores = plugin_owners(plugins, IMAGE_STORES)
    for owner in [*stores, *step_owners(plugins), *commands_owners(plugins)]:
        for source in (None, *settings.sources()):
            asked.update(_asked_of(atlas, owner, source))
    return sorted({*asked, *_asked_of_hosts(atlas)})


def _asked_of(atlas: Atlas, owner: Owner, source: str | None) -> Iterator[Asked]:
    names = [option.name for option in owner.fields]
    values = atlas.settings.options_of(owner.table, names, source)
    for option in owner.fields:
        if option.is_authority and option.name in values:
            asked = Asked.setting(owner.table, option.name, values[option.name])
            if asked.value != option.default:
                yield asked


def _asked_of_hosts(atlas: Atlas) -> Iterator[Asked]:
    for host, table in atlas.settings.tables("fetch.hosts").items():
        for name in _OF_HOSTS:
            if name in table:
                yield Asked.setting(f"fetch.hosts.{host}", name, table[name])


def require_hosts(atlas: Atlas) -> None:
    """Make sure that the user has accepted the headers that the settings have for single hosts.

    Raises:
        NotTrusted: not so.
    """
    for asked in _asked_of_hosts(atlas):
        atlas.settings.require(asked)


def require_place(atlas: Atlas, location: str) -> None:
    """Make sure that a source is a file or folder, or the atlas trusted.

    Raises:
        NotTrusted: not so.
    """
    if not Path(location).exists():
        atlas.require_trust(f"{masked(location)} is not on this machine")


def asked_folders(atlas: Atlas) -> list[str]:
    """The outermost folders with files that an atlas reads, sorted."""
    return folders_of(atlas.catalog.addresses.locations(local=True))


def accept_records(atlas: Atlas, source: str, records: Records) -> None:
    """Accept that a source of the user, and what it names, is read or fetched.

    Raises:
        StorageError: that cannot be written down.
    """
    named = records.table["location"]
    folders = folders_of(named) if records.local else []
    addresses = [] if records.local else named.to_list()
    atlas.settings.trust.accept(folders=folders, addresses=[source, *addresses])


def require_folders(atlas: Atlas, locations: Iterable[str]) -> None:
    """Make sure that files are in folders that the user has accepted.

    Raises:
        NotTrusted: one is not.
    """
    for folder in folders_of(locations):
        if not atlas.settings.trust.accepts_folder(folder):
            raise NotTrusted(
                f"{atlas.folder} asks for files in {folder}, which you have not accepted: tagatlas "
                f"trust {atlas.folder} lists what it asks for and accepts it"
            )
