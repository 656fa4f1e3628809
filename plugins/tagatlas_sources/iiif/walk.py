"""Follows an IIIF document to the images of all documents it references."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from tagatlas.errors import InputError
from tagatlas_sources.iiif.presentation import (
    Json,
    Painted,
    identity,
    is_collection,
    kind_of,
    members,
    objects,
    paintings,
)

_MANIFESTS = frozenset({"Manifest", "sc:Manifest"})


@dataclass(frozen=True)
class Place:
    """Where a walk is; see the attributes of :class:`Walk`."""

    manifests: int
    waiting: list[str]
    seen: list[str]
    unread: dict[str, str]
    others: dict[str, int]


@dataclass
class Walk:
    """Reads manifests, collections and their pages, each document once.

    An unreadable document is skipped, unless it is the first.

    Attributes:
        read: gives the document at a URL; raises InputError without one.
        most: maximum number of manifests to read.
        manifests: number of manifests read.
        waiting: what is still to be read, in order: documents, or references to them.
        seen: the URLs of all that was ever waiting.
        unread: reasons why documents could not be read, by URL.
        others: number of resources that are not images, by kind.
    """

    read: Callable[[str], Json]
    most: int
    manifests: int = 0
    waiting: deque[Json] = field(default_factory=deque)
    seen: set[str] = field(default_factory=set)
    unread: dict[str, str] = field(default_factory=dict)
    others: Counter[str] = field(default_factory=Counter)

    @property
    def left_out(self) -> int:
        """Number of documents that were left because of ``most``."""
        return len(self.waiting) if self.manifests >= self.most else 0

    def images(self, manifest: Json) -> Iterator[Painted]:
        """The images of a manifest, in its order."""
        for shown in paintings(manifest, self._at):
            if isinstance(shown, Painted):
                yield shown
            else:
                self.others[shown.kind] += 1

    def manifests_from(self, first: Json | None) -> Iterator[Json]:
        """The manifests that a document leads to, or is; then those that what waits leads to."""
        if first is not None:
            self.seen.add(identity(first))
            yield from self._manifest_in(first)
        while self.waiting and self.manifests < self.most:
            entry = self.waiting.popleft()
            yield from self._manifest_in(entry if _is_whole(entry) else self._at(identity(entry)))

    def place(self) -> Place | None:
        """Where the walk is, to go on from; None as long as whole documents wait in memory."""
        if any(map(_is_whole, self.waiting)):
            return None
        return Place(
            self.manifests,
            [identity(entry) for entry in self.waiting],
            sorted(self.seen),
            self.unread,
            self.others,
        )

    def go_on(self, place: Place) -> None:
        """Be where another walk was."""
        self.manifests = place.manifests
        self.waiting = deque({"id": url} for url in place.waiting)
        self.seen = set(place.seen)
        self.unread = place.unread
        self.others = Counter(place.others)

    def _manifest_in(self, document: Json) -> Iterator[Json]:
        """The document, if it is a manifest; what a collection lists waits from now on."""
        if not document:
            return
        inner = [one for one in members(document) if identity(one) not in self.seen]
        if inner or is_collection(document):
            self.seen.update(identity(one) for one in inner)
            self.waiting.extendleft(reversed(inner))
        else:
            self.manifests += 1
            yield document

    def _at(self, url: str) -> Json:
        """The document at a URL; an empty one if it cannot be read."""
        try:
            return self.read(url)
        except InputError as error:
            self.unread[url] = str(error)
            return {}


def _is_whole(entry: Json) -> bool:
    """Whether a collection embeds a document instead of referencing it."""
    if kind_of(entry) in _MANIFESTS:
        return bool(objects(entry.get("sequences")) or objects(entry.get("items")))
    return bool(members(entry))
