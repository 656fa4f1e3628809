"""Speed of the graph builders, against networkx on the same tables.

    python benchmarks/build.py [--images 84000] [--projected 1500] [--rounds 5]

``bipartite`` against a networkx graph of the same links: both end with a network of the same nodes,
links and weights, without thresholds. Also what all its options together cost.

``images`` and ``tags`` against ``networkx.bipartite.weighted_projected_graph``, on a smaller
collection, as networkx keeps every link: both count what two nodes share, and with no limit to the
links of a node both give the same links and weights. Then with ten links a node, as by default,
a choice that networkx does not have: its time is that for all links.
Before all that, once on the whole collection, with the process's peak of memory.

Figures are medians over the rounds, each round measuring all in turn.
"""

from __future__ import annotations

import argparse
import resource
import statistics
import time
from collections.abc import Callable

import networkx as nx
import polars as pl
from planted_topics import planted_topics

from tagatlas.contracts import GraphBuilder
from tagatlas.network import IMAGE, TAG, Network
from tagatlas.toolkit import ProjectionSelection
from tagatlas_builders.bipartite import BipartiteBuilder, BipartiteOptions
from tagatlas_builders.images import ImagesBuilder
from tagatlas_builders.tags import TagsBuilder, TagsOptions
from tagatlas_mapping.cluster import compile_kernels


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


def medians(rounds: int, *works: Callable[[], object]) -> list[float]:
    """Median seconds of each work, over rounds that do all of them in turn."""
    times = [[seconds(work) for work in works] for _ in range(rounds)]
    return [statistics.median(column) for column in zip(*times, strict=True)]


def projection_with_networkx(images: pl.DataFrame, tags: pl.DataFrame, kind: str) -> nx.Graph:
    """How much any two images have in common, or any two tags."""
    graph = with_networkx(images, tags).to_undirected()
    nodes = [node for node, its_kind in graph.nodes(data="kind") if its_kind == kind]
    return nx.bipartite.weighted_projected_graph(graph, nodes)


def links_of(network: Network) -> dict[frozenset[str], float]:
    """Weights by both ends."""
    names = network.nodes["id"]
    ends = zip(names.gather(network.sources), names.gather(network.targets), strict=True)
    return dict(zip(map(frozenset, ends), network.weights.tolist(), strict=True))


def measure_bipartite(images: pl.DataFrame, tags: pl.DataFrame, rounds: int) -> None:
    """Print what ``bipartite`` takes."""
    plain = BipartiteBuilder(BipartiteOptions(links_per_image=None))
    thorough = BipartiteBuilder(
        BipartiteOptions(
            threshold=0.55,
            links_per_image=8,
            maximum_share=0.2,
            idf=True,
            stop_tags=("tag 3",),
            backbone=0.5,
        )
    )
    built, reference = plain.build(images, tags.lazy()), with_networkx(images, tags)
    assert built.edge_count == reference.number_of_edges()
    assert set(built.nodes["id"]) == set(reference.nodes)
    ours, all_options, theirs = medians(
        rounds,
        lambda: plain.build(images, tags.lazy()),
        lambda: thorough.build(images, tags.lazy()),
        lambda: with_networkx(images, tags),
    )
    print(f"{images.height:,} images, {built.edge_count:,} links; medians of {rounds} rounds")
    print(f"bipartite              {ours:7.2f} s   {theirs / ours:6.1f} times networkx")
    print(
        f"bipartite, all options {all_options:7.2f} s   {theirs / all_options:6.1f} times networkx"
    )
    print(f"networkx               {theirs:7.2f} s")


def measure_projection(
    kind: str,
    every: GraphBuilder,
    best: GraphBuilder,
    tables: tuple[pl.DataFrame, pl.DataFrame],
    rounds: int,
) -> None:
    """Print what a projection takes, with every link and with the best of each node."""
    images, tags = tables[0], tables[1].with_columns(score=pl.lit(1.0))
    built = every.build(images, tags.lazy())
    assert isinstance(built, Network)
    reference = projection_with_networkx(images, tags, kind)
    edges = reference.edges(data="weight")
    assert links_of(built) == {frozenset((one, other)): weight for one, other, weight in edges}
    ours, ours_best, theirs = medians(
        rounds,
        lambda: every.build(images, tags.lazy()),
        lambda: best.build(images, tags.lazy()),
        lambda: projection_with_networkx(images, tags, kind),
    )
    print(f"{images.height:,} images, {built.edge_count:,} pairs of {kind}s share something")
    print(f"{kind + 's, every link':22} {ours:7.2f} s   {theirs / ours:6.1f} times networkx")
    print(
        f"{kind + 's, ten a node':22} {ours_best:7.2f} s   {theirs / ours_best:6.1f} times networkx"
    )
    print(f"networkx               {theirs:7.2f} s")


def measure_once(
    name: str, builder: GraphBuilder, images: pl.DataFrame, tags: pl.DataFrame
) -> None:
    """Print what a projection of the whole collection takes, and how much memory there was."""
    before = peak_memory()
    took = seconds(lambda: builder.build(images, tags.lazy()))
    print(
        f"{name} of {images.height:,} images, once: {took:.2f} s,"
        f" peak of memory {peak_memory():.2f} GiB ({before:.2f} with the tables alone)"
    )


def peak_memory() -> float:
    """Of this process so far, in GiB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--images", type=int, default=84_000)
    parser.add_argument("--projected", type=int, default=1_500)
    parser.add_argument("--rounds", type=int, default=5)
    arguments = parser.parse_args()

    compile_kernels()
    images, tags = tables_of(arguments.images)
    # First of all, so that the peak of memory is theirs.
    measure_once("tags", TagsBuilder(TagsOptions()), images, tags)
    measure_once("images", ImagesBuilder(ProjectionSelection()), images, tags)
    few = tables_of(arguments.projected)
    limit = arguments.projected
    measure_projection(
        IMAGE,
        ImagesBuilder(ProjectionSelection(likeness="shared", links_per_node=limit)),
        ImagesBuilder(ProjectionSelection()),
        few,
        arguments.rounds,
    )
    measure_projection(
        TAG,
        TagsBuilder(TagsOptions(likeness="shared", links_per_node=limit, minimum_images=1)),
        TagsBuilder(TagsOptions()),
        few,
        arguments.rounds,
    )
    measure_bipartite(images, tags, arguments.rounds)


if __name__ == "__main__":
    main()
