"""Work in shards: what other processes do a collection's work from.

See :mod:`tagatlas_shards`. What has to stay in one process does, and says so in a line.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from hashlib import sha256
from pathlib import Path
from secrets import token_hex
from threading import Event
from typing import TYPE_CHECKING, Generic, TypeVar

from tagatlas.atlas import Atlas, choose_store
from tagatlas.contracts import ImageStore, Recovery, Spec, Tagger, TagResult
from tagatlas.errors import StorageError
from tagatlas.faults import ForgivingStore
from tagatlas.options import secrets_of
from tagatlas.plugins import Kind, PluginChoice, Plugins, load_plugins
from tagatlas.steps.opened import AtlasLike, opened
from tagatlas.steps.storing import store_outcomes
from tagatlas_duplicates import CompareHere
from tagatlas_duplicates.thumbnails import thumbnail_in
from tagatlas_fetching import FetchOptions, FetchOutcome
from tagatlas_fetching.addresses import Addresses
from tagatlas_fetching.hosts import Hosts, secret_headers
from tagatlas_fetching.refusing import hash_of as refusal_of
from tagatlas_shards import (
    CompareJob,
    CompareOn,
    Fault,
    FetchJob,
    Notes,
    Place,
    TagJob,
    check_where,
    fetch_in_shards,
    hash_of,
    kept_answers,
    kept_outcomes,
    pool_on,
    tag_in_shards,
)
from tagatlas_tagging import Call
from tagatlas_trust import read_id

if TYPE_CHECKING:
    from tagatlas_mapping.cluster.neighbours import Search

SEARCHED = "searched"
"""Folder of searches among the files of shards."""

COMPARED = "compared"
"""Folder of near duplicates among the files of shards."""

FETCHED = "fetched"
"""Folder of outcomes among the files of shards."""

ProductT = TypeVar("ProductT")


@dataclass(frozen=True)
class _Recipe(Generic[ProductT]):
    """How another process makes a plugin's object. Picklable.

    Attributes:
        kind: of plugin.
        name: of the plugin.
        options: without secrets.
    """

    kind: Kind[Spec, ProductT]
    name: str
    options: object = field(repr=False)

    def __call__(self, *further: object) -> ProductT:
        plugins = load_plugins()
        spec = plugins.get(self.kind, self.name)
        plugin = plugins.of_kind(self.kind)[self.name].plugin
        return PluginChoice(self.kind, spec, self.options, plugin).make(*further)


@dataclass(frozen=True)
class _StoreRecipe:
    """How another process makes an atlas's image store. Picklable."""

    recipe: _Recipe[ImageStore]
    folder: Path

    def __call__(self, notes: Notes) -> ImageStore:
        return ForgivingStore(self.recipe(self.folder), notes)


def tags_on(atlas: Atlas, tagger: PluginChoice[Tagger], on: str) -> str:
    """Where images are tagged: ``on``, or empty for this process alone, which is said then."""
    instance, why = tagger.product, ""
    if instance.price is not None or instance.key_variable is not None or not instance.local:
        why = f"{tagger.name} is a service, whose limits and costs one process keeps to"
    elif instance.calls_per_second is not None:
        why = f"{tagger.name} takes a number of calls a second, which one process keeps to"
    elif secrets_of(tagger.options):
        why = f"{tagger.name} has a secret, which is not handed to other machines"
    return _where(atlas, on, why, "tagged")


def fetches_on(
    atlas: Atlas,
    options: FetchOptions,
    hosts: Hosts,
    recoveries: Sequence[PluginChoice[Recovery]],
    on: str,
) -> str:
    """Where images are fetched: ``on``, or empty for this process alone, which is said then."""
    why = ""
    if options.rate:
        why = "a rate of all requests is kept to by one process"
    elif any(map(secret_headers, (hosts.common, *hosts.special.values()))):
        why = "headers that may be keys are not handed to other machines"
    elif any(secrets_of(each.options) for each in recoveries):
        why = "a recovery has a secret, which is not handed to other machines"
    return _where(atlas, on, why, "fetched")


