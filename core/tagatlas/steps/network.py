"""The network of a map: input of its graph builder, and checks of the result."""

from __future__ import annotations

import numpy as np
import polars as pl
from numpy.typing import NDArray

from tagatlas.atlas import Atlas
from tagatlas.catalog import Backend
from tagatlas.contracts import GraphBuilder, Thumbnail
from tagatlas.errors import UsageError
from tagatlas.network import IMAGE, Network
from tagatlas.plugins import TAGGERS
from tagatlas_mapping.maps.duplicates import Level, join_records


def builder_images(
    atlas: Atlas,
    backend: Backend,
    builder: GraphBuilder,
    images: pl.DataFrame,
    embeddings: NDArray[np.float16] | None,
    *,
    level: Level | None = None,
) -> pl.DataFrame:
    """The images as a graph builder gets them: :meth:`tagatlas.contracts.GraphBuilder.build`.

    Args:
        atlas: to read the images' records and thumbnails from, if the builder needs them.
        backend: with these embeddings.
        builder: declares the data that it needs.
        images: ordered by ``id``: ``id``, ``label``, ``frequency``.
        embeddings: in the same order, a row of zeros if an image has none; or None.
        level: of near duplicates whose records count for one image; None for its own alone.

    Raises:
        UsageError: the builder reads embeddings, and the backend stores none.
    """
    given = images.select("id", "label", "frequency")
    if "embedding" in builder.reads:
        if embeddings is None:
            raise UsageError(_no_embeddings(atlas, backend))
        given = given.with_columns(_embedding_column(embeddings))
    if "records" in builder.reads:
        representatives = None if level is None else atlas.representatives(level)
        records = join_records(atlas.catalog.records.of_images(), representatives)
        by_image = records.group_by("image", maintain_order=True)
        lists = by_image.agg(pl.struct("frequency", "columns").alias("records"))
        given = given.join(lists, left_on="id", right_on="image", how="left", maintain_order="left")
    if "thumbnail" in builder.reads:
        thumbnails = [Thumbnail(image, atlas.store) for image in given["id"]]
        given = given.with_columns(pl.Series("thumbnail", thumbnails, dtype=pl.Object))
    return given


def build_network(
    builder: GraphBuilder, images: pl.DataFrame, tags: pl.LazyFrame
) -> tuple[Network, pl.DataFrame | None]:
    """Build a network, and tie the images to it if it has no images.

    Args:
        builder: makes it.
        images: as from :func:`builder_images`.
        tags: of the images.

    Returns:
        The network; and, if it has no images, the ties of :meth:`GraphBuilder.ties`, else None.

    Raises:
        EmptyMap: no edge is left.
        OptionError: an option of the builder does not fit these tables.
    """
    built = builder.build(images, tags)
    network = built if isinstance(built, Network) else Network.from_networkx(built)
    if network.is_kind(IMAGE).any():
        return network, None
    return network, builder.ties(network, images, tags)


def _embedding_column(embeddings: NDArray[np.float16]) -> pl.Expr:
    there = pl.Series(embeddings.any(axis=1))
    return pl.when(there).then(pl.Series(embeddings.astype(np.float32))).alias("embedding")


def _no_embeddings(atlas: Atlas, backend: Backend) -> str:
    tagging = atlas.catalog.tagging
    latest = [each for each in tagging.backends() if each.is_latest]
    others = [each.name for each in latest if tagging.embedding_size(each.id) is not None]
    taggers = atlas.plugins.of_kind(TAGGERS)
    able = [name for name, each in taggers.items() if each.spec.embeds_images]
    such_as = f", such as {' or '.join(able)} as it is now" if able else ""
    remedy = (
        f"map {' or '.join(others)} (--backend), which did"
        if others
        else f"run tagatlas tag with one that does{such_as}"
    )
    return (
        f"{backend.name} stored no embeddings of these images, by which this graph builder links"
        f" them: {remedy}, or choose another --builder"
    )
