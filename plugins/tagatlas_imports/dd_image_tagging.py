"""dd-image-tagging's CSV files: one model of Clarifai's each, distinguished by their columns.

Every row has a ``url``. The program writes the same for an image without a result and for one
that could not be loaded ("a null value ... means either", says its page).
"""

from __future__ import annotations

import polars as pl

from tagatlas.toolkit import cell_texts
from tagatlas.toolkit.tables import Table
from tagatlas_imports.foreign import ForeignTags, as_scores

PROGRAM = "dd-image-tagging"
_NOTHING = ("", "null", "no elements present", "no celebrity present", "no person present")
_REMARK = "dd-image-tagging does not tell nothing seen from not loaded"


def read_dd(table: Table) -> ForeignTags | None:
    """Tags from a file of dd-image-tagging's, or from a ``tags.csv``; None if it is neither."""
    columns = set(table.frame.columns)
    if "url" not in columns:
        return None
    if {"concept", "confidence"} <= columns:
        return _foreign("concepts", _rows(table, "concept", "confidence"))
    if {"celebrity", "confidence"} <= columns:
        return _foreign("celebrities", _rows(table, "celebrity", "confidence"))
    if {"name", "hex", "density"} <= columns:
        return _foreign("colours", _rows(table, "name", "density"))
    if {"age", "gender", "multicultural"} <= columns:
        return _foreign("demographics", _demographics(table))
    if any(name.startswith("bbox") for name in columns):
        return _foreign("faces", _faces(table))
    return None


def _foreign(model: str, rows: pl.DataFrame) -> ForeignTags:
    """Tags from rows of ``image``, ``tag`` and ``score``, all text."""
    nothing = rows["tag"].str.strip_chars().str.to_lowercase().is_in(_NOTHING)
    tagged = rows.filter(~nothing)
    tags = tagged.with_columns(score=as_scores(tagged["score"], 1.0))
    empty = rows.filter(nothing)["image"].unique(maintain_order=True)
    return ForeignTags(
        program=f"{PROGRAM}-{model}",
        recognised=f"dd-image-tagging, {model}",
        tags=tags,
        empty=empty.filter(~empty.is_in(tags["image"].unique().to_list())),
        remark=_REMARK,
    )


def _rows(table: Table, tag: str, score: str) -> pl.DataFrame:
    columns = {"image": "url", "tag": tag, "score": score}
    frame = pl.DataFrame({name: table.column(column) for name, column in columns.items()})
    return frame.with_columns(cell_texts(pl.col(pl.String)))


def _demographics(table: Table) -> pl.DataFrame:
    """Each face's attributes as tags: ``age:31``, ``gender:feminine``; some have a value."""
    parts = []
    for name in ("age", "gender", "multicultural"):
        cells = pl.DataFrame({"image": table.column("url"), "cell": table.column(name)})
        each = cells.with_columns(pl.col("cell").str.split("|")).explode("cell", empty_as_null=True)
        # "name - value", or the name alone
        halves = pl.col("cell").str.strip_chars().str.splitn(" - ", 2)
        parts.append(
            each.select(
                "image",
                tag=halves.struct.field("field_0").fill_null(""),
                score=halves.struct.field("field_1").fill_null(""),
            ).with_columns(
                tag=pl.when(pl.col("tag").is_in(_NOTHING))
                .then(pl.lit(""))
                .otherwise(pl.concat_str(pl.lit(f"{name}:"), pl.col("tag")))
            )
        )
    return pl.concat(parts)


def _faces(table: Table) -> pl.DataFrame:
    """An image with a face has the tag ``face``."""
    box = next(name for name in table.frame.columns if name.startswith("bbox"))
    has_face = ~table.column(box).str.strip_chars().str.to_lowercase().is_in(["", "null"])
    return pl.DataFrame(
        {
            "image": table.column("url"),
            "tag": has_face.replace_strict({True: "face", False: ""}, return_dtype=pl.String),
            "score": pl.Series([""] * has_face.len(), dtype=pl.String),
        }
    )
