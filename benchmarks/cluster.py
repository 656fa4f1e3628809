"""Speed and quality of the clusters, against communities of the network of images and tags.

    python benchmarks/cluster.py [--images 1000 10000] [--rounds 3] [--scale 10000 100000 1000000]

On collections with planted topics, side by side: our clusters (vectors of tags, exact nearest
neighbours, the consensus of Leiden's runs, sub-clusters: all of it is in the time), networkx's
Louvain and one run of graspologic's Leiden, both on the network of images and tags as it is drawn.
Building that network is not in their time. Prints medians over the rounds, each with another seed
and all of them in turn: seconds, how many times as fast as networkx, the adjusted Rand index of
images and topics, and clusters found.

Then all that a map does with clusters but drawing them, at each size of --scale in a process of its
own: seconds by step, as multiples of the first size's where there are more, and the most memory
that the process had, with the collection itself.
"""

from __future__ import annotations

import argparse
import resource
import statistics
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

import networkx as nx
import numpy as np
import polars as pl
from numpy.typing import NDArray
from planted_topics import PlantedTopics, planted_topics
from sklearn.metrics import adjusted_rand_score

from tagatlas.contracts import ClusterInput, no_progress
from tagatlas.network import IMAGE, Network
from tagatlas.plugins import load_plugins
from tagatlas.toolkit import default_clusterer
from tagatlas_clusterers.leiden.communities import leiden
from tagatlas_mapping.cluster import (
    Themes,
    cluster_of_tags,
    cluster_quantities,
    compile_kernels,
    find_themes,
    name_clusters,
    name_subclusters,
)
from tagatlas_mapping.cluster.scores import score_matrix
from tagatlas_mapping.maps.options import MapOptions

Labels = NDArray[np.int64]
Method = Callable[[int], Labels]


def tables_of(network: Network) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The images of a network of images and tags, and their tags."""
    images = network.nodes.filter(pl.col("kind") == IMAGE).select("id")
    tags = pl.DataFrame(
        {
            "image": network.nodes["id"].gather(network.sources),
            "tag": network.nodes["label"].gather(network.targets),
            "score": network.weights.astype(float),
        }
    )
    return images, tags


def our_themes(images: pl.DataFrame, tags: pl.DataFrame, network: Network, seed: int) -> Themes:
    """Our clusters, by the default settings."""
    scores, labels = score_matrix(images, tags.lazy())
    given = ClusterInput(
        ids=images["id"],
        scores=scores,
        tags=labels,
        embeddings=None,
        network=network,
        sample=MapOptions().sample,
    )
    clusterer = default_clusterer(load_plugins())
    return find_themes(clusterer, given, seed=seed, progress=no_progress)


def methods_for(collection: PlantedTopics) -> dict[str, Method]:
    """Ways to cluster the images of a collection, by name; each takes a seed."""
    network = collection.network
    is_image = network.is_kind(IMAGE)
    images, tags = tables_of(network)
    graph = network.to_networkx().to_undirected()
    adjacency = network.adjacency()

    def ours(seed: int) -> Labels:
        return our_themes(images, tags, network, seed).of_image.astype(np.int64)

    def louvain(seed: int) -> Labels:
        community_of = {
            node: number
            for number, members in enumerate(nx.community.louvain_communities(graph, seed=seed))
            for node in members
        }
        return np.array([community_of[image] for image in images["id"]])

    def flat_leiden(seed: int) -> Labels:
        return leiden(adjacency, 1.0, seed)[is_image]

    return {
        "tagatlas: image neighbours, Leiden": ours,
        "graspologic: Leiden on images and tags": flat_leiden,
        "networkx: Louvain on images and tags": louvain,
    }


def compare(collection: PlantedTopics, rounds: int) -> None:
    """Measure all methods on one collection and print their figures."""
    methods = methods_for(collection)
    figures: dict[str, list[tuple[float, float, int]]] = {name: [] for name in methods}
    for seed in range(rounds):
        for name, method in methods.items():
            start = time.perf_counter()
            found = method(seed)
            elapsed = time.perf_counter() - start
            score = float(adjusted_rand_score(collection.topics, found))
            figures[name].append((elapsed, score, len(np.unique(found))))
    medians = {
        name: [statistics.median(column) for column in zip(*rows, strict=True)]
        for name, rows in figures.items()
    }
    *_, (slowest, _, _) = medians.values()
    print(f"\n{collection.images:,} images, {int(collection.topics.max()) + 1} topics")
    for name, (elapsed, score, clusters) in medians.items():
        print(
            f"{name:44}{elapsed:8.2f} s {slowest / elapsed:7.1f} x   "
            f"ARI {score:.3f}   {clusters:.0f} clusters"
        )


def measure(images: int) -> tuple[dict[str, float], float, float]:
    """Seconds by step, the adjusted Rand index of images and topics, and the most memory in GB."""
    collection = planted_topics(images)
    table, tags = tables_of(collection.network)
    counted = table.with_columns(frequency=pl.lit(1, pl.Int64), records=pl.lit(1, pl.Int64))
    compile_kernels()
    clock = [time.perf_counter()]
    themes = our_themes(table, tags, collection.network, seed=0)
    clock.append(time.perf_counter())
    scores, labels = score_matrix(table, tags.lazy())
    names = name_clusters(scores, labels, themes.of_image)["name"].to_list()
    name_subclusters(scores, labels, themes.of_image, themes.sub_of_image, taken=names)
    clock.append(time.perf_counter())
    cluster_quantities(counted, themes.of_image)
    cluster_of_tags(collection.network, themes.of_image)
    clock.append(time.perf_counter())
    steps = ("clusters", "names", "quantities and clusters of tags")
    score = float(adjusted_rand_score(collection.topics, themes.of_image))
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    return dict(zip(steps, np.diff(clock).tolist(), strict=True)), score, memory


def show_scale(sizes: Sequence[int]) -> None:
    """Measure all steps at each size and print their figures."""
    first: dict[str, float] = {}
    for images in sizes:
        with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
            seconds, score, memory = pool.submit(measure, images).result()
        first = first or seconds
        print(f"\n{images:,} images: ARI {score:.3f}, at most {memory:.1f} GB")
        for step, elapsed in seconds.items():
            print(f"{step:44}{elapsed:8.2f} s {elapsed / first[step]:7.1f} x")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--images", type=int, nargs="*", default=[1_000, 10_000])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--scale", type=int, nargs="*", default=[10_000, 100_000, 1_000_000])
    arguments = parser.parse_args()
    compile_kernels()
    for images in arguments.images:
        compare(planted_topics(images), arguments.rounds)
    show_scale(arguments.scale)


if __name__ == "__main__":
    main()
