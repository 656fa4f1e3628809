"""The tagger ``imagenet``."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256
from importlib.resources import files
from typing import TYPE_CHECKING

import numpy as np
import onnxruntime
from PIL import Image

from tagatlas import ImageInput, Tag, Tagger, TagResult, Variant
from tagatlas.toolkit import processors
from tagatlas_taggers.imagenet.labels import Labels
from tagatlas_taggers.imagenet.preprocessing import DESCRIPTION, to_pixels

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tagatlas_taggers.imagenet import ImageNetOptions


class ImageNetTagger(Tagger):
    """EfficientNet-Lite2 on the processor, each image in one thread from its bytes to its tags.

    One thread per image keeps all cores busy without waiting; and an image's answer then depends
    neither on the others of its batch nor on the number of threads.

    An image's embedding is the input of the classifier: the network's pooled features, 1,280
    values of at least 0, each the mean over the picture.
    """

    batch_size = 16
    concurrency = 2  # the next batch uses threads that are idle at the end of one
    variant = Variant.THUMBNAIL

    def __init__(self, options: ImageNetOptions) -> None:
        data = files("tagatlas_taggers.imagenet") / "data"
        model, classes, ancestors = (
            (data / name).read_bytes() for name in ("model.onnx", "classes.csv", "ancestors.csv")
        )
        self._options = options
        self._labels = Labels.parse(classes, ancestors)
        self._digest = sha256(model + classes + ancestors).hexdigest()[:16]
        session_options = onnxruntime.SessionOptions()
        session_options.intra_op_num_threads = 1
        self._session = onnxruntime.InferenceSession(
            model, session_options, providers=["CPUExecutionProvider"]
        )
        self._threads = ThreadPoolExecutor(
            options.threads or processors(), thread_name_prefix="imagenet"
        )

    def close(self) -> None:
        """End the threads."""
        self._threads.shutdown()

    def tag(self, images: Sequence[ImageInput]) -> Sequence[TagResult]:
        """Tag a batch; may be called from several threads at once."""
        return list(self._threads.map(self._tag_image, images))

    def fingerprint(self) -> str:
        """Model and tables by their hash, the preprocessing, and the thresholds."""
        return (
            f"imagenet {self._digest}; {self.variant} {DESCRIPTION};"
            f" minimum-score {self._options.minimum_score};"
            f" tags-per-image {self._options.tags_per_image}"
        )

    def _tag_image(self, image: ImageInput) -> TagResult:
        try:
            pixels = to_pixels(image.data)
        except (OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
            return TagResult.failed("image", f"cannot be decoded: {type(error).__name__}")
        [[probabilities], [features]] = self._session.run(
            ["probabilities", "features"], {"images": pixels[np.newaxis]}
        )
        scores = self._labels.scores(probabilities)
        tags = [
            Tag(self._labels.names[index], float(scores[index]))
            for index in np.flatnonzero(scores >= self._options.minimum_score)
        ]
        tags.sort(key=lambda tag: (-tag.score, tag.label))
        if not tags:
            return TagResult.empty(embedding=features)
        return TagResult.ok(tags[: self._options.tags_per_image], embedding=features)
