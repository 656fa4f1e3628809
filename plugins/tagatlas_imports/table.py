"""Any table with a column of images, one of tags and perhaps one of scores, a row per tag."""

from __future__ import annotations

import polars as pl

from tagatlas.errors import InputError
from tagatlas.toolkit.tables import Table
from tagatlas_imports.foreign import ForeignTags, as_scores
from tagatlas_imports.options import ImportOptions

_IMAGES = ("image", "url", "image_url", "media_url", "filename", "file_name", "file", "path")
_FURTHER_IMAGES = ("location", "image_location", "sha256", "image_id", "id")
_TAGS = ("tag", "label", "concept", "keyword", "class", "category", "name", "description")
_SCORES = ("score", "confidence", "probability", "value", "weight", "coslab")


def read_tag_table(table: Table, options: ImportOptions) -> ForeignTags:
    """Tags from a table; its columns are named in the options, or known by their usual names.

    Raises:
        InputError: a column is missing, or cannot be determined.
    """
    names = table.frame.columns
    image = _column(names, options.image_column, (*_IMAGES, *_FURTHER_IMAGES), "image")
    tag = _column(names, options.tag_column, _TAGS, "tag")
    score = _known(names, options.score_column, _SCORES)
    frame = pl.DataFrame({"image": table.column(image), "tag": table.column(tag)})
    texts = (
        pl.Series([""] * frame.height, dtype=pl.String) if score is None else table.column(score)
    )
    rows = frame.with_columns(texts.alias("score")).filter(pl.col("image") != "")
    tagged = rows.filter(pl.col("tag") != "")
    tags = tagged.with_columns(score=as_scores(tagged["score"], options.score_scale))
    seen = rows["image"].unique(maintain_order=True)
    read = f"{image} as image, {tag} as tag, " + (
        "every score 1" if score is None else f"{score} as score"
    )
    return ForeignTags(
        program="imported",
        recognised=f"a table ({table.kind}): {read}",
        tags=tags,
        empty=seen.filter(~seen.is_in(tags["image"].unique().to_list())),
    )


def _column(names: list[str], given: str | None, usual: tuple[str, ...], what: str) -> str:
    found = _known(names, given, usual)
    if found is None:
        raise InputError(
            f"which column has the {what} cannot be told from {', '.join(map(repr, names))}: "
            f"say --{what}-column NAME"
        )
    return found


def _known(names: list[str], given: str | None, usual: tuple[str, ...]) -> str | None:
    if given is not None:
        if given not in names:
            raise InputError(f"no column is called {given!r}: there are {', '.join(names)}")
        return given
    by_lower = {name.lower(): name for name in reversed(names)}
    return next((by_lower[name] for name in usual if name in by_lower), None)
