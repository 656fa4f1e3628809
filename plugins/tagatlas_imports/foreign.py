"""Tags of one backend from another program's file."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import polars as pl

from tagatlas.errors import InputError
from tagatlas.toolkit import as_shown

TAGS = {"image": pl.String, "tag": pl.String, "score": pl.Float64}
FAILED = {"image": pl.String, "message": pl.String}


def _no_failures() -> pl.DataFrame:
    return pl.DataFrame(schema=FAILED)


@dataclass(frozen=True, eq=False)
class ForeignTags:
    """A file's tags of images, which it names in its own way.

    Attributes:
        program: that wrote it, as a backend's name: ``memespector-google``.
        recognised: the recognised file format, in one line.
        tags: ``image`` (String, as the file names it), ``tag`` (String, not empty), ``score``
            (Float64 in [0, 1]); of repeated rows, the highest score counts.
        empty: images that were processed, without tags.
        failed: ``image`` and ``message`` (String): images that could not be processed.
        remark: missing information on those without tags; empty if complete.
        notes: remarks for the user on how the file was read: guesses, cells left out.
    """

    program: str
    recognised: str
    tags: pl.DataFrame
    empty: pl.Series = field(default_factory=lambda: pl.Series("image", [], pl.String))
    failed: pl.DataFrame = field(default_factory=_no_failures)
    remark: str = ""
    notes: tuple[str, ...] = ()

    def images(self) -> pl.Series:
        """All images that it names, each once, in the order of the file."""
        parts = [self.tags["image"], self.empty.alias("image"), self.failed["image"]]
        return pl.concat(parts).unique(maintain_order=True)

    def as_shown(self) -> ForeignTags:
        """The same, with addresses as the atlas shows them: without passwords."""

        def shown(texts: pl.Series) -> pl.Series:
            having = texts.unique().to_list()
            return texts.replace(having, pl.Series(map(as_shown, having), dtype=pl.String))

        return replace(
            self,
            tags=self.tags.with_columns(shown(self.tags["image"])),
            empty=shown(self.empty),
            failed=self.failed.with_columns(map(shown, self.failed)),
        )


def as_scores(texts: pl.Series, scale: float) -> pl.Series:
    """Scores from text: ``0.98``, ``0,98``, ``98%``; an empty one is 1.

    Args:
        texts: String, one score each.
        scale: the file's number for a score of 1.

    Raises:
        InputError: a text is not a number, or a score lies outside [0, 1].
    """
    plain = texts.str.strip_chars()
    percent = plain.str.ends_with("%")
    numbers = (
        plain.str.strip_suffix("%")
        .str.replace(",", ".", literal=True)
        .cast(pl.Float64, strict=False)
    )
    wrong = plain.filter(numbers.is_null() & (plain != ""))
    if wrong.len():
        raise InputError(f"a score is no number: {wrong[0][:40]!r}; name the column that has it")
    frame = pl.DataFrame({"number": numbers, "percent": percent})
    scores = frame.select(
        pl.when(pl.col("number").is_null())
        .then(1.0)
        .when(pl.col("percent"))
        .then(pl.col("number") / 100)
        .otherwise(pl.col("number") / scale)
    ).to_series()
    outside = scores.filter((scores < 0) | (scores > 1) | scores.is_nan())
    if outside.len():
        raise InputError(
            f"a score is {outside[0]:g}, and scores are from 0 to 1: "
            "--score-scale says what a score of 1 is in the file"
        )
    return scores