def _where(atlas: Atlas, on: str, why: str, done: str) -> str:
    if on and not why:
        store = choose_store(atlas.settings, atlas.plugins)
        if atlas.store.shared_place() is None:
            why = f"the image store {store.name} has no place for files of other processes"
        elif secrets_of(store.options):
            why = f"the image store {store.name} has a secret, not handed to other machines"
        done = "handled"  # said once, whatever is done
    if on and why:
        atlas.plugins.warn(f"{why}: images are {done} by this process alone, without --on {on}")
    return "" if why else on


def left_answers(
    atlas: Atlas, tagger: PluginChoice[Tagger], on: str
) -> Iterator[list[tuple[str, TagResult]]]:
    """The answers that a killed driver did not store, about images that are still there."""
    folder = answers_folder(tagger)
    for answers in _found(atlas, on, lambda place: kept_answers(place, folder, atlas.plugins.warn)):
        known = atlas.catalog.addresses.images_among(image for image, _ in answers)
        yield [(image, result) for image, result in answers if image in known]


def calls_in_shards(
    atlas: Atlas, tagger: PluginChoice[Tagger], images: Sequence[str], on: str, stop: Event
) -> Iterator[Call]:
    """Tag images as :func:`tagatlas_tagging.tag_images` does, in shards."""
    place = _place(atlas)
    if not images or place is None:
        return
    job = TagJob(
        place=place,
        folder=answers_folder(tagger),
        marker=_marker(),
        gpus=tagger.product.num_gpus,
        fingerprint=tagger.product.fingerprint(),
        make_store=_store_of(atlas),
        make_tagger=_Recipe(tagger.kind, tagger.name, tagger.options),
    )
    with pool_on(on, job) as pool:
        yield from tag_in_shards(
            images, job, pool, stop=stop, warn=atlas.plugins.warn, on_fault=_recorded(atlas)
        )


def take_outcomes(atlas: Atlas, refused: frozenset[str], on: str) -> list[str]:
    """Store the outcomes that a killed driver did not store.

    An address that has its image keeps it, and one that is known no more is left out.

    Returns:
        If fetching goes on in shards: files with outcomes whose copies are still to be looked for.
        All other files are removed.
    """
    left = []
    place = _place(atlas)
    for name, fetched in _found(
        atlas, on, lambda place: kept_outcomes(place, FETCHED, atlas.plugins.warn)
    ):
        known = atlas.catalog.addresses.without_image(each.outcome.key for each in fetched)
        mine = [
            each
            for each in fetched
            if (address := known.get(each.outcome.key)) is not None
            and hash_of(address) == each.location_hash
            and refusal_of(address.location) not in refused
            and (each.outcome.image is None or refusal_of(each.outcome.image.id) not in refused)
        ]
        store_outcomes(atlas, [each.outcome for each in mine if not each.is_sought])
        if on and any(each.is_sought for each in mine):
            left.append(name)
        elif place is not None:
            place.remove(name)
    return left


def outcomes_in_shards(
    atlas: Atlas,
    addresses: Addresses,
    options: FetchOptions,
    store: ImageStore,
    *,
    hosts: Hosts,
    recoveries: Mapping[str, Recovery],
    read_pages: bool,
    refused: frozenset[str],
    kept: Sequence[str],
    on: str,
) -> Iterator[list[FetchOutcome]]:
    """Fetch addresses as the engine's ``fetch`` does, in shards; files of this machine here."""
    from tagatlas_fetching.engine import fetch  # slow to load

    if here := addresses.where_local(local=True):
        yield from fetch(here, store, options, hosts=hosts, on_fault=atlas.faults.record)
    far = addresses.where_local(local=False)
    place = _place(atlas)
    if not far or place is None:
        return
    job = FetchJob(
        place=place,
        folder=FETCHED,
        marker=_marker(),
        options=options,
        make_store=_store_of(atlas),
        refused=refused,
        keeps_pages=read_pages,
    )
    with pool_on(on, job) as pool:
        yield from fetch_in_shards(
            far,
            job,
            pool,
            hosts=hosts,
            recoveries=recoveries,
            warn=atlas.plugins.warn,
            on_fault=_recorded(atlas),
            kept=kept,
        )


