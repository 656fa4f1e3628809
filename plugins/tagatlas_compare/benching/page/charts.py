"""The charts of a task: quality against cost and speed, and robustness."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Sequence
from html import escape

from tagatlas_compare.benching.page.frontier import draw_frontiers
from tagatlas_compare.benching.results.document import Results
from tagatlas_compare.benching.robustness.charts import (
    EMBEDDINGS,
    TAGS,
    draw_robustness,
    what_was_changed,
    who_was_shown_what,
)
from tagatlas_compare.comparison.report.drawing import Chart
from tagatlas_compare.pages.elements import text_of


def frontiers(document: Results) -> str:
    """Quality against cost and speed; empty without ranks."""
    if document.standing is None:
        return ""
    charts = draw_frontiers(document.entrants, document.standing.measure)
    return _shown(charts, told=True)


def robustness(document: Results) -> str:
    """A curve for each kind of perturbation, folded; empty if none was measured."""
    parts = []
    for title, kept in (("what stays", TAGS), ("what stays beyond words", EMBEDDINGS)):
        charts = draw_robustness(document.entrants, kept)
        if charts:
            notes = [*who_was_shown_what(document.entrants), *what_was_changed(document.entrants)]
            shown = " ".join(notes) if kept is TAGS else ""
            parts.append(
                f"<details>\n<summary>Robustness: {title} when pictures are changed</summary>\n"
                f"<p>{text_of(charts[0].text)} {text_of(shown)}</p>\n"
                f"{_shown(charts, told=False)}</details>\n"
            )
    return "".join(parts)


def _shown(charts: Sequence[Chart], *, told: bool) -> str:
    """Charts beside each other as far as there is room; with how to read each, if that is told."""
    parts = []
    for chart in charts:
        address = f"data:image/svg+xml;base64,{b64encode(chart.svg).decode()}"
        reading = f"<p>{text_of(chart.text)}</p>\n" if told else ""
        parts.append(
            f'<figure>\n{reading}<img src="{address}"'
            f' alt="{escape(chart.summary, quote=True)}">\n<figcaption>{text_of(chart.summary)}'
            "</figcaption>\n</figure>\n"
        )
    return f'<div class="maps">{"".join(parts)}</div>\n' if parts else ""
