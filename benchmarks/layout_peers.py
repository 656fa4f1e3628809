"""The layout ``forceatlas2`` beside other ForceAtlas2 engines.

Usage: python benchmarks/layout_peers.py [IMAGES or ATLAS ...]        (10000 50000 unless said)

ATLAS is the folder of an atlas with a map: `tagatlas run FOLDER --out FOLDER.atlas` makes one. All
engines work with Gephi's defaults, in both of its modes, on one thread each, from the same start,
for the same number of iterations. Times are processor seconds of the thread that works, taken in
turn; nobody's compilation is in them (ours is said first). Printed are how many times faster than
each of them we are, in the median and in all runs, and how well each keeps topics together: the
share of an image's ten nearest that are of its topic, or of its cluster where topics are unknown.

The engines are fa2 and crategraph-forceatlas2 (`pip install fa2 setuptools crategraph-forceatlas2`)
and graphology-layout-forceatlas2, for which node and npm are needed: npm installs it into
benchmarks/graphology. One that is missing is left out, with a line that says so.
"""

from __future__ import annotations

import importlib.util
import json
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from numpy.typing import NDArray
from planted_topics import neighbour_agreement, planted_topics
from scipy.sparse import csr_matrix

import tagatlas
from tagatlas.contracts import no_progress
from tagatlas.network import IMAGE, Network
from tagatlas_layouts.forceatlas2 import ForceAtlas2Options
from tagatlas_layouts.forceatlas2.engine import simulate
from tagatlas_layouts.forceatlas2.graph import graph_of
from tagatlas_layouts.forceatlas2.layout import ForceAtlas2Layout
from tagatlas_mapping.layout import spectral_start

RUNS = 3
MANY_NODES = 30_000
RADIUS = 1000.0
THETA, SCALING, GRAVITY = 1.2, 2.0, 1.0
GRAPHOLOGY = Path(__file__).parent / "graphology"

Positions = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Task:
    """What every engine has to do.

    Attributes:
        network: its images come first.
        start: of all nodes.
        iterations: how many.
        linlog: which mode.
    """

    network: Network
    start: Positions
    iterations: int
    linlog: bool


Engine = Callable[[Task], tuple[float, Positions]]
"""Gives the seconds that the layout took, and the positions."""


def ours(task: Task) -> tuple[float, Positions]:
    """From the network to positions."""
    options = ForceAtlas2Options(
        iterations=task.iterations,
        linlog=task.linlog,
        scaling=SCALING,
        gravity=GRAVITY,
        theta=THETA,
        convergence=0.0,
        threads=1,
    )
    began = time.thread_time()
    graph = graph_of(task.network, edge_weight_influence=1.0, dissuade_hubs=False)
    placed = simulate(graph, task.start, options, no_progress)
    return time.thread_time() - began, placed


def with_fa2(task: Task) -> tuple[float, Positions]:
    """From a sparse matrix to positions."""
    from fa2 import ForceAtlas2

    engine = ForceAtlas2(
        linLogMode=task.linlog,
        scalingRatio=SCALING,
        gravity=GRAVITY,
        barnesHutTheta=THETA,
        verbose=False,
    )
    adjacency = csr_matrix(task.network.adjacency(), dtype=np.float64)
    began = time.thread_time()
    placed = engine.forceatlas2(adjacency, pos=task.start, iterations=task.iterations)
    return time.thread_time() - began, np.array(placed)


def with_crategraph(task: Task) -> tuple[float, Positions]:
    """From arrays of edges to positions."""
    from crategraph_forceatlas2 import layout

    edges = np.column_stack([task.network.sources, task.network.targets])
    weights = task.network.weights.astype(np.float64)
    began = time.thread_time()
    placed = layout(
        len(task.start),
        edges,
        init=task.start,
        weights=weights,
        iterations=task.iterations,
        threads=1,
        **_graphology_settings(task),
    )
    return time.thread_time() - began, np.asarray(placed)


def with_graphology(task: Task) -> tuple[float, Positions]:
    """From a graph that is in memory to positions."""
    network = {
        "iterations": task.iterations,
        "settings": _graphology_settings(task),
        "positions": task.start.ravel().tolist(),
        "sources": task.network.sources.tolist(),
        "targets": task.network.targets.tolist(),
        "weights": task.network.weights.tolist(),
    }
    with TemporaryDirectory() as folder:
        source, placed = Path(folder, "network.json"), Path(folder, "placed.json")
        source.write_text(json.dumps(network))
        command = ["node", str(GRAPHOLOGY / "layout.js"), str(source), str(placed)]
        printed = subprocess.run(command, check=True, capture_output=True, text=True).stdout
        positions = np.array(json.loads(placed.read_text())).reshape(-1, 2)
    return float(json.loads(printed)), positions


