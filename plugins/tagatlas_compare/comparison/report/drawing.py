"""Shared by charts: style and conversion to SVG."""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO

import matplotlib as mpl
import polars as pl
from matplotlib.axes import Axes
from matplotlib.figure import Figure

WIDTH = 3.3
"""Width of charts in inches: as wide as a telephone, so that they are shown there at full size."""

INK, SOFT, LINE, CARD = "#1c1c20", "#605e5c", "#d9d4ca", "#ffffff"
NO_CLUSTER = "#b9b5ad"

_UNPRINTABLE = re.compile(r"[\s\x00-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]+")


@dataclass(frozen=True)
class Chart:
    """A chart with its texts and data.

    Attributes:
        name: of its files, without extension.
        title: a few words.
        text: how to read it; a sentence or two.
        summary: its main result, as alternative text.
        svg: the picture.
        data: the drawn values, as a table.
    """

    name: str
    title: str
    text: str
    summary: str
    svg: bytes
    data: pl.DataFrame


@contextmanager
def drawn_as_svg(width: float, height: float) -> Iterator[tuple[Figure, BytesIO]]:
    """A figure of a size in inches; after the block it is in the buffer as SVG.

    The same drawing gives the same bytes.
    """
    buffer = BytesIO()
    rules = mpl.rc_context(
        {
            "svg.fonttype": "none",  # text stays text: searchable, accessible and editable
            "svg.hashsalt": "tagatlas",
            "font.family": "DejaVu Sans",
            "font.size": 9,
            "text.color": INK,
            "text.parse_math": False,  # dollar signs in tags are dollar signs
            "axes.edgecolor": LINE,
            "axes.labelcolor": SOFT,
            "axes.spines.top": False,
            "axes.spines.right": False,
            "axes.titlesize": 10,
            "axes.titleweight": "bold",
            "axes.titlelocation": "left",
            "xtick.color": SOFT,
            "ytick.color": SOFT,
            "figure.facecolor": CARD,
            "axes.facecolor": CARD,
        }
    )
    with rules, warnings.catch_warnings():
        # The viewer's fonts have the glyphs that ours lack.
        warnings.filterwarnings("ignore", "Glyph .* missing from")
        warnings.filterwarnings("ignore", "Matplotlib currently does not support")
        figure = Figure(figsize=(width, height), layout="constrained")
        yield figure, buffer
        figure.savefig(buffer, format="svg", dpi=150, metadata={"Date": None})


def short(text: str, length: int = 30) -> str:
    """Text from outside for a chart: one line, not too long."""
    plain = _UNPRINTABLE.sub(" ", text).strip() or "(blank)"
    return plain if len(plain) <= length else f"{plain[: length - 1].rstrip()}…"


def without_axes(axes: Axes) -> None:
    """Remove frame, ticks and numbers."""
    axes.set_axis_off()


def file_name(label: str) -> str:
    """A backend's label as a part of a file's name."""
    return "".join(char if char.isalnum() and char.isascii() else "-" for char in label)
