"""A map of drawn pictures in themes, for the renderers' tests and benchmarks."""

from __future__ import annotations

import hashlib
import math
from functools import cache
from io import BytesIO

import numpy as np
import polars as pl
from numpy.typing import NDArray
from PIL import Image, ImageDraw
from shapely import MultiPolygon, Polygon, box, union_all

from tagatlas.contracts import (
    Maker,
    Map,
    MapFile,
    NetworkDescription,
    Provenance,
    SourceFacts,
    Variant,
)
from tagatlas.testing import MemoryStore

THEMES = (
    ("parrot · macaw", ("bird", "parrot", "macaw"), (46, 139, 87)),
    ("sports car", ("vehicle", "car", "sports car"), (178, 34, 34)),
    ("acoustic guitar", ("instrument", "guitar", "acoustic guitar"), (160, 100, 40)),
    ("daisy", ("flower", "daisy"), (240, 200, 60)),
    ("lighthouse · seashore", ("coast", "lighthouse"), (70, 130, 180)),
    ("tabby cat", ("cat", "tabby"), (150, 120, 100)),
    ("espresso", ("drink", "cup", "espresso"), (90, 60, 45)),
    ("steam locomotive", ("vehicle", "train"), (70, 70, 80)),
    ("pizza", ("food", "pizza"), (220, 120, 50)),
)
"""Name, tags and colour of each theme."""

_SHAPES = ((256, 192), (192, 256), (256, 256), (256, 144), (256, 171))
_GAP = 0.25


def themed_map(images: int = 150, names: tuple[str, ...] = (), pictures: int = 18) -> Map:
    """A map of nine themes; the first has most images.

    Args:
        images: how many images.
        names: names of the themes, which also become their first tag; the usual ones if empty.
        pictures: number of different pictures; they are used in turn.
    """
    rank = (np.arange(images) + 0.5) / images
    theme_of = (len(THEMES) * rank**1.6).astype(np.int64)
    ids = [hashlib.sha256(f"themed {row}".encode()).hexdigest() for row in range(images)]
    labels = [(*names[i : i + 1], *tags) for i, (_, tags, _) in enumerate(THEMES)]
    tags = sorted({tag for some in labels for tag in some})
    nodes = _nodes(ids, tags, theme_of, labels)
    table = pl.DataFrame(
        [
            (ids[row], tag, 0.95 - 0.1 * place)
            for row, theme in enumerate(theme_of)
            for place, tag in enumerate(labels[theme])
        ],
        schema={"image": pl.String, "tag": pl.String, "score": pl.Float64},
        orient="row",
    )
    row_of = {node: row for row, node in enumerate(nodes["id"])}
    return Map(
        name="themed",
        collection="sample",
        nodes=nodes,
        sources=np.array([row_of[image] for image in table["image"]], dtype=np.int32),
        targets=np.array([row_of[f"tag:{tag}"] for tag in table["tag"]], dtype=np.int32),
        weights=table["score"].to_numpy().astype(np.float32),
        directed=True,
        clusters=_clusters(nodes, names, labels),
        subclusters=_subclusters(nodes),
        stability=0.87,
        outlines={theme: _rings(nodes, theme) for theme in range(len(THEMES))},
        tags=table.lazy(),
        records=pl.DataFrame(
            {
                "image": ids,
                "location": [f"https://example.org/{row}.jpg?a=1&b=2" for row in range(images)],
                "frequency": [1 + row % 5 for row in range(images)],
                "columns": ["{}"] * images,
                "copy": ids,
            }
        ),
        provenance=_provenance(images),
        store=_store(ids, theme_of, pictures),
        files=[MapFile("map.png", "the poster", "poster")],
    )


