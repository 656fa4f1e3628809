"""Throughput of the tagger ``clip``, from stored JPEGs to tags, against its model alone.

The reference runs the same model, here ViT-B-32 with random weights, on pictures that are decoded
and prepared before, in the best of several batch sizes, on all cores and on one alone: threads that
wait for each other on a busy machine spin, which is processor time too, so that the reference would
be slower than it has to be. End to end is the engine: bytes from the
store, decoding, model, scores of a vocabulary. Pictures are generated as large as tagatlas stores
them, 1,024 pixels, as hard for a JPEG decoder as photographs. Each way takes turns with end to
end, so that both meet the same other work; every second round has the ways in reverse.
Printed are the medians of the pairs' ratios, for the way that is best by the median: of processor
time, which can be trusted on a busy machine too, and of the time on the wall, which needs an idle
one. Where end to end would seem cheaper than the model alone, the machine was too busy, and no
figure is printed. With 16 pictures and 2 rounds on two busy cores, end to end had 0.78 of the
model's throughput by processor time::

    python benchmarks/clip_throughput.py [--model ViT-B-32] [--images 64] [--rounds 5]

On a GPU, if there is one, the same with 4,096 pictures, how busy it was, and how many pictures a
second the processor's cores decode when they do nothing else: no model can be fed faster. With
``--only-gpu``, for large models, nothing else is measured.
Also printed: what decoding at half size would save, and how far it would be from open_clip's
numbers.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import tempfile
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import numpy as np
import open_clip
import torch  # noqa: TID253 - benchmarks import what they measure
from safetensors.torch import save_file
from tag import generate

from tagatlas.contracts import ImageInput, Variant
from tagatlas.testing import MemoryStore
from tagatlas_clip import ClipOptions
from tagatlas_clip.model import ClipModel
from tagatlas_clip.tagger import ClipTagger, make_tagger
from tagatlas_processors import processors
from tagatlas_tagging import tag_images

SIZE, QUALITY = (1024, 768), 90
DIFFERENT = 32
"""Pictures that differ; more are these again."""
GPU_IMAGES = 4096
BATCHES = (8, 16, 32)
WALL, PROCESSOR = 0, 1
Spent = tuple[float, float]
"""Seconds on the wall and of processors."""


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="Throughput of the tagger clip.")
    parser.add_argument("--model", default="ViT-B-32")
    parser.add_argument("--images", type=int, default=64)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--only-gpu", action="store_true")
    arguments = parser.parse_args()
    pictures = [generate(SIZE, QUALITY, number) for number in range(DIFFERENT)]
    with tempfile.TemporaryDirectory() as folder:
        os.environ["XDG_CACHE_HOME"] = folder
        weights = Path(folder) / "weights.safetensors"
        save_file(open_clip.create_model(arguments.model).state_dict(), weights)
        labels = Path(folder) / "labels.txt"
        labels.write_text("\n".join(f"thing {number}" for number in range(20)), encoding="utf-8")
        options = ClipOptions(
            model=arguments.model, pretrained=str(weights), device="cpu", vocabulary=str(labels)
        )
        if not arguments.only_gpu:
            measure("processor", make_tagger(options), pictures, arguments.images, arguments.rounds)
            cost_of_exactness(make_tagger(options), pictures[:8])
        if not torch.cuda.is_available():
            print("GPU: skipped, there is no CUDA device here")
            return
        on_gpu = make_tagger(
            ClipOptions(model=arguments.model, pretrained=str(weights), vocabulary=str(labels))
        )
        measure("GPU", on_gpu, pictures, GPU_IMAGES, arguments.rounds)


def measure(
    name: str, tagger: ClipTagger, pictures: Sequence[ImageInput], count: int, rounds: int
) -> None:
    """Print the throughput on one kind of device."""
    images = [pictures[number % len(pictures)] for number in range(count)]
    store = MemoryStore()
    ids = [f"{number:064x}" for number in range(count)]
    for image_id, image in zip(ids, images, strict=True):
        store.put(image_id, Variant.IMAGE, image.data)
    tagger.tag(images[: tagger.batch_size])  # loads the model and the vectors of the vocabulary
    model = tagger._models[0]
    different = model.prepare([image.pixels() for image in pictures])
    prepared = [different[number % len(different)] for number in range(count)]
    batches = BATCHES if name == "processor" else (batch_of(tagger),)
    ways: dict[str, Callable[[], None]] = {
        f"batches of {batch}, {threads} threads": partial(alone, model, prepared, batch, threads)
        for batch in batches
        for threads in sorted({1, torch.get_num_threads()} if name == "processor" else {1})
    }
    whole = partial(end_to_end, tagger, ids, store)
    pairs: dict[str, list[tuple[Spent, Spent]]] = {way: [] for way in ways}
    busy: list[float] = []
    for number in range(rounds):
        for way in sorted(ways, reverse=number % 2 == 1):
            with gpu_use(busy if name == "GPU" else []):
                ours = spent(whole)
            pairs[way].append((ours, spent(ways[way])))
    figures = {
        kind: min(
            (statistics.median(pair[1][kind] for pair in each), way) for way, each in pairs.items()
        )
        for kind in (WALL, PROCESSOR)
    }
    ratios = {
        kind: statistics.median(pair[1][kind] / pair[0][kind] for pair in pairs[figures[kind][1]])
        for kind in (WALL, PROCESSOR)
    }
    for kind, clock in ((PROCESSOR, "processor time"), (WALL, "time on the wall")):
        seconds, way = figures[kind]
        alone_ms = 1000 * seconds / count
        print(
            f"{name}, {clock}: end to end {of_the_model(ratios[kind])}, which takes"
            f" {alone_ms:.1f} ms an image alone ({way})"
        )
    print(f"load {os.getloadavg()[0]:.1f} on {processors()} cores")
    if name == "GPU":
        share = f"{statistics.mean(busy):.0f} %" if busy else "not known: no nvidia-smi"
        print(f"GPU busy end to end: {share}; decoding alone {decoded(images):,.0f} images/s")


def of_the_model(ratio: float) -> str:
    """The throughput end to end as a share of the model's; nothing can have more."""
    if ratio > 1:
        return "was not measured: the machine was too busy beside the model"
    return f"has {ratio:.2f} of the throughput of the model"


