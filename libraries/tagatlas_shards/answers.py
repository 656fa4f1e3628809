"""Taggers' answers as a Parquet file."""

from __future__ import annotations

from collections.abc import Sequence
from io import BytesIO

import numpy as np
import polars as pl

from tagatlas.contracts import Tag, TagResult, TagStatus
from tagatlas.errors import StorageError
from tagatlas.wording import in_one_line
from tagatlas_fetching.plain import encodable

Answers = list[tuple[str, TagResult]]

SCHEMA = pl.Schema(
    {
        "image": pl.String(),
        "status": pl.String(),
        "tags": pl.List(pl.Struct({"label": pl.String(), "score": pl.Float64()})),
        "raw": pl.Binary(),
        "kind": pl.String(),
        "message": pl.String(),
        "embedding": pl.Binary(),
        "version": pl.String(),
    }
)
"""An answer a row, in the order of the ids of their images. Embeddings are float16, as bytes."""


def write_answers(answers: Sequence[tuple[str, TagResult]]) -> bytes:
    """The bytes of a file."""
    rows = [
        {
            "image": image,
            "status": str(result.status),
            "tags": [{"label": tag.label, "score": tag.score} for tag in result.tags],
            "raw": result.raw,
            "kind": result.kind,
            "message": encodable(result.message),
            "embedding": None
            if result.embedding is None
            else result.embedding.astype("<f2").tobytes(),
            "version": encodable(result.version),
        }
        for image, result in sorted(answers, key=lambda answer: answer[0])
    ]
    file = BytesIO()
    pl.DataFrame(rows, schema=SCHEMA).write_parquet(file, compression="zstd")
    return file.getvalue()


def read_answers(data: bytes, name: str) -> Answers:
    """The answers in a file's bytes.

    Raises:
        StorageError: they are not those of such a file; the message has its name.
    """
    try:
        table = pl.read_parquet(BytesIO(data)).match_to_schema(SCHEMA)
        return [(str(row["image"]), _result(row)) for row in table.iter_rows(named=True)]
    except (pl.exceptions.PolarsError, ValueError, TypeError, OSError) as error:
        raise StorageError(f"{name} is no file of answers: {in_one_line(error)}") from error


def _result(row: dict[str, object]) -> TagResult:
    status, raw, kind, embedding = (row[name] for name in ("status", "raw", "kind", "embedding"))
    tags = row["tags"]
    return TagResult(
        TagStatus(str(status)),
        tuple(Tag(each["label"], each["score"]) for each in tags) if isinstance(tags, list) else (),
        raw if isinstance(raw, bytes) else None,
        "image" if kind == "image" else "transient" if kind == "transient" else None,
        str(row["message"]),
        np.frombuffer(embedding, "<f2").astype(np.float16)
        if isinstance(embedding, bytes)
        else None,
        str(row["version"]),
    )
