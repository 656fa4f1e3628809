"""How well a map shows the folders that people sorted its images into, and its own clusters.

Usage: python benchmarks/map_quality.py ATLAS LABELS.csv [--seeds N] [--likeness SHARE ...]

ATLAS has the tags, and the embeddings, of a backend (`tagatlas run FOLDER --out ATLAS` makes it);
LABELS.csv has a row `file name,label` for each image and no header. Prints for each way of laying
images out, as the mean of the seeds (5 unless said): which share of an image's ten nearest on the
map has its label, and which is of its cluster, before and after overlaps are removed; the number of
outlines of a cluster; the share of images within their cluster's largest; and the processor time
from the network to the places. The ways are the network of tags alone, the default, other shares of
likeness, the network of embeddings (`knn`), and UMAP and t-SNE of the embeddings where the packages
umap-learn and openTSNE are installed. The first lines have the ten most similar of each image by
tags, and by tags and embedding together, as clusters are found: what a map could show at best.
"""

from __future__ import annotations

import argparse
import csv
import importlib.util
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import polars as pl
import shapely
from numpy.typing import NDArray
from scipy.spatial import cKDTree

import tagatlas
from tagatlas.contracts import Clusterer, GraphBuilder, Layout, MapData, Progress, no_progress
from tagatlas.network import IMAGE, Network
from tagatlas.plugins import GRAPH_BUILDERS, LAYOUTS
from tagatlas.steps.map import backend_to_map
from tagatlas.steps.network import builder_images
from tagatlas.toolkit import default_clusterer
from tagatlas_mapping.cluster.neighbours import similar_images
from tagatlas_mapping.cluster.scores import score_matrix
from tagatlas_mapping.cluster.vectors import image_vectors
from tagatlas_mapping.maps.build import draw_map
from tagatlas_mapping.maps.options import MapOptions

NEIGHBOURS = 10

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Collection:
    """The n images of an atlas that have a label.

    Attributes:
        images: as a map has them, ordered by id.
        tags: of the images.
        embeddings: shape (n, d); None if the backend stores none.
        labels: shape (n,).
        networks: by the graph builder's name.
        clusterer: the default one.
        layout: the default one.
    """

    images: pl.DataFrame
    tags: pl.DataFrame
    embeddings: NDArray[np.float16] | None
    labels: NDArray[np.str_]
    networks: dict[str, Network]
    clusterer: Clusterer
    layout: Layout


class Observed(Layout):
    """Another layout, whose places of images are kept.

    Attributes:
        placed: images' places by id, of the last layout.
    """

    def __init__(self, layout: Layout) -> None:
        self._layout = layout
        self.placed = pl.DataFrame()

    def place(self, network: Network, *, start: Array, seed: int, progress: Progress) -> Array:
        """Place the nodes as that layout does."""
        places = self._layout.place(network, start=start, seed=seed, progress=progress)
        self.placed = pl.DataFrame(
            {"id": network.nodes["id"], "x": places[:, 0], "y": places[:, 1]}
        )
        return places


class Embedded(Layout):
    """Places images by their embeddings alone, and tags in the middle.

    Args:
        ids: of the images.
        embeddings: of them, shape (n, d).
        reduce: these and a seed to places, shape (n, 2).
    """

    def __init__(
        self,
        ids: pl.Series,
        embeddings: NDArray[np.float32],
        reduce: Callable[[NDArray[np.float32], int], Array],
    ) -> None:
        self._rows = {each: row for row, each in enumerate(ids)}
        self._embeddings, self._reduce = embeddings, reduce

    def place(self, network: Network, *, start: Array, seed: int, progress: Progress) -> Array:
        """Place the nodes; the network and the start do not matter."""
        del progress
        rows = [self._rows[each] for each in network.nodes.filter(kind=IMAGE)["id"]]
        places = np.zeros_like(start)
        places[network.is_kind(IMAGE)] = self._reduce(self._embeddings, seed)[rows]
        return places


def umap_of(embeddings: NDArray[np.float32], seed: int) -> Array:
    """UMAP with its default settings, by the cosine."""
    import umap

    reducer = umap.UMAP(metric="cosine", random_state=seed, n_jobs=1)
    return np.asarray(reducer.fit_transform(embeddings), dtype=np.float64)


def tsne_of(embeddings: NDArray[np.float32], seed: int) -> Array:
    """t-SNE with openTSNE's default settings, by the cosine."""
    from openTSNE import TSNE

    return np.asarray(TSNE(metric="cosine", random_state=seed).fit(embeddings), dtype=np.float64)


def read(atlas_folder: Path, labels: dict[str, str]) -> Collection:
    """The labelled images of an atlas, as its backend used last tagged them."""
    plugins = tagatlas.load_plugins()
    with tagatlas.open_atlas(atlas_folder, plugins) as atlas:
        backend = backend_to_map(atlas, None)
        images = atlas.catalog.addresses.images()
        names = images["location"].str.split("/").list.last()
        images = images.with_columns(label=names).filter(names.is_in(list(labels)))
        tags = atlas.catalog.tagging.tags(backend.id).collect()
        tags = tags.filter(pl.col("image").is_in(images["id"].implode()))
        embeddings = atlas.catalog.tagging.embeddings(backend.id, images["id"])
        networks = {}
        for name in ("bipartite", "knn"):
            builder: GraphBuilder = plugins.choose(GRAPH_BUILDERS, name, {}).product
            if embeddings is not None or "embedding" not in builder.reads:
                given = builder_images(atlas, backend, builder, images, embeddings)
                networks[name] = builder.build(given, tags.lazy())
    return Collection(
        images,
        tags,
        embeddings,
        np.array([labels[name] for name in images["label"]]),
        networks,
        default_clusterer(plugins),
        plugins.choose(LAYOUTS, MapOptions().layout, {}).product,
    )