def decoded(images: Sequence[ImageInput]) -> float:
    """Pictures a second that the processor's cores decode."""
    with ThreadPoolExecutor(processors()) as threads:
        begun = time.perf_counter()
        deque(threads.map(ImageInput.pixels, images), maxlen=0)
        return len(images) / (time.perf_counter() - begun)


def batch_of(tagger: ClipTagger) -> int:
    """The batch that the tagger found to be the fastest."""
    return tagger._embedder.replicas[0].batch


def spent(run: Callable[[], None]) -> Spent:
    """What a run takes."""
    begun, begun_processor = time.perf_counter(), time.process_time()
    run()
    return time.perf_counter() - begun, time.process_time() - begun_processor


def alone(model: ClipModel, prepared: Sequence[torch.Tensor], batch: int, threads: int) -> None:
    """Run the model on prepared pictures."""
    before = torch.get_num_threads()
    torch.set_num_threads(threads)
    try:
        for first in range(0, len(prepared), batch):
            model.embed_pictures(prepared[first : first + batch])
    finally:
        torch.set_num_threads(before)


def end_to_end(tagger: ClipTagger, ids: Sequence[str], store: MemoryStore) -> None:
    """Tag as the engine does."""
    answered = sum(len(call.answers) for call in tag_images(ids, store, tagger))
    assert answered == len(ids)


@contextmanager
def gpu_use(shares: list[float]) -> Iterator[None]:
    """Add how busy the GPU was, in percent, ten times a second."""
    command = ["nvidia-smi", "--query-gpu=utilization.gpu", "--format=csv,noheader,nounits"]
    try:
        watch = subprocess.Popen([*command, "-lms", "100"], stdout=subprocess.PIPE, text=True)
    except FileNotFoundError:
        yield
        return
    try:
        yield
    finally:
        watch.terminate()
        output, _ = watch.communicate()
        shares += [float(line) for line in output.split() if line.isdigit()]


def cost_of_exactness(tagger: ClipTagger, images: Sequence[ImageInput]) -> None:
    """Print what decoding at half size, which is not open_clip's way, would save and change."""
    model = tagger._models[0]
    side = min(model.picture_shape[:2])

    def prepare(at_least: int | None) -> list[torch.Tensor]:
        return model.prepare(
            [
                image.pixels() if at_least is None else np.array(image.open(at_least=at_least))
                for image in images
            ]
        )

    seconds = {}
    for at_least in (None, side):
        begun = time.process_time()
        prepare(at_least)
        seconds[at_least] = (time.process_time() - begun) / len(images)
    exact, quick = (model.embed_pictures(prepare(each)) for each in (None, side))
    cosine = float((exact * quick).sum(axis=1).min())
    print(
        f"preparing a picture: {1000 * seconds[None]:.1f} ms exactly as open_clip does,"
        f" {1000 * seconds[side]:.1f} ms from a smaller decoding, whose embeddings differ by"
        f" {np.abs(exact - quick).max():.1e} (cosine {cosine:.6f})"
    )


if __name__ == "__main__":
    main()
