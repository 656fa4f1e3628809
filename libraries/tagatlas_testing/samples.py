"""Small, fixed sample data: tables, a network, a map; see also the pictures."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Sequence

import numpy as np
import polars as pl

from tagatlas.contracts import (
    Maker,
    Map,
    MapFile,
    MapWidget,
    NetworkDescription,
    Provenance,
    SourceFacts,
    Variant,
)
from tagatlas.contracts.annotation import Annotation, Arrow, Caption, Content, Note, Outline
from tagatlas.network import Network
from tagatlas.network.network import IMAGE, TAG
from tagatlas_testing.pictures import MemoryStore, sample_images, sample_thumbnails

ODD_LABELS = (
    "=cmd|' /C calc'!A0",
    "+1+cmd",
    "@SUM(1,2)",
    "\t=1+1",
    "\n=1+1",
    "<script>tagatlas_injected()</script>",
    "</script><tagatlas-injected>",
    '"><img src=x onerror="tagatlas_injected()">',
    "' onload='tagatlas_injected()",
    "]]><tagatlas-injected/><!--",
    "&amp; &lt;b&gt; & <",
    "quotes \" and ' and, commas; and \\ backslashes",
    "two\nlines\r\nand a third",
    "control \x00\x01\x08\x0b\x1b\x7f\ufffe characters",
    "emoji \U0001f9d1\U0001f3fd\u200d\U0001f680 \U0001f1ea\U0001f1fa",
    "\u0645\u0631\u062d\u0628\u0627 \u202e\u05e9\u05dc\u05d5\u05dd",
    "../../etc/passwd",
    "x" * 300,
    " ",
)
"""Unusual labels that a backend may give, which must be harmless."""


def sample_tables(
    images: int = 12, labels: Sequence[str] = ("cat", "dog", "tree", "car", "street", "sky")
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """An ``images`` and a ``tags`` table as a graph builder gets them.

    Every image has three tags with scores of 0.9, 0.8 and 0.7, and the labels are used in
    turn: with 12 images and 6 labels, each label has 6 images.

    Args:
        images: how many images.
        labels: the labels given; at least three.
    """
    ids = sorted(_sample_id(number) for number in range(images))
    table = pl.DataFrame(
        {
            "id": ids,
            "label": [f"picture {number}.jpg" for number in range(images)],
            "frequency": [1 + number % 4 for number in range(images)],
        },
        schema={"id": pl.String, "label": pl.String, "frequency": pl.Int64},
    )
    rows = [
        (image, labels[(number + place) % len(labels)], score)
        for number, image in enumerate(ids)
        for place, score in enumerate((0.9, 0.8, 0.7))
    ]
    schema = {"image": pl.String, "tag": pl.String, "score": pl.Float64}
    return table, pl.DataFrame(rows, schema=schema, orient="row")


def with_columns(images: pl.DataFrame, tags: pl.DataFrame, names: Collection[str]) -> pl.DataFrame:
    """The images with further columns that a graph builder reads, derived from their tags.

    An image's ``embedding`` has a value per label, its score; it is null if the image has
    none above 0. An image's ``records`` are one for each of its tags, with the label in the column
    ``tag`` and the image's id in the column ``picture``. Its ``thumbnail`` shows its tags in
    colours, and is missing if it has none.

    Args:
        images: as from :func:`sample_tables`.
        tags: as from :func:`sample_tables`, or changed.
        names: of the columns to add: some of ``embedding``, ``records`` and ``thumbnail``.
    """
    rows = {image: row for row, image in enumerate(images["id"])}
    labels = {label: column for column, label in enumerate(sorted(set(tags["tag"])) or ["none"])}
    scores = np.zeros((images.height, len(labels)), dtype=np.float32)
    records: list[list[dict[str, object]]] = [[] for _ in rows]
    for image, label, score in tags.select("image", "tag", "score").iter_rows():
        scores[rows[image], labels[label]] = score
        columns = json.dumps({"tag": label, "picture": image})
        records[rows[image]].append({"frequency": 1, "columns": columns})
    record = pl.Struct({"frequency": pl.Int64, "columns": pl.String})
    made = {
        "embedding": pl.Series(
            "embedding",
            [row.tolist() if row.any() else None for row in scores],
            dtype=pl.Array(pl.Float32, len(labels)),
        ),
        "records": pl.Series("records", records, dtype=pl.List(record)),
    }
    if "thumbnail" in names:
        thumbnails = sample_thumbnails(images["id"].to_list(), scores)
        made["thumbnail"] = pl.Series("thumbnail", thumbnails, dtype=pl.Object)
    return images.with_columns(made[name] for name in sorted(names))


def sample_network(
    images: int = 12, labels: Sequence[str] = ("cat", "dog", "tree", "car", "street", "sky")
) -> Network:
    """The network of :func:`sample_tables`: images first, then tags; weight = score."""
    table, tags = sample_tables(images, labels)
    ids = table["id"].to_list()
    used = tags["tag"].unique(maintain_order=True).to_list()
    row_of_image = {image: row for row, image in enumerate(ids)}
    row_of_tag = {label: len(ids) + row for row, label in enumerate(used)}
    nodes = pl.DataFrame(
        {
            "id": ids + [f"tag:{label}" for label in used],
            "kind": [IMAGE] * len(ids) + [TAG] * len(used),
            "label": table["label"].to_list() + used,
        },
        schema={"id": pl.String, "kind": pl.String, "label": pl.String},
    )
    return Network(
        nodes=nodes,
        sources=np.array([row_of_image[image] for image in tags["image"]], dtype=np.int32),
        targets=np.array([row_of_tag[label] for label in tags["tag"]], dtype=np.int32),
        weights=tags["score"].to_numpy().astype(np.float32),
    )


def sample_map(
    images: int = 12,
    labels: Sequence[str] = ("cat", "dog", "tree", "car", "street", "sky"),
    *,
    clusters: int = 2,
    thumbnail: tuple[int, int] = (160, 120),
) -> Map:
    """A map of the sample network, its pictures in a :class:`MemoryStore`.

    The first cluster has two sub-clusters; its first image is in neither. There is an annotation
    of each kind that draws something.

    Args:
        images: how many images.
        labels: labels of tags; they also name the clusters, fill the records' columns and are the
            texts of the annotations.
        clusters: how many clusters, at most ``images``; the nodes take turns.
        thumbnail: width and height of the pictures in pixels.
    """
    network = sample_network(images, labels)
    _, tags = sample_tables(images, labels)
    nodes = _placed_nodes(network, clusters, thumbnail)
    store = MemoryStore()
    for image, picture in zip(nodes["id"], sample_images(images, thumbnail), strict=False):
        for variant in Variant:
            store.put(image, variant, picture.data)
    return Map(
        name="sample",
        collection="sample",
        nodes=nodes,
        sources=network.sources,
        targets=network.targets,
        weights=network.weights,
        directed=network.directed,
        clusters=_clusters(nodes, labels, clusters),
        subclusters=_subclusters(nodes, labels),
        stability=0.9,
        outlines={cluster: _rings(nodes, cluster) for cluster in range(clusters)},
        tags=tags.lazy(),
        records=_records(nodes, labels),
        provenance=_provenance(images),
        store=store,
        annotations=_annotations(nodes, labels),
        files=[MapFile("map.png", "the poster", "sample")],
        make_widget=_widget,
    )


def _widget(map_: Map) -> MapWidget:
    from tagatlas.plugins import load_plugins
    from tagatlas.steps.widget import make_widget

    return make_widget(load_plugins(), map_)


def _sample_id(number: int) -> str:
    return hashlib.sha256(f"sample {number}".encode()).hexdigest()


def _placed_nodes(network: Network, clusters: int, size: tuple[int, int]) -> pl.DataFrame:
    """The network's nodes with the columns that a map adds: each cluster on a circle."""
    count = network.node_count
    row = np.arange(count)
    is_image = network.is_kind(IMAGE)
    cluster = row % clusters
    is_divided = is_image & (cluster == 0) & (row > 0)
    angle = 2.0 * np.pi * row / count
    width, height = size
    longer = max(size)
    return network.nodes.with_columns(
        x=pl.Series(40.0 * cluster + 10.0 * np.cos(angle)),
        y=pl.Series(10.0 * np.sin(angle)),
        width=pl.Series(np.where(is_image, 3.0 * width / longer, 1.0)),
        height=pl.Series(np.where(is_image, 3.0 * height / longer, 1.0)),
        cluster=pl.Series(cluster, dtype=pl.Int32),
        subcluster=pl.when(pl.Series(is_divided))
        .then(pl.Series(row // clusters % 2))
        .cast(pl.Int32),
        typicality=pl.Series(np.where(is_image, 1.0 / (1 + row), 0.0)),
        frequency=pl.Series(np.where(is_image, 1 + row % 4, 0), dtype=pl.Int64),
        records=pl.Series(np.where(is_image, 1 + row % 2, 0), dtype=pl.Int64),
        out_degree=pl.Series(network.out_degrees()),
        in_degree=pl.Series(network.in_degrees()),
        shown=pl.lit(value=True),
    )


def _clusters(nodes: pl.DataFrame, labels: Sequence[str], count: int) -> pl.DataFrame:
    named = pl.DataFrame(
        {
            "cluster": range(count),
            "name": [f"{labels[row % len(labels)]} {row}" for row in range(count)],
            "tags": [list(labels[row % len(labels) :]) for row in range(count)],
        },
        schema={"cluster": pl.Int32, "name": pl.String, "tags": pl.List(pl.String)},
    )
    places = nodes.filter(kind=IMAGE).group_by("cluster").agg(pl.col("x", "y").mean())
    return (
        _with_quantities(named, nodes)
        .join(places, on="cluster", how="left", maintain_order="left")
        .with_columns(colour=pl.col("cluster"), remainder=pl.lit(value=False))
    )


def _subclusters(nodes: pl.DataFrame, labels: Sequence[str]) -> pl.DataFrame:
    there = nodes["subcluster"].drop_nulls().unique().sort()
    named = pl.DataFrame(
        {
            "subcluster": there,
            "cluster": [0] * len(there),
            "name": [f"{labels[row % len(labels)]} part {row}" for row in there],
            "tags": [list(labels[row % len(labels) :][:3]) for row in there],
        },
        schema={
            "subcluster": pl.Int32,
            "cluster": pl.Int32,
            "name": pl.String,
            "tags": pl.List(pl.String),
        },
    )
    return _with_quantities(named, nodes)


def _annotations(nodes: pl.DataFrame, labels: Sequence[str]) -> list[Annotation]:
    """One of each kind that draws something, around and beside the first image."""
    image, x, y = nodes.select("id", "x", "y").row(0)
    corners = ((x - 4.0, y - 4.0), (x + 4.0, y - 4.0), (x + 4.0, y + 4.0), (x - 4.0, y + 4.0))
    texts = [labels[number % len(labels)] for number in range(4)]
    contents: list[Content] = [
        Outline(corners, "#b3261e", texts[0]),
        Arrow((x + 15.0, y + 8.0), (x + 4.0, y + 1.0), "#00639b", texts[1]),
        Caption((x, y - 6.0), texts[2], 1.5, "#1b5e20"),
        Note((x, y), texts[3], "#b3261e", image=image),
    ]
    return [
        Annotation(f"sample-{number}", "sample", content, number, "2024-01-31T12:00:00+00:00")
        for number, content in enumerate(contents, start=1)
    ]


def _with_quantities(named: pl.DataFrame, nodes: pl.DataFrame) -> pl.DataFrame:
    """The table with the columns that count the contents of each row."""
    level = named.columns[0]
    images = nodes.filter(pl.col("kind") == IMAGE)
    quantities = images.group_by(level, maintain_order=True).agg(
        images=pl.len().cast(pl.Int64),
        records=pl.col("records").sum(),
        frequency=pl.col("frequency").sum(),
        share=pl.len() / images.height,
        typical=pl.col("id").head(6),
    )
    return named.join(quantities, on=level, how="left", maintain_order="left").select(
        *named.columns[:-1],
        pl.col("name").alias("automatic_name"),
        pl.col("name").alias("plain_name"),
        "tags",
        "images",
        "records",
        "frequency",
        "share",
        pl.lit(0.8).alias("stability"),
        "typical",
    )


def _rings(
    nodes: pl.DataFrame, cluster: int
) -> list[np.ndarray[tuple[int, int], np.dtype[np.float64]]]:
    """One rectangle around the cluster's images."""
    own = nodes.filter((pl.col("kind") == IMAGE) & (pl.col("cluster") == cluster))
    places = own.select("x", "y").to_numpy()
    (left, bottom), (right, top) = places.min(axis=0) - 3.0, places.max(axis=0) + 3.0
    return [np.array([[left, bottom], [right, bottom], [right, top], [left, top]])]


def _records(nodes: pl.DataFrame, labels: Sequence[str]) -> pl.DataFrame:
    rows = [
        (
            node["id"],
            f"https://example.org/{number}/{labels[number % len(labels)]}",
            node["frequency"] - node["records"] + 1 if number == 0 else 1,
            json.dumps({"user": labels[number % len(labels)], "id": f"00{number}"}),
        )
        for node in nodes.filter(pl.col("kind") == IMAGE).iter_rows(named=True)
        for number in range(node["records"])
    ]
    schema = {
        "image": pl.String,
        "location": pl.String,
        "frequency": pl.Int64,
        "columns": pl.String,
    }
    return pl.DataFrame(rows, schema=schema, orient="row").with_columns(copy="image")


def _provenance(images: int) -> Provenance:
    recognised = f"generic table: {images} records"
    source = SourceFacts("sample.csv", recognised, "2024-03-01T12:00:00+00:00", images)
    return Provenance(
        sources=[source],
        addresses={"ok": images, "missing": 2, "blocked": 1},
        fetched_between=("2024-03-01", "2024-03-02"),
        images=images,
        taggings={"ok": images, "empty": 0, "failed": 0},
        tagger="sample",
        fingerprint="sample 1",
        settings={"seed": 0, "threshold": 0.1, "layout": "sample", "idf": True},
        versions={"tagatlas": "0.1.0", "polars": "1.20.0"},
        builder=Maker(description=NetworkDescription(placed_by="the tags they share")),
    )
