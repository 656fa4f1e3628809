"""Catalogs whose answers are sealed now and then, and what is read from them."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from contextlib import closing
from pathlib import Path
from random import Random

import numpy as np
import polars as pl

from tagatlas.catalog import Catalog, Target
from tagatlas.contracts import ImageStatus, KeptAnswer, Reading, Records, Tag, TagResult
from tagatlas_fetching import FetchOutcome, StoredImage

LABELS = ("cat", "Cat", "äpfel", "z\n", "dog")
OUTSIDE = 3
"""Images that no record leads to any more."""


def ids_of(count: int) -> list[str]:
    """Ids of images, in no order."""
    return [hashlib.sha256(str(number).encode()).hexdigest() for number in range(count)]


def fill(catalog: Catalog, count: int) -> list[str]:
    """Images of random ids, some of which are outside of the collection; the ids."""
    ids = ids_of(count)
    for name, some in (("gone", ids[:OUTSIDE]), ("list", ids[OUTSIDE:])):
        locations = [f"https://x.org/{image[:8]}.jpg" for image in some]
        table = pl.DataFrame({"location": locations, "frequency": [1] * len(some)})
        catalog.records.add(name, "table", Records(table, "a list"))
        pending = catalog.addresses.with_status([ImageStatus.PENDING])
        catalog.addresses.store(
            [
                FetchOutcome(
                    address.key, ImageStatus.OK, image=StoredImage(image, 640, 480, "jpeg", 9, 1)
                )
                for address, image in zip(pending, some, strict=True)
            ]
        )
    catalog.removals.take_out(Target(source=1))
    return ids


def answer(seed: int) -> TagResult:
    """Any answer."""
    rng = Random(seed)  # noqa: S311 - for a test's data
    if rng.random() < 0.2:
        return rng.choice([TagResult.empty(), TagResult.failed("transient", f"lost {seed}")])
    tags = [
        Tag(label, rng.choice((0.25, 0.5, rng.random())))
        for label in rng.sample(LABELS, rng.randint(1, 4))
    ]
    vector = np.array([rng.uniform(-9, 9) for _ in range(3)], np.float32)
    return TagResult.ok(
        tags,
        f"response {seed}".encode() if rng.random() < 0.7 else None,
        vector if rng.random() < 0.7 else None,
    )


def read(answers: Iterable[KeptAnswer]) -> Reading:
    """Read tags from answers: what was kept, as a label."""
    return Reading(
        (each.id, TagResult.ok([Tag(f"read {each.raw!r} {_text(each.embedding)}", 0.5)]))
        for each in answers
    )


def _text(vector: object) -> str:
    return vector.tobytes().hex() if isinstance(vector, np.ndarray) else "none"


def contents(catalog: Catalog, ids: Sequence[str], backends: Sequence[int]) -> list[object]:
    """All that can be read of the answers of backends."""
    tagging = catalog.tagging
    found: list[object] = []
    for backend in backends:
        vectors = tagging.embeddings(backend, [*ids, "0" * 64])
        found += [
            tagging.tags(backend).collect().rows(),
            tagging.tags(backend, in_memory=3).collect().rows(),
            None if vectors is None else vectors.tobytes(),
            list(tagging.unanswered(backend, retry_failed=True)),
            tagging.answered(backend),
            tagging.counts(backend),
            tagging.copied(backend),
        ]
    return found


def kept(path: Path, asked: str) -> list[str]:
    """The tags that a reading, which is new every time, reads from all answers of a backend."""
    with closing(Catalog(path)) as catalog:
        backend = catalog.tagging.use_reading(asked, "1", "last")
        catalog.tagging.update_reading(backend, read, collective=True)
        return [str(tag) for tag in catalog.tagging.tags(backend.id).collect()["tag"]]
