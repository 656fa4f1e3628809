"""Speed of the graph builder ``bipartite``, against a networkx graph of the same links.

    python benchmarks/build.py [--images 84000] [--rounds 5]

Both start from the same tables of images and tags and end with a network of the same nodes, links
and weights, without thresholds. Prints, as medians over the rounds, each round measuring both in
turn: seconds, their ratio, and what all options together cost.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable

import networkx as nx
import polars as pl
from planted_topics import planted_topics

from tagatlas.network import IMAGE, TAG
from tagatlas_bipartite import BipartiteOptions
from tagatlas_bipartite.builder import BipartiteBuilder


def tables_of(images: int) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The tables that a builder gets, of a collection with planted topics."""
    network = planted_topics(images).network
    nodes = network.nodes.filter(pl.col("kind") == IMAGE)
    names = network.nodes["id"]
    tags = pl.DataFrame(
        {
            "image": names.gather(network.sources),
            "tag": network.nodes["label"].gather(network.targets),
            "score": network.weights.astype(float),
        }
    )
    return (
        nodes.select("id", "label", pl.lit(1, pl.Int64).alias("frequency")).sort("id"),
        tags.sort(["image", "score", "tag"], descending=[False, True, False]),
    )


def with_networkx(images: pl.DataFrame, tags: pl.DataFrame) -> nx.DiGraph:
    """The same network, as one writes it with networkx."""
    graph: nx.DiGraph = nx.DiGraph()
    for image, label in images.select("id", "label").iter_rows():
        graph.add_node(image, kind=IMAGE, label=label)
    for tag in tags["tag"].unique(maintain_order=True):
        graph.add_node(f"tag:{tag}", kind=TAG, label=tag)
    graph.add_weighted_edges_from(
        (image, f"tag:{tag}", score) for image, tag, score in tags.iter_rows()
    )
    return graph


def seconds(work: Callable[[], object]) -> float:
    """How long the work takes."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--images", type=int, default=84_000)
    parser.add_argument("--rounds", type=int, default=5)
    arguments = parser.parse_args()

    images, tags = tables_of(arguments.images)
    plain = BipartiteBuilder(BipartiteOptions(links_per_image=None))
    thorough = BipartiteBuilder(
        BipartiteOptions(
            threshold=0.55, links_per_image=8, maximum_share=0.2, idf=True, stop_tags=("tag 3",)
        )
    )
    built, reference = plain.build(images, tags), with_networkx(images, tags)
    assert built.edge_count == reference.number_of_edges()
    assert set(built.nodes["id"]) == set(reference.nodes)

    times = [
        (
            seconds(lambda: plain.build(images, tags)),
            seconds(lambda: thorough.build(images, tags)),
            seconds(lambda: with_networkx(images, tags)),
        )
        for _ in range(arguments.rounds)
    ]
    ours, all_options, theirs = (statistics.median(column) for column in zip(*times, strict=True))
    print(f"{images.height:,} images, {built.edge_count:,} links; medians of {len(times)} rounds")
    print(f"bipartite              {ours:6.2f} s   {theirs / ours:5.1f} times networkx")
    print(
        f"bipartite, all options {all_options:6.2f} s   {theirs / all_options:5.1f} times networkx"
    )
    print(f"networkx               {theirs:6.2f} s")


if __name__ == "__main__":
    main()
