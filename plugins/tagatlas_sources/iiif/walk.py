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


@dataclass
class Walk:
    """Reads manifests, collections and their pages, each document once.

    An unreadable document is skipped, unless it is the first.

    Attributes:
        read: gives the document at a URL; raises InputError without one.
        most: maximum number of manifests to read.
        manifests: number of manifests read.
        waiting: number of documents left out because of ``most``.
        unread: reasons why documents could not be read, by URL.
        others: number of resources that are not images, by kind.
    """

    read: Callable[[str], Json]
    most: int
    manifests: int = 0
    waiting: int = 0
    unread: dict[str, str] = field(default_factory=dict)
    others: Counter[str] = field(default_factory=Counter)

    def images(self, first: Json) -> Iterator[Painted]:
        """The images of a document and those it references, in order."""
        for manifest in self._manifests(first):
            for shown in paintings(manifest, self._at):
                if isinstance(shown, Painted):
                    yield shown
                else:
                    self.others[shown.kind] += 1

    def _manifests(self, first: Json) -> Iterator[Json]:
        """The document itself, or the manifests of its collections."""
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
    """Whether a collection embeds a document instead of referencing it."""
    if kind_of(entry) in _MANIFESTS:
        return bool(objects(entry.get("sequences")) or objects(entry.get("items")))
    return bool(members(entry))
