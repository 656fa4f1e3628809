"""From one IIIF document to the images of all that it leads to."""

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


@dataclass
class Walk:
    """Reads manifests, collections and their pages, each document once.

    A document that cannot be read costs itself alone, unless it is the first.

    Attributes:
        read: gives the document at a URL; raises InputError where there is none.
        most: manifests that are read at most.
        manifests: number of manifests read.
        waiting: number of documents that were left because of ``most``.
        unread: why documents could not be read, by URL.
        others: number of things that are no images, by kind.
    """

    read: Callable[[str], Json]
    most: int
    manifests: int = 0
    waiting: int = 0
    unread: dict[str, str] = field(default_factory=dict)
    others: Counter[str] = field(default_factory=Counter)

    def images(self, first: Json) -> Iterator[Painted]:
        """The images that a document leads to, in its order."""
        for manifest in self._manifests(first):
            for shown in paintings(manifest, self._at):
                if isinstance(shown, Painted):
                    yield shown
                else:
                    self.others[shown.kind] += 1

    def _manifests(self, first: Json) -> Iterator[Json]:
        """The document itself, or what its collections lead to."""
        waiting: deque[Json] = deque([first])
        seen = {identity(first)}
        while waiting:
            entry = waiting.popleft()
            document = entry if entry is first or _is_whole(entry) else self._at(identity(entry))
            if not document:
                continue
            inner = [one for one in members(document) if identity(one) not in seen]
            if inner or is_collection(document):
                seen.update(identity(one) for one in inner)
                waiting.extendleft(reversed(inner))
            elif self.manifests < self.most:
                self.manifests += 1
                yield document
            if self.manifests >= self.most:
                self.waiting = len(waiting)
                return

    def _at(self, url: str) -> Json:
        """The document at a URL; an empty one if it cannot be read."""
        try:
            return self.read(url)
        except InputError as error:
            self.unread[url] = str(error)
            return {}


def _is_whole(entry: Json) -> bool:
    """Whether a collection has the document itself in place of a reference to it."""
    if kind_of(entry) in _MANIFESTS:
        return bool(objects(entry.get("sequences")) or objects(entry.get("items")))
    return bool(members(entry))
