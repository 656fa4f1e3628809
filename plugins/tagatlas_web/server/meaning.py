"""Search by what a text means, where the atlas was tagged by a backend that embeds texts."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass
from threading import Lock

import msgspec
import numpy as np
from numpy.typing import NDArray

from tagatlas import Atlas, TextEmbedder
from tagatlas.errors import PluginError, UsageError
from tagatlas.toolkit.backends import Backend, backend_embeddings, used_backends
from tagatlas.toolkit.calls import require_trust_in, select
from tagatlas.toolkit.collection import collection_images
from tagatlas.toolkit.kinds import TAGGERS
from tagatlas.toolkit.taggers import closing
from tagatlas_web.page.floors import stands_out
from tagatlas_web.server.files import MapFiles

MOST = 2000
"""Number of images in an answer."""

_SHOWN = 12
"""So many images are shown at least, though none may stand out."""


class Answer(msgspec.Struct):
    """The images that fit a text best, by falling cosine.

    Attributes:
        images: their ids.
        cosines: of each, in [-1, 1]: only their order is meaningful.
        least: the cosine from which on they stand out from the others.
    """

    images: list[str]
    cosines: list[float]
    least: float


@dataclass(frozen=True)
class _Embedded:
    """Images with embeddings of length 1, by state of the maps."""

    state: str
    ids: NDArray[np.object_]
    vectors: NDArray[np.float32]


class Meaning:
    """Finds images by text. The model is made with the first search, once, and closed at the end.

    Args:
        files: of the atlas.
    """

    def __init__(self, files: MapFiles) -> None:
        self._files = files
        self._lock = Lock()
        self._stack = ExitStack()
        self._made: tuple[Backend, TextEmbedder] | None = None
        self._embedded: _Embedded | None = None

    def close(self) -> None:
        """Close the model."""
        self._stack.close()

    def backend(self) -> str:
        """The name of the backend that is asked; empty where none embeds texts."""
        with self._files.open() as atlas:
            return next((each.name for each in _able(atlas)), "")

    def find(self, text: str) -> Answer:
        """The images that fit a text best.

        Args:
            text: worded like a caption.

        Raises:
            UsageError: there is no backend for it, or it was set otherwise when it tagged.
            NotTrusted: it is a service, and the atlas is not trusted.
            TagatlasError: its model cannot be loaded, or not read the text.
        """
        if not text.strip():
            raise UsageError("say what to look for")
        with self._lock, self._files.open() as atlas:
            if self._made is None:
                self._made = self._make(atlas)
            backend, embedder = self._made
            embedded = self._read(atlas, backend)
            try:
                [vector] = np.asarray(embedder.embed_texts([text]), dtype=np.float32)
            except (OSError, RuntimeError, ValueError) as error:
                raise PluginError(f"{backend.name} cannot read this text: {error}") from error
        cosines = embedded.vectors @ (vector / np.linalg.norm(vector))
        best = np.argsort(-cosines, kind="stable")[:MOST]
        far = stands_out(np.quantile(cosines, 0.5), np.quantile(cosines, 0.75))
        least = min(far, cosines[best[:_SHOWN][-1]])
        return Answer(embedded.ids[best].tolist(), cosines[best].tolist(), float(least))

    def _make(self, atlas: Atlas) -> tuple[Backend, TextEmbedder]:
        candidates = _able(atlas)
        if not candidates:
            raise UsageError("no backend that reads texts has tagged this atlas")
        name = candidates[0].name
        tagger = select(atlas, {}, "tag").plugin(TAGGERS, name).product
        with ExitStack() as stack:
            stack.enter_context(closing(tagger, name, atlas.plugins.warn))
            require_trust_in(atlas, tagger, name)
            if not isinstance(tagger, TextEmbedder):
                raise UsageError(f"the model of {name} reads no text")
            fingerprint = tagger.fingerprint()
            made = [each for each in candidates if each.fingerprint == fingerprint]
            if not made:
                raise UsageError(
                    f"no images are embedded with {name} as it is set now: tagatlas tag"
                    f" {atlas.folder} --backend {name}"
                )
            self._stack = stack.pop_all()
        return made[0], tagger

    def _read(self, atlas: Atlas, backend: Backend) -> _Embedded:
        """The embeddings, read again where the maps were made again."""
        state = self._files.state(atlas)
        if self._embedded is None or self._embedded.state != state:
            ids = collection_images(atlas)["id"]
            stored = backend_embeddings(atlas, backend, ids)
            if stored is None or not stored.any():
                raise UsageError(f"{backend.name} has embedded no images")
            has_one = stored.any(axis=1)
            vectors = stored[has_one].astype(np.float32)
            vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
            self._embedded = _Embedded(state, ids.to_numpy()[has_one], vectors)
        return self._embedded


def _able(atlas: Atlas) -> list[Backend]:
    """The backends of taggers that embed texts, those used last at the front."""
    specs = {name: each.spec for name, each in atlas.plugins.of_kind(TAGGERS).items()}
    able = [each for each in used_backends(atlas) if each.name in specs]
    embedding = [each for each in able if specs[each.name].embeds_texts]
    return sorted(embedding, key=lambda each: not each.is_latest)
