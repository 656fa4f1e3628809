"""How true the names of clusters are.

Usage: python benchmarks/names.py ATLAS [ATLAS ...]

For the map made last in each atlas: of each cluster's name as it was made, and as it is made now
of the same clusters and tags, the tags and for each tag

- coverage: the share of the cluster's images that have it, with at least half of the image's best
  score,
- precision: the share of the images of the map with it, by the same measure, that are in the
  cluster;

then the means over all tags of names, and the number of names without a tag (``various``). Of
Debian's packages ``tuxpaint-stamps-default`` and ``openclipart-png``, an atlas is made by
``tagatlas run FOLDER --backend imagenet``.
"""

from __future__ import annotations

import argparse
import re
from collections.abc import Sequence
from pathlib import Path
from statistics import fmean

import numpy as np
from numpy.typing import NDArray

import tagatlas
from tagatlas.toolkit import row_of_entry, score_matrix
from tagatlas_mapping.cluster import name_clusters

Figures = list[tuple[str, float, float]]
"""Of the tags of a name: tag, coverage, precision."""


def tags_in(name: str, labels: Sequence[str]) -> list[str]:
    """The tags that a name is made of; labels may have commas and colons."""
    known = set(labels)
    found = []
    rest = name
    while rest:
        ends = [match.start() for match in re.finditer(r"[:,] |$", rest)]
        end = next((end for end in reversed(ends) if rest[:end] in known), ends[0])
        if rest[:end] in known:
            found.append(rest[:end])
        rest = rest[end + 2 :]
    return found


def figures_of(
    name: str, labels: Sequence[str], has: NDArray[np.bool_], inside: NDArray[np.bool_]
) -> Figures:
    """Coverage and precision of a name's tags.

    Args:
        name: of the cluster.
        labels: of the tags.
        has: which image has which tag, shape (images, tags).
        inside: mask of the cluster's images.
    """
    columns = {label: column for column, label in enumerate(labels)}
    figures = []
    for tag in tags_in(name, labels):
        own = has[:, columns[tag]]
        both = float((own & inside).sum())
        figures.append((tag, both / float(inside.sum()), both / max(1.0, float(own.sum()))))
    return figures


def show(names: Sequence[str], figures: Sequence[Figures], title: str) -> None:
    """Print names with their figures, and the means."""
    print(f"\n{title}")
    for name, own in zip(names, figures, strict=True):
        parts = ", ".join(f"{tag} {covers:.2f}/{holds:.2f}" for tag, covers, holds in own)
        print(f"  {name:44}{parts}")
    flat = [each for own in figures for each in own]
    firsts = [own[0] for own in figures if own]
    print(
        f"  coverage {fmean(each[1] for each in flat):.2f}"
        f" (of first tags {fmean(each[1] for each in firsts):.2f}),"
        f" precision {fmean(each[2] for each in flat):.2f}"
        f" (of first tags {fmean(each[2] for each in firsts):.2f}),"
        f" {sum(not own for own in figures)} of {len(names)} names without a tag"
    )


def measure(folder: Path) -> None:
    """Measure the names of one atlas's map."""
    with tagatlas.open_atlas(folder, tagatlas.load_plugins()) as atlas:
        drawn = tagatlas.load_map(atlas)
    images = drawn.images.select("id", "cluster").sort("id")
    clusters = images["cluster"].to_numpy().astype(np.int32)
    tags = drawn.tags.lazy()
    scores, labels = score_matrix(images.select("id"), tags)
    best = scores.max(axis=1).toarray().ravel()
    has = np.zeros(scores.shape, dtype=np.bool_)
    rows, kept = row_of_entry(scores), scores.data >= 0.5 * best[row_of_entry(scores)]
    has[rows[kept], scores.indices[kept]] = True
    now = name_clusters(scores, labels, clusters)["name"].to_list()
    print(f"\n{folder}: {images.height} images, {len(now)} clusters")
    for title, names in (("as made", drawn.clusters["automatic_name"].to_list()), ("now", now)):
        figures = [
            figures_of(name, labels, has, clusters == cluster) for cluster, name in enumerate(names)
        ]
        show(names, figures, f"{title} (tag coverage/precision)")


def main() -> None:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("atlases", type=Path, nargs="+", metavar="ATLAS")
    for folder in parser.parse_args().atlases:
        measure(folder)


if __name__ == "__main__":
    main()
