"""Search for images by text, with their embeddings."""

from __future__ import annotations

import numpy as np
import polars as pl
from numpy.typing import NDArray

from tagatlas.atlas import Atlas
from tagatlas.contracts import Tagger, TextEmbedder, Variant
from tagatlas.errors import UsageError
from tagatlas.plugins import TAGGERS, PluginChoice
from tagatlas.steps.credentials import require_service
from tagatlas.steps.hiding import shown_store
from tagatlas.steps.opened import AtlasLike, opened, select
from tagatlas.steps.tag import choose_tagging
from tagatlas_tagging import closing

ROWS = 65_536
"""Number of images compared at once."""


def search(atlas: AtlasLike, text: str, *, most: int = 20, **options: object) -> pl.DataFrame:
    """The images that fit a text best.

    Args:
        atlas: open, or the folder of one.
        text: the query, worded like a caption.
        most: maximum number of images.
        options: of the step ``tag`` and of taggers, by name, such as ``backend="clip"``.

    Returns:
        Best first: ``id`` (String), ``cosine`` (Float64, in [-1, 1]: only its order is
        meaningful), ``location`` (String, of the first record), ``file`` (String, of the normalised
        copy: a path, relative to the atlas, or a URL; null if it is no file, or is hidden).

    Raises:
        OptionError, UnknownPlugin, MissingDependency: an invalid choice.
        UsageError: the backend cannot embed texts, or has not embedded the images.
        NotTrusted: the backend's settings need the user's consent, which the user has not given.
    """
    with opened(atlas, write=False) as its_atlas:
        selection = select(its_atlas, options, "tag")
        _, tagger = choose_tagging(selection)
        with closing(tagger.product, tagger.name, its_atlas.plugins.warn):
            selection.check()
            require_service(its_atlas, selection, tagger)
            return search_collection(its_atlas, tagger, text, most=most)


def search_collection(
    atlas: Atlas, tagger: PluginChoice[Tagger], text: str, *, most: int = 20
) -> pl.DataFrame:
    """The images that fit a text best.

    Args:
        atlas: with images tagged by this tagger.
        tagger: embeds texts in the same space as images.
        text: the query, worded like a caption.
        most: maximum number of images.

    Returns:
        Best first: ``id`` (String), ``cosine`` (Float64, in [-1, 1]: only its order is
        meaningful), ``location`` (String, of the first record), ``file`` (String, of the normalised
        copy: a path, relative to the atlas, or a URL; null if it is no file, or is hidden).

    Raises:
        UsageError: the tagger cannot embed texts, or has not embedded the images.
    """
    instance = tagger.product
    if not isinstance(instance, TextEmbedder):
        able = [
            name for name, each in atlas.plugins.of_kind(TAGGERS).items() if each.spec.embeds_texts
        ]
        instead = f"; {' and '.join(able)} can" if able else ""
        raise UsageError(f"{tagger.name} cannot search by text{instead}")
    backend = atlas.catalog.tagging.find(tagger.name, instance.fingerprint())
    images = atlas.catalog.addresses.images()
    embeddings = (
        None if backend is None else atlas.catalog.tagging.embeddings(backend, images["id"])
    )
    if embeddings is None:
        raise UsageError(
            f"no images are embedded with {tagger.name} as it is set now: tagatlas tag"
            f" {atlas.folder} --backend {tagger.name}"
        )
    [vector] = instance.embed_texts([text])
    cosines = _cosines(embeddings, vector)
    found = images.select("id", "location").with_columns(cosine=pl.Series(cosines))
    best = found.filter(pl.Series(embeddings.any(axis=1))).sort(
        "cosine", "id", descending=[True, False]
    )
    store = shown_store(atlas)
    files = [store.locate(image_id, Variant.IMAGE) for image_id in best["id"].head(most)]
    return (
        best.head(most)
        .select("id", "cosine", "location")
        .with_columns(file=pl.Series(files, dtype=pl.String))
    )


def _cosines(embeddings: NDArray[np.float16], vector: NDArray[np.float32]) -> NDArray[np.float64]:
    """The cosine of each row with the vector; 0 where a row is zero."""
    cosines = np.zeros(len(embeddings))
    for first in range(0, len(embeddings), ROWS):
        part = embeddings[first : first + ROWS].astype(np.float32)
        lengths = np.linalg.norm(part, axis=1) * np.linalg.norm(vector)
        np.divide(part @ vector, lengths, out=cosines[first : first + ROWS], where=lengths > 0)
    return cosines
