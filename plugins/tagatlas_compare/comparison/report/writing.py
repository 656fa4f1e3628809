"""Writes the files of a comparison."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import msgspec
import polars as pl

from tagatlas import ImageStore
from tagatlas.errors import StorageError
from tagatlas.toolkit import write_atomically
from tagatlas_compare.comparison.comparison import Comparison
from tagatlas_compare.comparison.measures import MEASURES
from tagatlas_compare.comparison.report.alluvial import draw_alluvial
from tagatlas_compare.comparison.report.charts import (
    draw_maps,
    draw_measures,
    draw_one_sided_tags,
)
from tagatlas_compare.comparison.report.document import document
from tagatlas_compare.comparison.report.drawing import Chart
from tagatlas_compare.comparison.report.methods import methods_text, results_text
from tagatlas_compare.comparison.report.page import page
from tagatlas_compare.latex import latex_table
from tagatlas_compare.references import bibliography, keys_in, reference_list
from tagatlas_compare.spreadsheets import csv_of


def write_comparison(comparison: Comparison, folder: Path, store: ImageStore) -> list[Path]:
    """Write ``report.html``, ``compare.json``, ``methods.md``, tables as CSV and charts as SVG.

    Args:
        comparison: the results.
        folder: to write into; created if it is missing. Files of the same names are replaced.
        store: holds the images.

    Returns:
        The files, the page first.

    Raises:
        StorageError: one cannot be written.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        said = f"cannot make {folder}: {error.strerror}; choose another folder with --out"
        raise StorageError(said) from error
    charts = list(draw_charts(comparison))
    texts = {f"{chart.name}.svg": chart.svg for chart in charts}
    tables = {f"{chart.name}.csv": chart.data for chart in charts} | _tables(comparison)
    papers = ["methods.md", "references.bib", "measures.tex"]
    names = ["report.html", "compare.json", *papers, *texts, *tables]
    texts["compare.json"] = msgspec.json.format(msgspec.json.encode(document(comparison, names)))
    texts["methods.md"], texts["references.bib"] = map(str.encode, _paper(comparison))
    texts["measures.tex"] = measures_in_latex(comparison).encode()
    for name, text in texts.items():
        with write_atomically(folder / name) as file:
            file.write(text)
    for name, table in tables.items():
        with write_atomically(folder / name) as file:
            file.write(csv_of(_flat(table)))
    with write_atomically(folder / "report.html") as file:
        for part in page(comparison, charts, store):
            file.write(part.encode())
    return [folder / name for name in names]


def _paper(comparison: Comparison) -> tuple[str, str]:
    """``methods.md``: methods, results and references; and the references as BibTeX."""
    methods = methods_text(comparison)
    text = f"# Methods\n\n{methods}\n\n# Results\n\n{results_text(comparison)}\n"
    return f"{text}\n# References\n\n{reference_list(text)}\n", bibliography(keys_in(text))


def measures_in_latex(comparison: Comparison) -> str:
    """The table of a paper: each measure of each pair, with interval and chance."""
    rows = [
        [
            f"{each['a']} and {each['b']}",
            MEASURES[str(each["measure"])].title.format(k=each["k"]),
            "n/a" if each["value"] is None else f"{each['value']:z.2f}",
            _interval(each["low"], each["high"]),
            "n/a" if each["chance"] is None else f"{each['chance']:z.2f}",
            f"{each['images']:,}",
        ]
        for each in comparison.measures.fill_nan(None).iter_rows(named=True)
    ]
    heads = ["pair", "measure", "value", "95 % interval", "chance", "images"]
    caption = f"Agreement of backends on {comparison.collection}."
    return latex_table(heads, rows, caption, "tab:compare")


def _interval(low: float | None, high: float | None) -> str:
    return "none" if low is None or high is None else f"{low:z.2f} to {high:z.2f}"


def draw_charts(comparison: Comparison) -> Iterator[Chart]:
    """The charts: of all figures, of each map, and of each pair's themes and tags."""
    if (figures := draw_measures(comparison)) is not None:
        yield figures
    yield from draw_maps(comparison)
    for a, b in comparison.vocabularies.select("a", "b").iter_rows():
        for chart in (draw_alluvial(comparison, a, b), draw_one_sided_tags(comparison, a, b)):
            if chart is not None:
                yield chart


def _tables(comparison: Comparison) -> dict[str, pl.DataFrame]:
    """Tables that belong to no chart."""
    return {
        "vocabularies.csv": comparison.vocabularies,
        "calibration.csv": comparison.calibration,
        "relations.csv": comparison.relations,
        "disagreement.csv": comparison.disagreement,
        "coverage.csv": comparison.coverage,
    }


def _flat(table: pl.DataFrame) -> pl.DataFrame:
    """The table with lists as text, for CSV."""
    lists = [name for name, kind in table.schema.items() if isinstance(kind, pl.List)]
    return table.with_columns(pl.col(lists).cast(pl.List(pl.String)).list.join("; "))
