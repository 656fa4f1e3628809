"""``report.html``: one file, without scripts and requests.

The first paragraph is the verdict; then come the matrices of backends by backends, and each pair,
folded. All text from outside is escaped, and charts are pictures in ``img`` elements, in which
nothing runs. Its Content Security Policy lets it load its own data only.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import polars as pl

from tagatlas import ImageStore
from tagatlas.toolkit import count
from tagatlas_compare.comparison.comparison import ALL, Comparison
from tagatlas_compare.comparison.coverage import ASKED, CODED, FREE, IMPORTED
from tagatlas_compare.comparison.measures import MEASURES
from tagatlas_compare.comparison.report.beyond import TAGS, THEMES, of_measure
from tagatlas_compare.comparison.report.drawing import Chart
from tagatlas_compare.comparison.report.gallery import gallery
from tagatlas_compare.comparison.report.methods import methods_text
from tagatlas_compare.comparison.report.pair import figure_row, files_of, pair_section, picture
from tagatlas_compare.comparison.report.verdict import UNTOLD, in_words, paragraph
from tagatlas_compare.pages.elements import (
    NOTHING,
    Cell,
    head_of_page,
    listed,
    matrix,
    number,
    row,
    table,
    text_of,
)

_COSTS = {
    FREE: "free",
    IMPORTED: "not known (imported)",
    CODED: "not known (made by people)",
}


def page(comparison: Comparison, charts: Sequence[Chart], store: ImageStore) -> Iterator[str]:
    """The page, in parts.

    Args:
        comparison: the results.
        charts: whose files are beside the page.
        store: holds the images.
    """
    title = f"{comparison.collection}: {', '.join(comparison.labels)}"
    drawn = {chart.name: chart for chart in charts}
    yield head_of_page(title)
    yield _header(comparison)
    yield "<main>\n"
    said = " ".join(text_of(sentence) for sentence in (*paragraph(comparison), UNTOLD))
    yield f'<section id="verdict">\n<p class="verdict">{said}</p>\n'
    yield _matrices(comparison)
    yield f"{_together(comparison)}{_readings(comparison, drawn)}</section>\n"
    yield '<section id="pairs">\n<h2>Pair by pair</h2>\n'
    is_open = len(comparison.labels) == 2
    for place, (a, b) in enumerate(comparison.vocabularies.select("a", "b").iter_rows()):
        yield pair_section(comparison, (a, b), drawn, place=place, is_open=is_open)
    yield "</section>\n"
    yield _maps(comparison, [chart for chart in charts if chart.name.startswith("map-")])
    yield from gallery(comparison, store)
    yield _coverage(comparison)
    yield f'<section id="methods">\n<h2>Methods</h2>\n<p>{text_of(methods_text(comparison))}</p>\n'
    yield "</section>\n</main>\n<footer><p>Made with tagatlas.</p></footer>\n</body>\n</html>\n"


def _header(comparison: Comparison) -> str:
    links = "".join(
        f'<a href="#{anchor}">{name}</a>'
        for anchor, name in (
            ("verdict", "In short"),
            ("pairs", "Pairs"),
            ("maps", "Maps"),
            ("disagreement", "Images"),
            ("coverage", "Coverage"),
            ("methods", "Methods"),
        )
    )
    labels = listed([text_of(label) for label in comparison.labels])
    return (
        f"<header>\n<h1>{text_of(comparison.collection)}, seen by {labels}</h1>\n"
        f"<p>{_seen(comparison)}</p>\n<nav>{links}</nav>\n</header>\n"
    )


def _seen(comparison: Comparison) -> str:
    """The number of images, and of how many all have looked at."""
    images, common = comparison.images.height, comparison.in_common(*comparison.labels)
    if common == images:
        return f"{count(images, 'image')}."
    everyone = "both" if len(comparison.labels) == 2 else "all"
    return f"{count(common, 'image')} that {everyone} have looked at, of {images:,}."


def _matrices(comparison: Comparison) -> str:
    """Agreement of every two backends above chance, on themes and on tags."""
    labels = comparison.labels
    pairs = comparison.vocabularies.select("a", "b").rows()
    shown = ""
    for caption, measure in (("On themes", THEMES), ("On tags", TAGS)):
        found = {(each.a, each.b): each for each in of_measure(comparison, measure)}

        def cell(line: int, column: int) -> Cell:
            pair = labels[min(line, column)], labels[max(line, column)]
            each, link = found.get(pair), f"pair-{pairs.index(pair)}"  # noqa: B023 - used here
            named = listed(pair)
            if each is None:
                return Cell(None, link=link, title=f"{named}: not known")
            return Cell(each.value, each.is_above, link, f"{named}: {in_words(each)}")

        shown += matrix(caption, labels, cell)
    return (
        f'<div class="matrices">{shown}</div>\n<p class="note">Agreement above chance: 0 is what'
        " the same figure gives with the images of one backend shuffled, 1 is full agreement. In"
        " parentheses: no more than chance can explain, as the interval reaches the mean of"
        " shuffled images or, without one, the value is among 95 % of theirs."
        f" {NOTHING}: too few images in common, no map, or the same said of every image.</p>\n"
    )


def _together(comparison: Comparison) -> str:
    """The agreement of all backends together; empty for two."""
    rows = comparison.measures.filter(pl.col("a") == ALL)
    body = "".join(figure_row(each) for each in rows.iter_rows(named=True))
    if not body:
        return ""
    return f'<h3>All together</h3>\n<div class="figures">{body}</div>\n'


def _readings(comparison: Comparison, drawn: dict[str, Chart]) -> str:
    """How to read each figure."""
    said = "".join(
        f"<dt>{text_of(MEASURES[name].title.format(k='k'))}</dt><dd>{text_of(MEASURES[name].text)}</dd>"
        for name in comparison.measures["measure"].unique(maintain_order=True)
    )
    files = f"<p>All figures: {files_of(drawn['measures'])}</p>" if "measures" in drawn else ""
    return (
        "<details>\n<summary>What each figure measures</summary>\n"
        f'<dl class="readings">{said}</dl>\n{files}</details>\n'
    )


def _maps(comparison: Comparison, charts: Sequence[Chart]) -> str:
    """The maps side by side."""
    if not charts:
        return '<section id="maps"></section>\n'
    shown = "".join(
        f"<figure>\n<h3>{text_of(chart.title)}</h3>\n{picture(chart)}</figure>\n"
        for chart in charts
    )
    return (
        '<section id="maps">\n<h2>The maps side by side</h2>\n<p>Every image keeps the colour of'
        f" its cluster on the map of {text_of(comparison.labels[0])}; grey ones are not on it, or"
        " in one of its smaller clusters. Each further map is turned, mirrored and scaled to lie on"
        " the first as well as it can; the names are its own clusters.</p>\n"
        f'<div class="maps">{shown}</div>\n</section>\n'
    )


def _coverage(comparison: Comparison) -> str:
    body = "".join(
        row(
            text_of(each["backend"]),
            *(f"{each[name]:,}" for name in ("ok", "empty", "failed", "pending")),
            _cost(each["cost"], each["dollars"]),
            number(each["images_per_second"], 1),
            number(each["seconds_median"]),
            number(each["seconds_95"]),
        )
        for each in comparison.coverage.iter_rows(named=True)
    )
    heads = (
        "backend",
        "tagged",
        "nothing seen",
        "failed",
        "not asked",
        "cost",
        "images/s",
        "median s",
        "95 % within s",
    )
    return (
        f'<section id="coverage">\n<h2>Coverage and cost</h2>\n{table(heads, body)}'
        "<p>Speeds are those of the runs that tagged this collection, on the machine they ran on,"
        f" and cost is the most that they can have cost; {NOTHING} where too little is known.</p>\n"
        "</section>\n"
    )


def _cost(kind: str, dollars: float | None) -> str:
    """Cost of a backend in words."""
    if kind == ASKED:
        return f"asked, ${number(dollars)}"
    return _COSTS.get(kind, "not known")
