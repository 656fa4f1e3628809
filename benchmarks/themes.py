"""How well the clusters of a real collection agree with the folders that people sorted it into.

Usage: python benchmarks/themes.py FOLDER [--leave-out PART]... [--set OPTION=VALUE]...

FOLDER's top folders are the labels; files with a PART in their path are left out. Prints the
adjusted mutual information of the clusters with the folders for Leiden on the network as it is
drawn, for our clusters by tags alone and with embeddings, for k-means and Ward, which are told the
number of folders, and HDBSCAN, UMAP with HDBSCAN and EVoC (where they are installed) on the same
vectors, and our ratio to the first, each the mean of ten seeds; then each cluster's name. On
Debian's package `tuxpaint-stamps-default`: FOLDER is /usr/share/tuxpaint/stamps, PARTs are symbols
and cartoon.
"""

from __future__ import annotations

import argparse
import json
import shutil
from collections.abc import Callable, Sequence
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from statistics import mean
from tempfile import TemporaryDirectory

import numpy as np
import polars as pl
from numpy.typing import NDArray
from sklearn.cluster import HDBSCAN, AgglomerativeClustering, KMeans
from sklearn.metrics import adjusted_mutual_info_score

import tagatlas
from tagatlas.toolkit import cluster_images, default_clusterer, image_vectors, score_matrix
from tagatlas_clusterers.leiden.communities import leiden
from tagatlas_clusterers.vectors import dense

Peers = dict[str, Callable[[int], list[int]]]

SEEDS = 10


def copy_images(folder: Path, left_out: Sequence[str], target: Path) -> None:
    """Copy the files whose path has none of the parts, in their folders."""
    for path in sorted(folder.rglob("*")):
        relative = path.relative_to(folder)
        if path.is_file() and not any(part in str(relative).lower() for part in left_out):
            (target / relative.parent).mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, target / relative)


def map_folder(
    folder: Path, atlas_folder: Path, options: dict[str, str]
) -> tuple[tagatlas.Map, NDArray[np.float16] | None]:
    """The map of a folder, made with the default plugins, and the embeddings of its images.

    Args:
        folder: of images.
        atlas_folder: where the atlas is made.
        options: of the tagger, by name.
    """
    plugins = tagatlas.load_plugins()
    with tagatlas.open_atlas(atlas_folder, plugins, create=True) as atlas:
        tagatlas.add(atlas, folder)
        tagatlas.fetch(atlas)
        atlas.settings.update("tagger.imagenet", options)
        tagatlas.tag(atlas, backend="imagenet")
        tagatlas.map(atlas, name="map")
        drawn = tagatlas.load_map(atlas)
        backend = atlas.catalog.tagging.last_used()
        assert backend is not None
        return drawn, atlas.catalog.tagging.embeddings(backend.id, drawn.images["id"])


def clusters_of_network(drawn: tagatlas.Map, seed: int) -> list[int]:
    """Leiden communities of the network as it is drawn, of its images, in order."""
    network = tagatlas.Network(
        drawn.nodes.select("id", "kind", "label"), drawn.sources, drawn.targets, drawn.weights
    )
    labels: list[int] = leiden(network.adjacency(), 1.0, seed)[network.is_kind("image")].tolist()
    return labels


def our_clusters(
    drawn: tagatlas.Map, embeddings: NDArray[np.float16] | None, seed: int
) -> list[int]:
    """Our clusters of the images, in order, with the default settings and another seed."""
    images = drawn.images.select("id").with_row_index("row").sort("id")
    scores, labels = score_matrix(images, drawn.tags)
    own = None if embeddings is None else embeddings[images["row"].to_numpy()]
    clusterer = default_clusterer(tagatlas.load_plugins())
    found = cluster_images(clusterer, scores, labels, own, seed=seed)
    return images.with_columns(cluster=found).sort("row")["cluster"].to_list()


