"""Speed and quality of the clusters, against communities of the network of images and tags.

    python benchmarks/cluster.py [--images 1000 10000] [--rounds 3]

On collections with planted topics, side by side: our clusters (vectors of tags, exact nearest
neighbours, Leiden: all of it is in the time), networkx's Louvain and scikit-network's Leiden, both
on the network of images and tags as it is drawn. Building that network is not in their time.
Prints medians over the rounds, each with another seed and all of them in turn: seconds, how many
times as fast as networkx, the adjusted Rand index of images and topics, and clusters found.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable

import networkx as nx
import numpy as np
import polars as pl
from numpy.typing import NDArray
from planted_topics import PlantedTopics, planted_topics
from scipy.sparse import csr_matrix
from sklearn.metrics import adjusted_rand_score
from sknetwork.clustering import Leiden

from tagatlas.cluster import cluster_images, compile_kernels
from tagatlas.network import IMAGE

Labels = NDArray[np.int64]
Method = Callable[[int], Labels]


def methods_for(collection: PlantedTopics) -> dict[str, Method]:
    """Ways to cluster the images of a collection, by name; each takes a seed."""
    network = collection.network
    is_image = network.is_kind(IMAGE)
    images = network.nodes.filter(pl.col("kind") == IMAGE).select("id")
    tags = pl.DataFrame(
        {
            "image": network.nodes["id"].gather(network.sources),
            "tag": network.nodes["label"].gather(network.targets),
            "score": network.weights.astype(float),
        }
    )
    graph = network.to_networkx().to_undirected()
    adjacency = csr_matrix(network.adjacency())

    def ours(seed: int) -> Labels:
        found = cluster_images(images, tags, neighbours=10, resolution=1.0, seed=seed)
        return found.astype(np.int64)

    def louvain(seed: int) -> Labels:
        community_of = {
            node: number
            for number, members in enumerate(nx.community.louvain_communities(graph, seed=seed))
            for node in members
        }
        return np.array([community_of[image] for image in images["id"]])

    def flat_leiden(seed: int) -> Labels:
        leiden = Leiden(shuffle_nodes=True, random_state=seed)
        labels: Labels = leiden.fit_predict(adjacency)[is_image]
        return labels

    return {
        "tagatlas: image neighbours, Leiden": ours,
        "scikit-network: Leiden on images and tags": flat_leiden,
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


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--images", type=int, nargs="+", default=[1_000, 10_000])
    parser.add_argument("--rounds", type=int, default=3)
    arguments = parser.parse_args()
    compile_kernels()
    for images in arguments.images:
        compare(planted_topics(images), arguments.rounds)


if __name__ == "__main__":
    main()
