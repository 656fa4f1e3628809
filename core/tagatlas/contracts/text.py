"""Contract of what a tagger may do besides: place texts where alike texts lie close."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


class TextEncoder(ABC):
    """A second base class of a tagger whose model reads text, such as CLIP.

    Comparisons then can tell by it how alike two labels are in meaning.
    """

    @abstractmethod
    def encode_texts(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Embeddings of texts: those of alike meaning have a high cosine.

        Args:
            texts: labels as backends write them, at least one.

        Returns:
            Shape (texts, d), finite, no row of zeros.
        """
