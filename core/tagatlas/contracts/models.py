"""Contracts of taggers with models: listing and fetching weights, and embedding texts."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray


@dataclass(frozen=True)
class Model:
    """A model that a backend can use.

    Attributes:
        name: as :meth:`ModelShelf.pull` takes it.
        path: its weights on this machine; None if missing.
        note: a remark, such as what it is the default for; may be empty.
    """

    name: str
    path: Path | None = None
    note: str = ""


class ModelShelf(ABC):
    """The models of a tagger and their weights. Made by a tagger's spec.

    Only :meth:`pull` may use the network.
    """

    @abstractmethod
    def models(self) -> Sequence[Model]:
        """All models known by name, in listing order."""

    @abstractmethod
    def find(self, name: str) -> Model:
        """The model of a name, which need not be listed.

        Raises:
            OptionError: there is no such model.
        """

    @abstractmethod
    def pull(self, name: str) -> Model:
        """Fetch all files of a model, and check that it is complete and can be loaded.

        Files that are there already are not fetched again.

        Raises:
            OptionError: there is no such model.
            ModelMissing: it could not be fetched.
        """


class TextEmbedder(ABC):
    """A second base class of a tagger that embeds texts in the space of its image embeddings.

    ``tagatlas search`` finds images with it, and comparisons measure how alike two labels are.
    It is closed afterwards, as after a run, but not prepared, as there are no images.
    """

    @abstractmethod
    def embed_texts(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Vectors of texts, shape (texts, d): images that fit a text have a high cosine with it.

        Args:
            texts: at least one.

        Returns:
            Shape (texts, d), finite, no row of zeros.
        """