def same(places: Array, groups: NDArray[np.generic]) -> float:
    """Share of the ten nearest that are of the same group."""
    _, near = cKDTree(places).query(places, k=range(2, NEIGHBOURS + 2))
    return float((groups[near] == groups[:, None]).mean())


def in_largest(drawing: MapData) -> float:
    """Share of the images that lie within the largest outline of their cluster."""
    nodes = drawing.nodes.filter(kind=IMAGE)
    inside = 0
    for cluster, rings in drawing.outlines.items():
        points = shapely.points(nodes.filter(cluster=cluster).select("x", "y").to_numpy())
        held = [shapely.contains(shapely.Polygon(ring).buffer(0), points).sum() for ring in rings]
        inside += max(held, default=0)
    return inside / nodes.height


def measure(collection: Collection, way: str, likeness: float, layout: Layout, seed: int) -> Array:
    """The figures of one map, in the order of the table."""
    observed = Observed(layout)
    began = time.process_time()
    drawing = draw_map(
        collection.networks[way],
        collection.images,
        collection.tags.lazy(),
        observed,
        collection.clusterer,
        replace(MapOptions(), likeness=likeness, seed=seed),
        embeddings=collection.embeddings,
        old_positions=None,
        progress=no_progress,
    )
    seconds = time.process_time() - began
    labels = dict(zip(collection.images["id"], collection.labels, strict=True))
    nodes = drawing.nodes.filter(kind=IMAGE)
    before = nodes.select("id").join(observed.placed, on="id", how="left", maintain_order="left")
    groups = {"label": np.array([labels[each] for each in nodes["id"]])}
    groups["cluster"] = nodes["cluster"].to_numpy()
    figures = [
        same(table.select("x", "y").to_numpy(), groups[by])
        for by in ("label", "cluster")
        for table in (before, nodes)
    ]
    outlines = np.mean([len(rings) for rings in drawing.outlines.values()])
    return np.array([*figures, outlines, in_largest(drawing), seconds])


def show_best(collection: Collection) -> None:
    """Print how many of the ten most similar have the same label, in the vectors' own space."""
    scores, _ = score_matrix(collection.images, collection.tags.lazy())
    spaces = {"tags": image_vectors(scores, None)}
    if collection.embeddings is not None:
        spaces["tags and embeddings"] = image_vectors(scores, collection.embeddings)
    for name, vectors in spaces.items():
        found, _ = similar_images(vectors, NEIGHBOURS)
        shared = collection.labels[found] == collection.labels[:, None]
        print(f"ten most similar by {name}: {shared[found >= 0].mean():.3f} have the same label")


def main() -> None:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("atlas", type=Path)
    parser.add_argument("labels", type=Path)
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--likeness", type=float, nargs="*", default=[])
    asked = parser.parse_args()
    with asked.labels.open(encoding="utf-8", newline="") as file:
        collection = read(asked.atlas, dict(csv.reader(file)))
    print(f"{len(collection.labels):,} images, {len(set(collection.labels))} labels")
    show_best(collection)
    default = MapOptions().likeness
    ways: dict[str, tuple[str, float, Layout]] = {
        "tags alone": ("bipartite", 0.0, collection.layout),
        f"default (likeness {default})": ("bipartite", default, collection.layout),
    }
    for share in asked.likeness:
        ways[f"likeness {share}"] = ("bipartite", share, collection.layout)
    if collection.embeddings is not None:
        ways["knn"] = ("knn", 0.0, collection.layout)
        embeddings = collection.embeddings.astype(np.float32)
        for name, package, reduce in (
            ("UMAP of embeddings", "umap", umap_of),
            ("t-SNE of embeddings", "openTSNE", tsne_of),
        ):
            if importlib.util.find_spec(package) is None:
                print(f"no row {name}: the package {package} is not installed")
                continue
            ids = collection.images["id"]
            ways[name] = ("bipartite", 0.0, Embedded(ids, embeddings, reduce))
    else:
        print("no rows knn, UMAP, t-SNE: the backend stores no embeddings")
    print(f"{'':24} same label     same cluster   outlines  in largest  seconds")
    for name, (network, share, layout) in ways.items():
        runs = [measure(collection, network, share, layout, seed) for seed in range(asked.seeds)]
        figures = np.mean(runs, axis=0)
        print(
            f"{name:24} {figures[0]:.3f} > {figures[1]:.3f}  {figures[2]:.3f} > {figures[3]:.3f}"
            f"  {figures[4]:8.1f}  {figures[5]:10.3f}  {figures[6]:7.2f}",
            flush=True,
        )


if __name__ == "__main__":
    main()
