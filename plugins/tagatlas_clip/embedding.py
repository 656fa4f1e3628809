"""Pictures to vectors, batch after batch, on one or more devices."""

from __future__ import annotations

import os
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from queue import SimpleQueue
from typing import TYPE_CHECKING

import numpy as np
import torch
from PIL import Image

from tagatlas.errors import TaggerError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from tagatlas.contracts import ImageInput
    from tagatlas_clip.model import ClipModel

ON_CPU = 16
"""Pictures that the model gets at once on a processor, which larger batches do not keep busier."""

MOST = 1024
"""Pictures that the model gets at once at most."""

GAIN = 1.05
"""A batch twice as large must be faster by this, to be worth its memory."""

Vectors = dict[int, "NDArray[np.float32]"]


class Replica:
    """A model on one device, and how many pictures it takes at once. One thread at a time."""

    def __init__(self, model: ClipModel, batch: int = 0) -> None:
        """Take a model.

        Args:
            model: on its device.
            batch: pictures at once; 0 finds out what is fastest, when there is work.
        """
        self.model = model
        self.batch = batch or (0 if model.device.type == "cuda" else ON_CPU)

    def embed(self, pixels: NDArray[np.uint8]) -> NDArray[np.float32]:
        """Vectors of prepared pictures, in order; see :meth:`ClipModel.embed_pictures`.

        What does not fit into memory is tried again in halves, and later batches are no larger.

        Raises:
            TaggerError: not even one picture fits.
        """
        if not self.batch:
            self.batch = fastest_batch(self.model)
        found: list[NDArray[np.float32]] = []
        first = 0
        while first < len(pixels):
            part = pixels[first : first + self.batch]
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
    """Pictures a second; the first run, which makes room and chooses kernels, does not count."""
    pixels = np.zeros((batch, *model.picture_shape), dtype=np.uint8)
    model.embed_pictures(pixels)
    begun = time.perf_counter()
    for _ in range(3):
        model.embed_pictures(pixels)
    return 3 * batch / (time.perf_counter() - begun)


def is_out_of_memory(error: RuntimeError) -> bool:
    """Whether an allocator had no more: that of CUDA, of MPS, or of the processor."""
    text = str(error)
    return isinstance(error, torch.OutOfMemoryError) or any(
        words in text for words in ("out of memory", "can't allocate memory")
    )


def free_memory(device: torch.device) -> None:
    """Give back what is cached."""
    if device.type == "cuda":
        torch.cuda.empty_cache()
    elif device.type == "mps":
        torch.mps.empty_cache()


class Embedder:
    """Bytes of pictures to vectors. May be called from several threads at once.

    Pictures are decoded in threads of their own, while the devices work on those of other calls;
    a call takes the device that is free first.
    """

    def __init__(self, replicas: Sequence[Replica], threads: int = 0) -> None:
        """Take the devices.

        Args:
            replicas: at least one; all with the same model.
            threads: pictures decoded at once; 0 is one per processor core.
        """
        self._prepare = replicas[0].model.prepare
        self._free: SimpleQueue[Replica] = SimpleQueue()
        for replica in replicas:
            self._free.put(replica)
        self._threads = ThreadPoolExecutor(threads or cores(), thread_name_prefix="clip")

    def embed(self, images: Sequence[ImageInput]) -> tuple[Vectors, dict[int, str]]:
        """Vectors by place; and why, by place, where a picture cannot be decoded.

        Raises:
            TaggerError: the device has not enough memory for the model.
        """
        prepared = list(self._threads.map(self._decode, images))
        sound = [place for place, found in enumerate(prepared) if not isinstance(found, str)]
        failures = {place: found for place, found in enumerate(prepared) if isinstance(found, str)}
        if not sound:
            return {}, failures
        pixels = np.stack([prepared[place] for place in sound])
        replica = self._free.get()
        try:
            vectors = replica.embed(pixels)
        finally:
            self._free.put(replica)
        return dict(zip(sound, vectors, strict=True)), failures

    def _decode(self, image: ImageInput) -> NDArray[np.uint8] | str:
        try:
            return self._prepare(image.open())
        except (OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
            return f"cannot be decoded: {type(error).__name__}"


def cores() -> int:
    """How many processor cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
