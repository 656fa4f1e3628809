"""The section of the page with the images on which backends disagree."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from html import escape

import numpy as np
import polars as pl

from tagatlas import ImageStore
from tagatlas.toolkit import thumbnail_address
from tagatlas_compare.comparison.comparison import Comparison

_PICTURE = (360, 240)

Tags = Sequence[Sequence[str]]
"""The tags of an image, by backend, the highest score first."""


def gallery(comparison: Comparison, store: ImageStore) -> Iterator[str]:
    """The images on which backends disagree most, with their tags side by side."""
    yield (
        '<section id="disagreement">\n<h2>Images on which they disagree most</h2>\n<p>By tags and'
        " by clusters. Tags that more than one backend gives are set off.</p>\n"
        '<ol class="gallery">\n'
    )
    shown = comparison.disagreement.head(comparison.options.gallery).drop_nulls("disagreement")
    names = _cluster_names(comparison, shown["image"])
    for image, label, score in shown.select("image", "label", "disagreement").iter_rows():
        name = label.replace("\\", "/").rpartition("/")[2] or image[:12]
        address = thumbnail_address(store, image, _PICTURE)
        alt = escape(name, quote=True)
        picture = f'<img src="{address}" alt="{alt}">' if address else "<p>(no picture)</p>"
        sides = _sides(comparison.labels, _tags_of(comparison, image), names.get(image, {}))
        yield (
            f'<li>{picture}<p class="name">{text_of(name)} · {score:.2f}</p>'
            f'<div class="sides">{sides}</div></li>\n'
        )
    yield "</ol>\n</section>\n"


def text_of(text: str) -> str:
    """Text as HTML: escaped, and isolated in its direction from the text around it."""
    return f"<bdi>{escape(text, quote=True)}</bdi>"


def _sides(labels: Sequence[str], tags: Tags, clusters: Mapping[str, str]) -> str:
    """The tags of each backend, in a column each."""
    columns = []
    for number, (label, own) in enumerate(zip(labels, tags, strict=True)):
        others = {tag for other in (*tags[:number], *tags[number + 1 :]) for tag in other}
        items = "".join(
            f'<li class="{"common" if tag in others else "own"}">{text_of(tag)}</li>' for tag in own
        )
        cluster = text_of(clusters.get(label, "not on its map"))
        columns.append(
            f'<div><h4>{text_of(label)}</h4><p class="cluster">{cluster}</p><ul>{items}</ul></div>'
        )
    return "".join(columns)


def _cluster_names(comparison: Comparison, images: pl.Series) -> dict[str, dict[str, str]]:
    """The clusters of some images, by image and backend."""
    own = comparison.places.filter(pl.col("image").is_in(images.implode()))
    found: dict[str, dict[str, str]] = {}
    for image, backend, name in own.select("image", "backend", "name").iter_rows():
        found.setdefault(image, {})[backend] = name
    return found


def _tags_of(comparison: Comparison, image: str) -> Tags:
    """The compared tags of an image."""
    row = comparison.images["id"].search_sorted(image)
    vocabulary = comparison.tag_sets.vocabulary
    found = []
    for scores in comparison.tag_sets.scores:
        entries = slice(scores.indptr[row], scores.indptr[row + 1])
        order = np.argsort(-scores.data[entries], kind="stable")
        found.append([vocabulary[label] for label in scores.indices[entries][order]])
    return found
