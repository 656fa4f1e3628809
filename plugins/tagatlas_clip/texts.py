"""Embedding labels, cached between runs."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from platformdirs import user_cache_path

from tagatlas.errors import StorageError
from tagatlas.toolkit import write_atomically

if TYPE_CHECKING:
    from numpy.typing import NDArray

BATCH = 64
"""Batch size of texts."""


def default_cache() -> Path:
    """The folder of cached vectors of texts, in the user's cache."""
    return Path(user_cache_path("tagatlas")) / "clip-texts"


def embed_labels(
    captions: Sequence[Sequence[str]],
    embed: Callable[[Sequence[str]], NDArray[np.float32]],
    *,
    model: str,
    cache: Path,
) -> NDArray[np.float32]:
    """A vector of length 1 for each label: the mean of its captions' vectors, normalised.

    As in open_clip's ``build_zero_shot_classifier``. They are computed once for a model and the
    same captions; a file that cannot be read or written only costs time.

    Args:
        captions: of each label, at least one.
        embed: function from texts to vectors of length 1, shape (texts, d).
        model: identifier of the model.
        cache: the folder of cached vectors; made if missing.

    Returns:
        Shape (labels, d).
    """
    said = json.dumps([model, [list(texts) for texts in captions]], ensure_ascii=False)
    path = cache / f"{hashlib.sha256(said.encode('utf-8', 'replace')).hexdigest()}.npy"
    kept = _read(path, len(captions))
    if kept is not None:
        return kept
    texts = [text for each in captions for text in each]
    vectors = np.concatenate(
        [embed(texts[first : first + BATCH]) for first in range(0, len(texts), BATCH)]
    )
    starts = np.cumsum([0, *(len(each) for each in captions[:-1])])
    counts = np.array([[len(each)] for each in captions], dtype=np.float32)
    means = np.add.reduceat(vectors, starts) / counts
    found: NDArray[np.float32] = means / np.linalg.norm(means, axis=1, keepdims=True)
    _write(path, found)
    return found


def _read(path: Path, labels: int) -> NDArray[np.float32] | None:
    try:
        kept = np.load(path, allow_pickle=False)
    except (OSError, ValueError, EOFError):
        return None
    fits = kept.ndim == 2 and len(kept) == labels and kept.dtype == np.float32
    return kept if fits and np.isfinite(kept).all() else None


def _write(path: Path, vectors: NDArray[np.float32]) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with write_atomically(path) as file:
            np.save(file, vectors, allow_pickle=False)
    except (OSError, StorageError):  # full disk or no permission: the next run computes them again
        return