def _nodes(
    ids: list[str],
    tags: list[str],
    theme_of: NDArray[np.int64],
    labels: list[tuple[str, ...]],
) -> pl.DataFrame:
    cluster_of_tag = [next(i for i, some in enumerate(labels) if tag in some) for tag in tags]
    cluster = np.concatenate([theme_of, cluster_of_tag])
    shape = np.array([_SHAPES[row % len(_SHAPES)] for row in range(len(ids))]) / 256
    size = np.concatenate([shape, np.full((len(tags), 2), 0.4)])
    return pl.DataFrame(
        {
            "id": ids + [f"tag:{tag}" for tag in tags],
            "kind": ["image"] * len(ids) + ["tag"] * len(tags),
            "label": [f"picture {row}.jpg" for row in range(len(ids))] + tags,
            **dict(zip("xy", _places(cluster).T, strict=True)),
            "width": size[:, 0],
            "height": size[:, 1],
            "cluster": pl.Series(cluster, dtype=pl.Int32),
            "subcluster": _halves(cluster, len(ids)),
            "typicality": [1 / (1 + row % 7) for row in range(len(ids))] + [0.0] * len(tags),
            "frequency": [1 + row % 5 for row in range(len(ids))] + [0] * len(tags),
            "records": [1] * len(ids) + [0] * len(tags),
            "out_degree": [len(labels[theme]) for theme in theme_of] + [0] * len(tags),
            "in_degree": [0] * len(ids) + [1] * len(tags),
            "shown": [True] * (len(ids) + len(tags)),
        },
        schema_overrides={"out_degree": pl.Int64, "in_degree": pl.Int64},
    )


def _places(cluster: NDArray[np.int64]) -> NDArray[np.float64]:
    """Every theme is a disc of grid cells; the discs lie on a sunflower's spiral."""
    places = np.empty((len(cluster), 2))
    sizes = np.bincount(cluster)
    grid = np.mgrid[-40:41, -40:41].reshape(2, -1).T.astype(float)
    grid = grid[np.argsort(np.hypot(grid[:, 0] + 0.1, grid[:, 1] + 0.2), kind="stable")]
    for theme, size in enumerate(sizes):
        # The spiral's discs are as large as the themes up to here need, and a margin.
        radius = math.sqrt(sizes[: theme + 1].sum() * 2.4 / math.pi) if theme else 0.0
        angle = theme * math.pi * (3 - math.sqrt(5))
        centre = 1.05 * radius * np.array([math.cos(angle), math.sin(angle)])
        places[cluster == theme] = centre + grid[:size] * (1 + _GAP / 2)
    return places


def _rings(nodes: pl.DataFrame, theme: int) -> list[NDArray[np.float64]]:
    own = nodes.filter(kind="image", cluster=theme)
    boxes = [
        box(x - w / 2, y - h / 2, x + w / 2, y + h / 2)
        for x, y, w, h in own.select("x", "y", "width", "height").iter_rows()
    ]
    hull = union_all(boxes).buffer(1.2).buffer(-0.8)
    parts = hull.geoms if isinstance(hull, MultiPolygon) else [hull]
    return [
        np.array(part.exterior.coords)[:-1]
        for part in parts
        if isinstance(part, Polygon) and not part.is_empty
    ]


def _clusters(
    nodes: pl.DataFrame, names: tuple[str, ...], labels: list[tuple[str, ...]]
) -> pl.DataFrame:
    images = nodes.filter(kind="image")
    rows = []
    for theme, (name, _, _) in enumerate(THEMES):
        own = images.filter(cluster=theme)
        rows.append(
            {
                "cluster": theme,
                "name": names[theme] if theme < len(names) else name,
                "automatic_name": names[theme] if theme < len(names) else name,
                "plain_name": names[theme] if theme < len(names) else name,
                "tags": list(labels[theme]),
                "images": own.height,
                "records": int(own["records"].sum()),
                "frequency": int(own["frequency"].sum()),
                "share": own.height / images.height,
                "stability": 0.95 - 0.05 * theme,
                "typical": own.sort("typicality", descending=True)["id"].head(6).to_list(),
                "x": _mean(own["x"]),
                "y": _mean(own["y"]),
            }
        )
    return pl.DataFrame(rows, schema_overrides={"cluster": pl.Int32})


