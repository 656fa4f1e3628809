"""Embedding pictures in batches, on one or more devices."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from itertools import chain
from threading import Lock
from typing import TYPE_CHECKING

import numpy as np
import torch

from tagatlas.errors import TaggerError
from tagatlas.toolkit import processors
from tagatlas_clip.memory import free_memory, is_out_of_memory

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from tagatlas import ImageInput
    from tagatlas_clip.model import ClipModel

ON_CPU = 16
"""Batch size on a CPU; larger batches are not faster."""

MOST = 1024
"""The largest batch."""

TOGETHER = 16
"""Pictures that a GPU resizes at once: launches cost the same regardless of their size."""

GAIN = 1.05
"""The speed-up that justifies a batch twice as large, with its memory."""

Vectors = dict[int, "NDArray[np.float32]"]


class Replica:
    """A model on one device, with its batch size.

    May be called from several threads; they take turns.
    """

    def __init__(self, model: ClipModel, batch: int = 0) -> None:
        """Take a model.

        Args:
            model: on its device.
            batch: batch size; 0 measures the fastest, at the first work.
        """
        self.model = model
        self.batch = batch or (0 if model.device.type == "cuda" else ON_CPU)
        self._turn = Lock()

    def embed(self, pictures: Sequence[torch.Tensor]) -> NDArray[np.float32]:
        """Vectors of prepared pictures, in order; see :meth:`ClipModel.embed_pictures`.

        A batch that does not fit into memory is halved and retried; later ones are no larger.

        Raises:
            TaggerError: not even one picture fits.
        """
        with self._turn:
            if not self.batch:
                self.batch = fastest_batch(self.model)
            found: list[NDArray[np.float32]] = []
            first = 0
            while first < len(pictures):
                part = pictures[first : first + self.batch]
                try:
                    found.append(self.model.embed_pictures(part))
                except RuntimeError as error:
                    if not is_out_of_memory(error):
                        raise
                    if len(part) == 1:
                        raise TaggerError(
                            f"{self.model.device} has not enough memory for the model: choose a"
                            " smaller --model, or --device cpu"
                        ) from error
                    self.batch = len(part) // 2
                    free_memory(self.model.device)
                else:
                    first += len(part)
            return np.concatenate(found)


def fastest_batch(model: ClipModel) -> int:
    """The batch from which larger ones are not worth it, measured on the device."""
    best, rate, batch = 1, 0.0, 8
    while batch <= MOST:
        try:
            found = _rate(model, batch)
        except RuntimeError as error:
            if not is_out_of_memory(error):
                raise
            free_memory(model.device)
            break
        if found < rate * GAIN:
            break
        best, rate, batch = batch, found, batch * 2
    return best


def _rate(model: ClipModel, batch: int) -> float:
    """Pictures per second, without the first run, which allocates and chooses kernels."""
    pictures = [torch.zeros(model.picture_shape, dtype=torch.uint8, device=model.device)] * batch
    model.embed_pictures(pictures)
    begun = time.perf_counter()
    for _ in range(3):
        model.embed_pictures(pictures)
    return 3 * batch / (time.perf_counter() - begun)


class Embedder:
    """Embeds encoded pictures. May be called from several threads at once.

    Pictures are decoded in separate threads, while the devices work on those of other calls; a
    call uses the device with the fewest calls.

    Attributes:
        replicas: one per device.
    """

    def __init__(self, replicas: Sequence[Replica], threads: int = 0) -> None:
        """Take the devices.

        Args:
            replicas: at least one; all with the same model.
            threads: pictures decoded at once; 0 is one per processor core.
        """
        self.replicas = tuple(replicas)
        self._calls = [0] * len(self.replicas)
        self._served = [0] * len(self.replicas)
        self._choosing = Lock()
        self._threads = ThreadPoolExecutor(threads or processors(), thread_name_prefix="clip")

    def embed(self, images: Sequence[ImageInput]) -> tuple[Vectors, dict[int, str]]:
        """Vectors by index; and by index the reasons why pictures cannot be decoded.

        Raises:
            TaggerError: the device has not enough memory for the model.
        """
        with self._least_busy() as replica:
            together = TOGETHER if replica.model.device.type == "cuda" else 1
            parts = [images[first : first + together] for first in range(0, len(images), together)]
            prepare = partial(prepared_or_why, replica.model)
            prepared = list(chain.from_iterable(self._threads.map(prepare, parts)))
            failures = {place: why for place, why in enumerate(prepared) if isinstance(why, str)}
            sound = {
                place: picture
                for place, picture in enumerate(prepared)
                if not isinstance(picture, str)
            }
            if not sound:
                return {}, failures
            vectors = replica.embed(list(sound.values()))
            return dict(zip(sound, vectors, strict=True)), failures

    def close(self) -> None:
        """End the threads, and release the models."""
        self._threads.shutdown()
        self.replicas = ()

    @contextmanager
    def _least_busy(self) -> Iterator[Replica]:
        with self._choosing:
            everyone = range(len(self.replicas))
            chosen = min(everyone, key=lambda each: (self._calls[each], self._served[each]))
            self._calls[chosen] += 1
            self._served[chosen] += 1
        try:
            yield self.replicas[chosen]
        finally:
            with self._choosing:
                self._calls[chosen] -= 1


def prepared_or_why(model: ClipModel, images: Sequence[ImageInput]) -> list[torch.Tensor | str]:
    """Prepared pictures for the model, or the reasons why there are none."""
    decoded = [pixels_or_why(image) for image in images]
    sound = [pixels for pixels in decoded if not isinstance(pixels, str)]
    prepared = iter(model.prepare(sound) if sound else ())
    return [each if isinstance(each, str) else next(prepared) for each in decoded]


def pixels_or_why(image: ImageInput) -> NDArray[np.uint8] | str:
    """The pixels of an image, or the reason why there are none."""
    try:
        return image.pixels()
    except OSError as error:
        return f"cannot be decoded: {type(error).__name__}"
