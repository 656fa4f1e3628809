"""Throughput of the tagger ``imagenet``, from JPEG bytes to tags, against onnxruntime alone.

The reference runs the same model on pictures decoded before, in the fastest of onnxruntime's ways:
one session over all cores with batches of several sizes, or one image per core. Pictures are
generated (noise over gradients, as hard for a JPEG decoder as a photograph) in the sizes of a
thumbnail, which is what the engine hands to this tagger, and of larger copies. Alternating rounds;
ratios of the medians, of the time on the wall and of processor time: the first needs an idle
machine, the second tells the same where other work takes turns on the cores::

    python benchmarks/tag.py
"""

from __future__ import annotations

import os
import statistics
import time
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from hashlib import sha256
from importlib.resources import files
from io import BytesIO
from typing import TYPE_CHECKING

import numpy as np
import onnxruntime
from PIL import Image

from tagatlas.contracts import ImageInput
from tagatlas_taggers.imagenet import ImageNetOptions
from tagatlas_taggers.imagenet.preprocessing import to_pixels
from tagatlas_taggers.imagenet.tagger import ImageNetTagger

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

SIZES = {(256, 192): 85, (256, 256): 85, (640, 480): 90, (1024, 768): 90}
"""Widths and heights in pixels, with the JPEG quality that tagatlas stores them in."""
IMAGES = 32
ROUNDS = 11
BATCHES = (4, 16)
PAUSE = 0.1
"""Seconds before each measurement: onnxruntime's threads spin on for a while after their work."""


def main() -> None:
    """Measure and print."""
    tagger = ImageNetTagger(ImageNetOptions())
    print("    pixels    kB                onnxruntime alone     tagger   ratio  processor")
    for size, quality in SIZES.items():
        images = [generate(size, quality, number) for number in range(IMAGES)]
        pixels = np.stack([to_pixels(image.data) for image in images])
        ways = ways_alone(pixels)
        ways.append(("tagger", partial(tag, tagger, images)))
        wall: dict[str, list[float]] = {name: [] for name, _ in ways}
        processor: dict[str, list[float]] = {name: [] for name, _ in ways}
        for _ in range(ROUNDS):
            for name, way in ways:
                time.sleep(PAUSE)
                start, start_processor = time.perf_counter(), time.process_time()
                way()
                processor[name].append(time.process_time() - start_processor)
                wall[name].append(time.perf_counter() - start)
        walls = {name: statistics.median(each) for name, each in wall.items()}
        processors = {name: statistics.median(each) for name, each in processor.items()}
        tagged, tagged_processor = walls.pop("tagger"), processors.pop("tagger")
        best = min(walls, key=walls.__getitem__)
        kilobytes = statistics.mean(len(image.data) for image in images) / 1000
        print(
            f"{size[0]:>5}x{size[1]:<4} {kilobytes:5.0f} {best:>24}"
            f" {IMAGES / walls[best]:6.1f}/s {IMAGES / tagged:7.1f}/s {walls[best] / tagged:7.2f}"
            f" {min(processors.values()) / tagged_processor:10.2f}"
        )


def ways_alone(pixels: NDArray[np.uint8]) -> list[tuple[str, Callable[[], None]]]:
    """The ways to run the model on decoded pictures, each with its name."""
    model = (files("tagatlas_taggers.imagenet") / "data" / "model.onnx").read_bytes()
    over_cores = onnxruntime.InferenceSession(model, providers=["CPUExecutionProvider"])
    one_core = onnxruntime.SessionOptions()
    one_core.intra_op_num_threads = 1
    per_core = onnxruntime.InferenceSession(model, one_core, providers=["CPUExecutionProvider"])
    ways: list[tuple[str, Callable[[], None]]] = [
        (f"all cores, batches of {batch}", partial(infer, over_cores, pixels, batch))
        for batch in BATCHES
    ]
    return [("one image per core", partial(infer_per_core, per_core, pixels)), *ways]


def generate(size: tuple[int, int], quality: int, number: int) -> ImageInput:
    """A picture with gradients, shapes of grey and film grain, as a JPEG."""
    dice = np.random.default_rng(number)
    width, height = size
    coarse = Image.fromarray(dice.integers(0, 256, (12, 16, 3), dtype=np.uint8))
    fine = Image.fromarray(dice.integers(0, 256, (height // 6, width // 6, 3), dtype=np.uint8))
    smooth = (picture.resize(size, Image.Resampling.BICUBIC) for picture in (coarse, fine))
    grain = dice.normal(0.0, 3.0, (height, width, 1))
    weights = (0.8, 0.2)
    mixed = sum(
        weight * np.asarray(picture) for weight, picture in zip(weights, smooth, strict=True)
    )
    buffer = BytesIO()
    Image.fromarray((mixed + grain).clip(0, 255).astype(np.uint8)).save(
        buffer, "JPEG", quality=quality
    )
    data = buffer.getvalue()
    return ImageInput(id=sha256(data).hexdigest(), data=data)


def infer(session: onnxruntime.InferenceSession, pixels: NDArray[np.uint8], batch: int) -> None:
    """Run the model on decoded pixels, batch after batch."""
    for start in range(0, len(pixels), batch):
        session.run(None, {"images": pixels[start : start + batch]})


def infer_per_core(session: onnxruntime.InferenceSession, pixels: NDArray[np.uint8]) -> None:
    """Run the model on decoded pixels, one image per core at a time."""
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        list(pool.map(lambda image: session.run(None, {"images": image[np.newaxis]}), pixels))


def tag(tagger: ImageNetTagger, images: Sequence[ImageInput]) -> None:
    """Tag in batches, as many at once as the tagger asks for."""
    size = tagger.batch_size
    batches = [images[start : start + size] for start in range(0, len(images), size)]
    with ThreadPoolExecutor(tagger.concurrency) as pool:
        list(pool.map(tagger.tag, batches))


if __name__ == "__main__":
    main()
