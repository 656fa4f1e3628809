"""The section of the page with the images on which backends disagree."""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Iterator, Mapping, Sequence
from html import escape
from io import BytesIO

import numpy as np
import polars as pl

from tagatlas import ImageStore
from tagatlas.toolkit import thumbnail_address
from tagatlas_compare.comparison.comparison import Comparison
from tagatlas_compare.pages.elements import number, text_of

_PICTURE = (360, 240)
_TONE = 12
"""Least difference, of 255, of two colours that a person tells apart."""

Tags = Sequence[Sequence[str]]
"""The tags of an image, by backend, the highest score first."""


def gallery(comparison: Comparison, store: ImageStore) -> Iterator[str]:
    """The images on which backends disagree most, with their tags one below the other."""
    found = comparison.disagreement.drop_nulls("disagreement").filter(pl.col("disagreement") > 0)
    shown = found.head(comparison.options.gallery)
    yield '<section id="disagreement">\n<h2>Images on which they disagree most</h2>\n'
    if found.is_empty():
        yield "<p>There are none: on every image that could be compared they say the same.</p>\n"
    else:
        yield (
            "<p>By tags and by clusters: 0 is the same, 1 is nothing in common, the mean of the"
            " pairs. Tags that more than one backend gives are set off.</p>\n"
        )
    yield '<ol class="gallery">\n'
    names = _cluster_names(comparison, shown["image"])
    for image, label, score in shown.select("image", "label", "disagreement").iter_rows():
        name = label.replace("\\", "/").rpartition("/")[2] or image[:12]
        sides = _sides(comparison, image, names.get(image, {}))
        yield (
            f'<li>{_picture(store, image, name)}<p class="name">{text_of(name)} · disagreement'
            f' {number(score)}</p>\n<dl class="sides">{sides}</dl></li>\n'
        )
    yield "</ol>\n</section>\n"


def _picture(store: ImageStore, image: str, name: str) -> str:
    """An image, with a word if there is nothing on it to see."""
    address = thumbnail_address(store, image, _PICTURE)
    if not address:
        return "<p>(no picture)</p>"
    shown = f'<img src="{address}" alt="{escape(name, quote=True)}">'
    return f'{shown}<p class="name">(one tone only)</p>' if is_one_tone(address) else shown


def is_one_tone(address: str) -> bool:
    """Whether a picture, as a ``data:`` URL, is of one colour, but for what encoding it changes."""
    from PIL import Image

    data = b64decode(address.partition(",")[2])
    with Image.open(BytesIO(data), formats=("JPEG", "PNG", "WEBP")) as picture:
        pixels = np.asarray(picture.convert("RGB"), dtype=np.int16)
    return bool(np.ptp(pixels, axis=(0, 1)).max() < _TONE)


def _sides(comparison: Comparison, image: str, clusters: Mapping[str, str]) -> str:
    """The tags of each backend."""
    tags, parts = _tags_of(comparison, image), []
    place = comparison.images["id"].search_sorted(image)
    for number_, (backend, own) in enumerate(zip(comparison.backends, tags, strict=True)):
        others = {tag for other in (*tags[:number_], *tags[number_ + 1 :]) for tag in other}
        items = "".join(
            f'<li class="{"common" if tag in others else "own"}">{text_of(tag)}</li>' for tag in own
        )
        nothing = "(no tag)" if backend.looked[place] else "(not looked at)"
        cluster = text_of(clusters.get(backend.label, "not on its map"))
        parts.append(
            f'<dt>{text_of(backend.label)} <span class="cluster">{cluster}</span></dt>'
            f"<dd><ul>{items or f'<li>{nothing}</li>'}</ul></dd>"
        )
    return "".join(parts)


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
