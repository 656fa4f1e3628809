"""Processor time of ``tagatlas run`` against what no way of mapping a collection can do without.

    python benchmarks/run.py FOLDER [--images 1500] [--rounds 3]

FOLDER has pictures; as many as are asked for are drawn from it at random. ``tagatlas run`` makes an
atlas of them with default settings in a process of its own. Unavoidable are: to decode each file
once, by Pillow, but for those of more pixels than a run accepts; to run the model of ``imagenet``
on each distinct image, one a thread and as many at once as the run does, on pictures that are
decoded before; and to lay out the network of the map. Start of Python, imports, reading, writing
and all other steps are not among them.
Both take turns; medians of processor time, with that of all processes. Compiling is done before.
"""

from __future__ import annotations

import argparse
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from importlib.resources import files
from pathlib import Path

import numpy as np
import onnxruntime
from PIL import Image

from tagatlas.atlas import open_atlas
from tagatlas.contracts import Map, Variant, no_progress
from tagatlas.network import Network
from tagatlas.steps.load import load_map
from tagatlas_fetching import FetchOptions
from tagatlas_layouts.forceatlas2 import ForceAtlas2Options
from tagatlas_layouts.forceatlas2.layout import ForceAtlas2Layout
from tagatlas_mapping.layout import spectral_start
from tagatlas_taggers.imagenet.preprocessing import to_pixels


def run(pictures: Path, atlas: Path) -> float:
    """Processor seconds of all processes of a run."""
    before = children()
    command = [sys.executable, "-m", "tagatlas", "run", str(pictures), "--out", str(atlas)]
    subprocess.run(command, check=True, capture_output=True)
    return children() - before


def children() -> float:
    """Processor seconds of all processes that have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def unavoidable(pictures: Path, map_: Map, ids: Sequence[str]) -> dict[str, float]:
    """Processor seconds of each part; ``ids`` are of all images, also those left out of the map."""
    seconds = {}
    begun = time.process_time()
    for path in sorted(pictures.iterdir()):
        try:
            picture = Image.open(path)
            if picture.width * picture.height <= FetchOptions().max_pixels:
                picture.load()
        except (OSError, SyntaxError, ValueError, Image.DecompressionBombError):
            continue  # tagatlas tries these too
    seconds["decoding"] = time.process_time() - begun

    model = (files("tagatlas_taggers.imagenet") / "data" / "model.onnx").read_bytes()
    one_thread = onnxruntime.SessionOptions()
    one_thread.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(model, one_thread, providers=["CPUExecutionProvider"])
    decoded = [to_pixels(map_.store.get(each, Variant.THUMBNAIL)) for each in ids]
    begun = time.process_time()
    with ThreadPoolExecutor(len(os.sched_getaffinity(0))) as threads:
        done = [
            threads.submit(session.run, None, {"images": pixels[np.newaxis]}) for pixels in decoded
        ]
        wait(done)
    seconds["model"] = time.process_time() - begun

    network = Network(map_.nodes, map_.sources, map_.targets, map_.weights, map_.directed)
    layout = ForceAtlas2Layout(ForceAtlas2Options())
    start = spectral_start(network, 0)
    layout.place(network, start=start, seed=0, progress=no_progress)  # compiles
    begun = time.process_time()
    start = spectral_start(network, 0)
    layout.place(network, start=start, seed=0, progress=no_progress)
    seconds["layout"] = time.process_time() - begun
    return seconds


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--images", type=int, default=1500)
    parser.add_argument("--rounds", type=int, default=3)
    arguments = parser.parse_args()
    warnings.simplefilter("ignore")  # Pillow's, about unusual files
    found = sorted(path for path in arguments.folder.rglob("*") if path.is_file())
    shuffled = np.random.default_rng(1).permutation(len(found))
    chosen = [found[index] for index in shuffled[: arguments.images]]
    with tempfile.TemporaryDirectory() as scratch:
        pictures = Path(scratch) / "pictures"
        pictures.mkdir()
        for number, path in enumerate(chosen):
            shutil.copy(path, pictures / f"{number:06}{path.suffix}")
        run(pictures, Path(scratch) / "first")  # compiles
        map_ = load_map(Path(scratch) / "first")
        with open_atlas(Path(scratch) / "first") as atlas:
            ids = atlas.representatives()["image"].to_list()
        whole: list[float] = []
        parts: list[dict[str, float]] = []
        for number in range(arguments.rounds):
            whole.append(run(pictures, Path(scratch) / str(number)))
            parts.append(unavoidable(pictures, map_, ids))
            print(f"round {number + 1}: run {whole[-1]:.1f} s, {parts[-1]}", flush=True)
        ratios = [one / sum(part.values()) for one, part in zip(whole, parts, strict=True)]
    for name in parts[0]:
        print(f"{name:9} {statistics.median(part[name] for part in parts):6.1f} s")
    print(
        f"run       {statistics.median(whole):6.1f} s of {map_.images.height:,} images drawn:"
        f" {statistics.median(ratios):.2f} times what is unavoidable"
    )


if __name__ == "__main__":
    main()
