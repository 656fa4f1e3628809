"""``report.html``: one file, without scripts and requests.

All text from outside is escaped, and charts are pictures in ``img`` elements, in which nothing
runs. Its Content Security Policy lets it load its own data only.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterator, Sequence
from html import escape
from importlib.resources import files

import polars as pl

from tagatlas import ImageStore
from tagatlas.toolkit import count, page_head
from tagatlas_compare.comparison.comparison import ALL, Comparison
from tagatlas_compare.comparison.measures import MEASURES
from tagatlas_compare.comparison.report.drawing import Chart
from tagatlas_compare.comparison.report.gallery import gallery, text_of
from tagatlas_compare.comparison.report.methods import methods_text
from tagatlas_compare.comparison.report.verdict import FEWEST, too_few, verdict

_KINDS = {
    "same": "the same theme",
    "merged": "merged into one",
    "split": "split",
    "regrouped": "regrouped",
    "spread": "spread over many",
}
_NOTHING = "n/a"


def page(comparison: Comparison, charts: Sequence[Chart], store: ImageStore) -> Iterator[str]:
    """The page, in parts.

    Args:
        comparison: the results.
        charts: in the order they are shown; their files are beside the page.
        store: holds the images.
    """
    style = (files("tagatlas_compare.comparison.report") / "page.css").read_text("utf-8")
    title = f"{comparison.collection}: {', '.join(comparison.labels)}"
    yield page_head(title, style, "data:")
    yield _header(comparison)
    yield "<main>\n"
    yield _overview(comparison)
    yield _section("agreement", charts)
    yield _measures(comparison)
    yield _section("themes", charts)
    yield _relations(comparison)
    yield _section("tags", charts)
    yield _vocabularies(comparison)
    yield from gallery(comparison, store)
    yield _coverage(comparison)
    yield f'<section id="methods">\n<h2>Methods</h2>\n<p>{text_of(methods_text(comparison))}</p>\n'
    yield "</section>\n</main>\n<footer><p>Made with tagatlas.</p></footer>\n</body>\n</html>\n"


def _header(comparison: Comparison) -> str:
    *others, last = [text_of(label) for label in comparison.labels]
    labels = f"{', '.join(others)} and {last}"
    links = "".join(
        f'<a href="#{anchor}">{name}</a>'
        for anchor, name in (
            ("agreement", "Agreement"),
            ("themes", "Themes"),
            ("tags", "Tags"),
            ("disagreement", "Images"),
            ("coverage", "Coverage"),
            ("methods", "Methods"),
        )
    )
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


def _overview(comparison: Comparison) -> str:
    """The three main figures of each pair, in words."""
    cards = "".join(
        _card(comparison, a, b) for a, b in comparison.vocabularies.select("a", "b").iter_rows()
    )
    return f'<section class="cards" aria-label="In short">\n{cards}</section>\n'


def _card(comparison: Comparison, a: str, b: str) -> str:
    own = comparison.measures.filter(pl.col("a") == a, pl.col("b") == b, pl.col("images") >= FEWEST)
    items = "".join(
        _headline(own, measure, name)
        for measure, name in (
            ("alpha_jaccard", "on tags"),
            ("mutual_information", "on themes"),
            ("neighbours", "on which images are alike"),
        )
    )
    return (
        f'<div class="card"><h3>{text_of(a)} and {text_of(b)}</h3>\n<dl>{items}</dl>\n'
        f"<p>{text_of(verdict(comparison, a, b))}</p></div>\n"
    )


def _headline(own: pl.DataFrame, measure: str, name: str) -> str:
    rows = own.filter(pl.col("measure") == measure, pl.col("value").is_not_null())
    if rows.is_empty():
        return ""
    row = rows.row(min(1, rows.height - 1), named=True)
    title = MEASURES[measure].title.format(k=row["k"])
    return (
        f'<div><dt>{name}</dt><dd><b>{_number(row["value"])}</b> <span title="{escape(title)}">'
        f"{_number(row['low'])} to {_number(row['high'])}; chance {_number(row['chance'])}"
        "</span></dd></div>"
    )


def _section(name: str, charts: Sequence[Chart]) -> str:
    shown = "".join(_figure(chart) for chart in charts if chart.section == name)
    return f'<section id="{name}">\n<h2>{name.capitalize()}</h2>\n{shown}</section>\n'


def _figure(chart: Chart) -> str:
    address = f"data:image/svg+xml;base64,{b64encode(chart.svg).decode()}"
    return (
        f"<figure>\n<h3>{text_of(chart.title)}</h3>\n<p>{text_of(chart.text)}</p>\n"
        f'<img src="{address}" alt="{escape(chart.summary, quote=True)}">\n'
        f'<figcaption>{text_of(chart.summary)} <span class="files"><a href="{chart.name}.svg">SVG'
        f'</a> <a href="{chart.name}.csv">CSV</a></span></figcaption>\n</figure>\n'
    )


def _measures(comparison: Comparison) -> str:
    """Every figure in numbers, with how to read it."""
    body = ""
    for row in comparison.measures.iter_rows(named=True):
        reading = MEASURES[row["measure"]]
        pair = "all together" if row["a"] == ALL else f"{row['a']} and {row['b']}"
        body += _row(
            text_of(reading.title.format(k=row["k"])),
            text_of(pair),
            _number(row["value"]),
            f"{_number(row['low'])} to {_number(row['high'])}",
            _number(row["chance"]),
            f"{row['images']:,}",
        )
    said = "".join(
        f"<dt>{text_of(MEASURES[name].title.format(k='k'))}</dt><dd>{text_of(MEASURES[name].text)}</dd>"
        for name in comparison.measures["measure"].unique(maintain_order=True)
    )
    head = _head("measure", "backends", "value", "95 % interval", "chance", "images")
    return (
        "<details>\n<summary>All figures in numbers, and how to read them</summary>\n"
        f'{_table(head, body)}<dl class="readings">{said}</dl>\n</details>\n'
    )


def _relations(comparison: Comparison) -> str:
    """The relations of the clusters, in words."""
    table = comparison.relations
    if not table.is_empty():
        told = [not too_few(comparison, a, b) for a, b in table.select("a", "b").iter_rows()]
        table = table.filter(pl.Series(told))
    if table.is_empty():
        return ""
    names = {
        backend.label: [] if backend.map is None else backend.map.cluster_names
        for backend in comparison.backends
    }
    body = "".join(
        _row(
            text_of(f"{row['a']} and {row['b']}"),
            _listed([names[row["a"]][cluster] for cluster in row["clusters_a"]]),
            _KINDS[row["kind"]],
            _listed([names[row["b"]][cluster] for cluster in row["clusters_b"]]),
            f"{row['images']:,}",
        )
        for row in table.iter_rows(named=True)
    )
    head = _head("backends", "clusters of the first", "are", "clusters of the second", "images")
    return (
        "<details open>\n<summary>Which themes are the same, merged or split</summary>\n"
        f"{_table(head, body)}</details>\n"
    )


def _listed(names: Sequence[str]) -> str:
    return "; ".join(text_of(name) for name in names) or _NOTHING


def _vocabularies(comparison: Comparison) -> str:
    body = "".join(
        _row(
            text_of(f"{row['a']} and {row['b']}"),
            f"{row['labels_a']:,}",
            f"{row['labels_b']:,}",
            f"{row['shared']:,}",
            f"{row['jaccard']:.1%}",
            _NOTHING if row["known_a"] is None else f"{row['known_a']:.0%}, {row['known_b']:.0%}",
        )
        for row in comparison.vocabularies.iter_rows(named=True)
    )
    head = _head(
        "backends", "labels of the first", "of the second", "shared", "overlap", "have a meaning"
    )
    return f"<h3>Vocabularies</h3>\n{_table(head, body)}"


def _coverage(comparison: Comparison) -> str:
    table = comparison.coverage
    body = "".join(
        _row(
            text_of(row["backend"]),
            *(f"{row[name]:,}" for name in ("ok", "empty", "failed", "pending")),
            _number(row["images_per_second"], 1),
            _number(row["seconds_median"]),
            _number(row["seconds_95"]),
            "free" if row["dollars"] is None else f"${row['dollars']:,.2f}",
        )
        for row in table.iter_rows(named=True)
    )
    head = _head(
        "backend",
        "tagged",
        "nothing seen",
        "failed",
        "not asked",
        "images/s",
        "median s",
        "95 % within s",
        "cost at most",
    )
    return (
        f'<section id="coverage">\n<h2>Coverage and cost</h2>\n{_table(head, body)}'
        "<p>Speeds are those of the runs that tagged this collection, on the machine they ran on;"
        " n/a where too little is known.</p>\n</section>\n"
    )


def _head(*cells: str) -> str:
    return "".join(f'<th scope="col">{cell}</th>' for cell in cells)


def _row(*cells: str) -> str:
    first, *rest = cells
    return f'<tr><th scope="row">{first}</th>{"".join(f"<td>{cell}</td>" for cell in rest)}</tr>\n'


def _table(head: str, body: str) -> str:
    return (
        f'<div class="table" tabindex="0"><table>\n<thead><tr>{head}</tr></thead>\n'
        f"<tbody>\n{body}</tbody>\n</table></div>\n"
    )


def _number(value: float | None, digits: int = 2) -> str:
    return _NOTHING if value is None else f"{value:z,.{digits}f}"  # z: no minus before zero
