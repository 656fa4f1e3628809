"""A correct source of a few lines: a text file with a URL a line."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from msgspec import Meta

from tagatlas.contracts import Records, Source, SourceSpec
from tagatlas.errors import InputError
from tagatlas.hookspecs import hookimpl


@dataclass(frozen=True)
class LinesOptions:
    """Options of the source."""

    comment: Annotated[str, Meta(description="What a line to be left out begins with.")] = "#"


class LinesSource(Source):
    """Reads a URL a line."""

    def __init__(self, options: LinesOptions) -> None:
        self._comment = options.comment

    def read(self, location: str) -> Records:
        """Read the file."""
        import polars as pl

        try:
            lines = Path(location).read_text(encoding="utf-8").splitlines()
        except OSError as error:
            raise InputError(f"cannot read {location}: {error.strerror}") from error
        urls = [line for line in lines if line and not line.startswith(self._comment)]
        table = pl.DataFrame(
            {
                "location": urls,
                "frequency": [1] * len(urls),
                "line": [str(i) for i in range(len(urls))],
            },
            schema={"location": pl.String, "frequency": pl.Int64, "line": pl.String},
        )
        return Records(table, f"a URL a line: {len(urls)} records")


def is_lines(location: str) -> bool:
    """Whether the location looks like a text file."""
    return location.endswith(".lines")


@hookimpl
def tagatlas_sources() -> list[SourceSpec]:
    """Announce the source."""
    return [
        SourceSpec(
            name="lines",
            summary="A URL a line.",
            options=LinesOptions,
            accepts=is_lines,
            factory=LinesSource,
        )
    ]