def _graphology_settings(task: Task) -> dict[str, bool | float]:
    return {
        "barnesHutOptimize": True,
        "barnesHutTheta": THETA,
        "edgeWeightInfluence": 1,
        "gravity": GRAVITY,
        "linLogMode": task.linlog,
        "scalingRatio": SCALING,
        "slowDown": 1,
    }


def engines() -> dict[str, Engine]:
    """Those that are there; of the others, a line is printed."""
    found: dict[str, Engine] = {}
    packages = {"fa2": with_fa2, "crategraph-forceatlas2": with_crategraph}
    for name, engine in packages.items():
        if importlib.util.find_spec(name.replace("-", "_")) is None:
            print(f"{name} is left out: pip install {name} setuptools")
        else:
            found[name] = engine
    if shutil.which("node") is None or shutil.which("npm") is None:
        print("graphology-layout-forceatlas2 is left out: node and npm are not installed")
    elif not _installed_graphology():
        print("graphology-layout-forceatlas2 is left out: npm could not install it")
    else:
        found["graphology-layout-forceatlas2"] = with_graphology
    return found


def _installed_graphology() -> bool:
    if (GRAPHOLOGY / "node_modules" / "graphology-layout-forceatlas2").is_dir():
        return True
    command = ["npm", "install", "--no-audit", "--no-fund", "--no-package-lock", "--silent"]
    return subprocess.run(command, cwd=GRAPHOLOGY, check=False).returncode == 0


def collection(named: str) -> tuple[str, Network, NDArray[np.int64]]:
    """What to call it, its network, and the topic of each image; of a number, planted topics."""
    if named.isdigit():
        planted = planted_topics(int(named))
        return f"{int(named):,} images of planted topics", planted.network, planted.topics
    with tagatlas.open_atlas(Path(named), tagatlas.load_plugins()) as atlas:
        drawn = tagatlas.load_map(atlas)
    network = Network(
        drawn.nodes.select("id", "kind", "label"), drawn.sources, drawn.targets, drawn.weights
    )
    images = drawn.images
    assert network.is_kind(IMAGE)[: images.height].all(), "images come first"
    topics = images["cluster"].to_numpy().astype(np.int64)
    return f"{images.height:,} images of {named}", network, topics


def compare(
    name: str, network: Network, topics: NDArray[np.int64], peers: dict[str, Engine]
) -> None:
    """Print the ratio of each engine's time to ours, run by run in turn."""
    start = spectral_start(network, seed=0)
    start *= RADIUS / np.abs(start).max()
    iterations = 20 if network.node_count > MANY_NODES else 50
    print(f"{name}, {network.edge_count:,} links, {iterations} iterations")
    for linlog in (False, True):
        task = Task(network, start, iterations, linlog)
        runs = [
            {"ours": ours(task)} | {peer: run(task) for peer, run in peers.items()}
            for _ in range(RUNS)
        ]
        mode = "linlog" if linlog else "linear"
        for engine in ("ours", *peers):
            ratios = [run[engine][0] / run["ours"][0] for run in runs]
            low, middle, high = min(ratios), statistics.median(ratios), max(ratios)
            slower = (
                "" if engine == "ours" else f", {middle:.1f} [{low:.1f} to {high:.1f}] times ours"
            )
            seconds = statistics.median(run[engine][0] for run in runs)
            agreement = neighbour_agreement(runs[0][engine][1], topics)
            print(f"  {mode}, {engine}: {seconds:.2f} s{slower}; of the same topic {agreement:.3f}")


def main() -> None:
    """Run the benchmark."""
    began = time.perf_counter()
    ForceAtlas2Layout(ForceAtlas2Options()).prepare()
    print(
        f"our kernels were compiled or read from the cache in {time.perf_counter() - began:.1f} s"
    )
    peers = engines()
    for named in sys.argv[1:] or ["10000", "50000"]:
        compare(*collection(named), peers)


if __name__ == "__main__":
    main()