def peers(drawn: tagatlas.Map, embeddings: NDArray[np.float16] | None, count: int) -> Peers:
    """Other methods on the vectors that our clusters are found by; two are given the number."""
    images = drawn.images.select("id").with_row_index("row").sort("id")
    scores, _ = score_matrix(images, drawn.tags)
    own = None if embeddings is None else embeddings[images["row"].to_numpy()]
    vectors = dense(image_vectors(scores, own))[np.argsort(images["row"].to_numpy())]
    ward = AgglomerativeClustering(count).fit_predict(vectors).tolist()
    regions = HDBSCAN(min_cluster_size=5, min_samples=2, copy=True).fit_predict(vectors).tolist()
    methods = {
        "k-means": lambda seed: (
            KMeans(count, n_init=10, random_state=seed).fit_predict(vectors).tolist()
        ),
        "Ward": lambda _: ward,
        "HDBSCAN": lambda _: regions,
    }
    for name, (package, find) in {
        "UMAP with HDBSCAN": ("umap", umap_with_hdbscan),
        "EVoC": ("evoc", evoc),
    }.items():
        if find_spec(package) is None:
            print(f"{name}: {package} is not installed")
        else:
            methods[name] = partial(find, vectors)
    return methods


def umap_with_hdbscan(vectors: NDArray[np.float32], seed: int) -> list[int]:
    """HDBSCAN in the five dimensions that UMAP finds, as topic models have it."""
    import umap

    placed = umap.UMAP(
        n_components=5, min_dist=0.0, metric="cosine", random_state=seed, n_jobs=1
    ).fit_transform(vectors)
    found: list[int] = HDBSCAN(min_cluster_size=5, copy=True).fit_predict(placed).tolist()
    return found


def evoc(vectors: NDArray[np.float32], seed: int) -> list[int]:
    """EVoC with its own settings."""
    from evoc import EVoC

    found: list[int] = EVoC(random_state=seed).fit_predict(vectors).tolist()
    return found


def agreements(truth: list[str], find: Callable[[int], list[int]]) -> list[float]:
    """Adjusted mutual information with the truth, seed by seed."""
    return [float(adjusted_mutual_info_score(truth, find(seed))) for seed in range(SEEDS)]


def main() -> None:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--leave-out", action="append", default=[], metavar="PART")
    parser.add_argument("--set", action="append", default=[], metavar="OPTION=VALUE")
    arguments = parser.parse_args()
    options = dict(pair.split("=", 1) for pair in arguments.set)
    with TemporaryDirectory() as scratch:
        copied = Path(scratch, "images")
        copy_images(arguments.folder, arguments.leave_out, copied)
        drawn, embeddings = map_folder(copied, Path(scratch, "themes.atlas"), options)
    folders = {
        image: json.loads(columns)["folder"]
        for image, columns in drawn.records.select("image", "columns").reverse().iter_rows()
    }
    images = drawn.images
    truth = [folders[image] for image in images["id"]]
    flat = agreements(truth, partial(clusters_of_network, drawn))
    tags_alone = agreements(truth, partial(our_clusters, drawn, None))
    ours = agreements(truth, partial(our_clusters, drawn, embeddings))
    print(f"{images.height} images on the map, {len(set(truth))} folders, ", end="")
    print(f"{drawn.clusters.height} clusters")
    methods = {
        "Leiden on the network as drawn": flat,
        "our clusters, by tags alone": tags_alone,
        "our clusters": ours,
    }
    for name, find in peers(drawn, embeddings, len(set(truth))).items():
        methods[name] = agreements(truth, find)
    for name, found in methods.items():
        spread = f"{min(found):.3f} to {max(found):.3f}"
        print(f"{name}: AMI {mean(found):.3f}, {SEEDS} seeds from {spread}")
    print(f"ratio {mean(ours) / mean(flat):.2f}")
    with pl.Config(tbl_rows=-1, tbl_hide_dataframe_shape=True, fmt_str_lengths=60):
        print(drawn.clusters.select("name", "images"))


if __name__ == "__main__":
    main()