@contextmanager
def searching_on(atlas: Atlas, on: str) -> Iterator[Search | None]:
    """What finds the most similar images in shards; None if this process does.

    At the end of the block, unless by an error, all files of searches are removed.
    """
    from tagatlas_shards.searching import SearchOn  # slow to load

    search = SearchOn(
        _place(atlas),
        SEARCHED,
        _marker(),
        where=lambda: _where(atlas, on, "", "placed"),
        warn=atlas.plugins.warn,
        on_fault=_recorded(atlas),
    )
    yield search if on else None
    for _ in _found(atlas, "", lambda place: place.clear(SEARCHED)):
        pass


@contextmanager
def opened_on(
    atlas: AtlasLike, on: str, plugins: Plugins | None = None, *, create: bool = False
) -> Iterator[Atlas]:
    """An atlas as :func:`opened` gives it, whose near duplicates are compared in shards.

    At the end of the block, unless by an error, all files of comparisons are removed.

    Args:
        atlas: see :func:`opened`.
        on: where they are compared; see :func:`tagatlas.tag`. Empty for this process.
        plugins: see :func:`opened`.
        create: see :func:`opened`.

    Raises:
        OptionError: there is no such place.
        MissingDependency: Ray is needed, and not installed.
    """
    if on:
        check_where(on)
    with opened(atlas, plugins, create=create) as its:
        compare = CompareOn(
            CompareHere(partial(thumbnail_in, its.store)),
            lambda: _compares_on(its, on),
            its.plugins.warn,
            _recorded(its),
        )
        yield replace(its, compare=compare) if on else its
        for _ in _found(its, "", lambda place: place.clear(COMPARED)):
            pass


def _compares_on(atlas: Atlas, on: str) -> tuple[str, CompareJob] | None:
    place = _place(atlas)
    if atlas.refused_store or not _where(atlas, on, "", "compared") or place is None:
        return None
    return on, CompareJob(place, COMPARED, _marker(), _store_of(atlas))


FoundT = TypeVar("FoundT")


def _found(atlas: Atlas, on: str, look: Callable[[Place], Iterator[FoundT]]) -> Iterator[FoundT]:
    """What lies in files of shards; without ``on``, a place that cannot be listed has none.

    Nor has an atlas of somebody else whom the user does not trust.
    """
    place = _place(atlas)
    if place is None or not atlas.settings.trust.is_trusted:
        return
    try:
        yield from look(place)
    except StorageError:
        if on:
            raise


def _place(atlas: Atlas) -> Place | None:
    """Where the shards of an atlas have their files; other atlases may use the same store."""
    found = atlas.store.shared_place()
    if found is None:
        return None
    location, options = found
    return Place(f"{location}/shards/{read_id(atlas.folder) or 'atlas'}", options)


def answers_folder(tagger: PluginChoice[Tagger]) -> str:
    """Folder of a backend's answers."""
    digest = sha256(f"{tagger.name} {tagger.product.fingerprint()}".encode()).hexdigest()
    return f"answers/{digest[:16]}"


def _marker() -> str:
    return f"seen-{token_hex(8)}"


def _store_of(atlas: Atlas) -> _StoreRecipe:
    chosen = choose_store(atlas.settings, atlas.plugins)
    recipe = _Recipe(chosen.kind, chosen.name, chosen.options)
    return _StoreRecipe(recipe, atlas.folder.resolve())


def _recorded(atlas: Atlas) -> Callable[[Fault], None]:
    return lambda fault: atlas.faults.record_told(fault.item, fault.kind, fault.text)