def _halves(cluster: NDArray[np.int64], images: int) -> pl.Series:
    """The sub-cluster of each node: the images of the first theme take turns in two."""
    rows = [row % 2 if row < images and theme == 0 else None for row, theme in enumerate(cluster)]
    return pl.Series(rows, dtype=pl.Int32)


def _subclusters(nodes: pl.DataFrame) -> pl.DataFrame:
    images = nodes.filter(kind="image")
    rows = []
    for number, tag in enumerate(("macaw", "parrot")):
        own = images.filter(subcluster=number)
        rows.append(
            {
                "subcluster": number,
                "cluster": 0,
                "name": tag,
                "automatic_name": tag,
                "plain_name": tag,
                "tags": [tag],
                "images": own.height,
                "records": int(own["records"].sum()),
                "frequency": int(own["frequency"].sum()),
                "share": own.height / images.height,
                "stability": 0.8,
                "typical": own["id"].head(6).to_list(),
            }
        )
    return pl.DataFrame(rows, schema_overrides={"subcluster": pl.Int32, "cluster": pl.Int32})


def _mean(column: pl.Series) -> float:
    return float(np.mean(column.to_numpy())) if len(column) else 0.0


def _store(ids: list[str], theme_of: NDArray[np.int64], pictures: int) -> MemoryStore:
    store = MemoryStore()
    for row, image_id in enumerate(ids):
        files = _drawn(row % len(_SHAPES), int(theme_of[row]), row % max(1, pictures // 9))
        for variant, data in zip((Variant.THUMBNAIL, Variant.IMAGE), files, strict=True):
            store.put(image_id, variant, data)
    return store


@cache  # drawing takes far longer than all else here
def _drawn(shape: int, theme: int, number: int) -> tuple[bytes, bytes]:
    """A picture's thumbnail and itself, as JPEG."""
    return _encode(_picture(shape, theme, number))


def _picture(shape: int, theme: int, number: int) -> Image.Image:
    """A sky, a ground, and the theme's colour in discs: soft, like a photograph from afar."""
    dice = np.random.default_rng([shape, theme, number])
    width, height = (side * 2 for side in _SHAPES[shape])
    sky = np.array([205, 220, 232]) + dice.integers(-25, 20, 3)
    ground = np.array([120, 130, 90]) + dice.integers(-40, 40, 3)
    ramp = np.linspace(0, 1, height)[:, None, None]
    noise = dice.normal(0, 6, (height, width, 1))
    pixels = np.where(ramp < 0.66, sky * (1 - ramp / 4), ground * (1.2 - ramp / 3)) + noise
    picture = Image.fromarray(pixels.clip(0, 255).astype(np.uint8))
    draw = ImageDraw.Draw(picture)
    for _ in range(4):
        x, y = dice.uniform(0.2, 0.8) * width, dice.uniform(0.35, 0.75) * height
        radius = dice.uniform(0.08, 0.22) * height
        red, green, blue = (np.array(THEMES[theme][2]) + dice.integers(-35, 35, 3)).clip(0, 255)
        draw.ellipse((x - radius, y - radius, x + radius, y + radius), (red, green, blue))
    return picture


def _encode(picture: Image.Image) -> tuple[bytes, bytes]:
    whole, small = BytesIO(), BytesIO()
    picture.save(whole, "JPEG", quality=85)
    picture.resize((picture.width // 2, picture.height // 2)).save(small, "JPEG", quality=85)
    return small.getvalue(), whole.getvalue()


def _provenance(images: int) -> Provenance:
    return Provenance(
        sources=[
            SourceFacts(
                location="themes.csv",
                recognised=f"generic table: {images} records",
                added_at="2024-03-01T12:00:00+00:00",
                records=images,
            )
        ],
        addresses={"ok": images},
        fetched_between=("2024-03-01", "2024-03-01"),
        images=images,
        taggings={"ok": images},
        tagger="imagenet",
        fingerprint="imagenet 1",
        settings={"seed": 0},
        versions={"tagatlas": "0.1.0"},
        builder=Maker(description=NetworkDescription(placed_by="the tags they share")),
    )
