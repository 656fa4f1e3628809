"""A map as large as wanted, of planted topics."""

from __future__ import annotations

import numpy as np
import polars as pl
from drawn_pictures import ThumbnailStore, sizes
from numpy.typing import NDArray
from planted_topics import planted_topics

from tagatlas.contracts import ImageStore, Map, Provenance
from tagatlas_mapping.cluster import outlines


def words(count: int) -> list[str]:
    """So many labels of tags like words; every fifth has two, of which one is another's."""
    syllables = [first + second for first in "bdfgklmnprstvz" for second in "aeiou"]
    many = len(syllables)

    def word(number: int) -> str:
        parts = number % many, number // many % many, number // many**2 + number % 7
        return "".join(syllables[part % many] for part in parts)

    return [word(n) if n % 5 else f"{word(n // 5 + 1)} {word(n)}" for n in range(count)]


def planted_map(images: int, store: ImageStore | None = None) -> Map:
    """A map as large as that: each topic a disc of images, as close as they fit.

    Args:
        images: how many.
        store: of their pictures; drawn ones by default.
    """
    planted = planted_topics(images)
    network, topics = planted.network, planted.topics.astype(np.int32)
    tag_count = network.node_count - images
    places = _discs(topics)
    wide, high = sizes(images)
    longer = 1024
    clusters = int(topics.max()) + 1
    is_image = np.arange(network.node_count) < images
    none = [0] * tag_count
    padded = np.concatenate([places, np.zeros((tag_count, 2))])
    ids = [f"{row * 2654435761 % 2**32:08x}{row:056x}" for row in range(images)]
    names = words(tag_count)
    nodes = pl.DataFrame(
        {
            "id": ids + [f"tag:{name}" for name in names],
            "kind": ["image"] * images + ["tag"] * tag_count,
            "label": [f"picture {row}.jpg" for row in range(images)] + names,
            "x": padded[:, 0],
            "y": padded[:, 1],
            "width": np.concatenate([0.85 * wide / longer, np.ones(tag_count)]),
            "height": np.concatenate([0.85 * high / longer, np.ones(tag_count)]),
            "cluster": np.concatenate([topics, none]).astype(np.int32),
            "subcluster": pl.Series([None] * network.node_count, dtype=pl.Int32),
            "typicality": is_image.astype(float),
            "frequency": is_image.astype(np.int64),
            "records": is_image.astype(np.int64),
            "out_degree": network.out_degrees(),
            "in_degree": network.in_degrees(),
            "shown": np.ones(network.node_count, dtype=np.bool_),
        }
    )
    boxes = np.full((images, 2), 0.9)
    rings = outlines(places, boxes, topics, gap=0.2)
    counts = np.bincount(topics, minlength=clusters)
    typical = [np.flatnonzero(topics == cluster)[:6] for cluster in range(clusters)]
    table = pl.DataFrame(
        {
            "cluster": np.arange(clusters, dtype=np.int32),
            "name": [f"topic {cluster}" for cluster in range(clusters)],
            "automatic_name": [f"topic {cluster}" for cluster in range(clusters)],
            "plain_name": [f"topic {cluster}" for cluster in range(clusters)],
            "tags": [["a", "b"]] * clusters,
            "images": counts,
            "records": counts,
            "frequency": counts,
            "share": counts / images,
            "stability": [1.0] * clusters,
            "typical": [[ids[row] for row in rows] for rows in typical],
            "x": [float(places[topics == cluster, 0].mean()) for cluster in range(clusters)],
            "y": [float(places[topics == cluster, 1].mean()) for cluster in range(clusters)],
        }
    )
    tags = pl.DataFrame(
        {
            "image": nodes["id"].gather(network.sources),
            "tag": nodes["label"].gather(network.targets),
            "score": network.weights.astype(float),
        }
    )
    records = pl.DataFrame(
        {
            "image": ids,
            "location": [f"https://example.org/{row}.jpg" for row in range(images)],
            "frequency": np.ones(images, dtype=np.int64),
            "columns": [f'{{"year": "{1990 + row % 30}"}}' for row in range(images)],
            "copy": ids,
        }
    )
    return Map(
        name="planted",
        collection="planted",
        nodes=nodes,
        sources=network.sources,
        targets=network.targets,
        weights=network.weights,
        directed=True,
        clusters=table,
        subclusters=table.head(0).with_columns(pl.col("cluster").alias("subcluster")),
        stability=1.0,
        outlines=rings,
        tags=tags.sort("image", "score", "tag", descending=[False, True, False]).lazy(),
        records=records,
        provenance=Provenance([], {}, None, images, {}, "planted", "planted", {}, {}),
        store=store or ThumbnailStore(),
    )


def _discs(topics: NDArray[np.int32]) -> NDArray[np.float64]:
    """Images of a topic on a sunflower's spiral; the topics beside each other on a grid."""
    counts = np.bincount(topics)
    reach = np.sqrt(counts.max() / np.pi) * 2.4
    columns = int(np.ceil(np.sqrt(len(counts))))
    places = np.empty((len(topics), 2))
    for topic, count in enumerate(counts):
        number = np.arange(count)
        radius, angle = np.sqrt((number + 0.5) / np.pi) * 1.05, number * 2.399963
        row, column = divmod(topic, columns)
        places[topics == topic, 0] = column * reach + radius * np.cos(angle)
        places[topics == topic, 1] = row * reach + radius * np.sin(angle)
    return places
