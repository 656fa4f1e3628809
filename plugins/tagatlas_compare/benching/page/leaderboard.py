"""``leaderboard.html``: all results in a folder, each task with a ranking of its own.

One file, without scripts and requests. All text from outside is escaped.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from tagatlas.toolkit import count
from tagatlas_compare.benching.measures import MEASURES
from tagatlas_compare.benching.measures.clusters import SPLITS
from tagatlas_compare.benching.page.charts import frontiers, robustness
from tagatlas_compare.benching.page.codings import codings
from tagatlas_compare.benching.page.counted import counted, left_out
from tagatlas_compare.benching.page.leading import difference, ranked, was_tested
from tagatlas_compare.benching.page.ranking import ranking
from tagatlas_compare.benching.page.verdict import findings, notes, out_of_100, terms
from tagatlas_compare.benching.results.document import Difference, EntrantRow, Results
from tagatlas_compare.pages.elements import (
    NOTHING,
    Cell,
    head_of_page,
    interval,
    listed,
    matrix,
    number,
    row,
    table,
    text_of,
)

_WORDS = 6
"""Number of words that stand for a label that are shown."""

_OF_LABELS = {
    "probe": "told apart",
    "average_precision": "average precision",
    "precision_at_10": "precision at 10",
    "recall": "recall",
}


def leaderboard(documents: Sequence[Results]) -> Iterator[str]:
    """The page, in parts.

    Args:
        documents: of all tasks, in the order of the page.
    """
    yield head_of_page("Backends against each other")
    yield "<header>\n<h1>Backends against each other</h1>\n</header>\n<main>\n"
    for place, document in enumerate(documents):
        yield from _task(document, place)
    yield f"{_readings()}</main>\n<footer><p>Made with tagatlas.</p></footer>\n</body>\n</html>\n"


def _task(document: Results, place: int) -> Iterator[str]:
    said = " ".join(text_of(sentence) for sentence in findings(document))
    further = " ".join(text_of(sentence) for sentence in (*terms(document), *notes(document)))
    noted = f'<p class="note">{further}</p>\n' if further else ""
    yield (
        f'<section id="task-{place}">\n<h2>{text_of(document.collection)}</h2>\n'
        f'<p class="verdict">{said}</p>\n{ranking(document)}'
        f'{noted}<p class="note">{_what(document)}</p>\n'
    )
    yield frontiers(document)
    yield _differences(document)
    yield _figures(document)
    yield _words(document)
    yield codings(document)
    yield _speeds(document)
    yield robustness(document)
    yield "</section>\n"


def _what(document: Results) -> str:
    """The task and the machine, told once."""
    task = document.task
    labels = ""
    if task.truth is not None:
        of = f"{count(len(task.truth.codes), 'label')} by {text_of(task.truth.source)}"
        labels = f", {of}{'' if task.truth.single else ', several on an image'}"
    left = left_out(task)
    machine = ", ".join(
        text_of(f"{name.replace('_', ' ')} {value}") for name, value in document.machine.items()
    )
    versions = ", ".join(f"{text_of(name)} {text_of(v)}" for name, v in document.versions.items())
    return (
        f"{counted(document)}{labels}{f' (left out: {text_of(left)})' if left else ''}; task"
        f" {text_of(task.digest)}. Measured {text_of(document.made_at[:10])} on: {machine}; with"
        f" {versions}."
    )


def _differences(document: Results) -> str:
    """How much each entrant is ahead of each other."""
    labels = [entry.backend for _, entry in ranked(document)]
    if len(labels) < 2 or document.standing is None:
        return ""
    measure = document.standing.measure

    def cell(line: int, column: int) -> Cell:
        found = difference(document, labels[line], labels[column], measure)
        if found is None or found.difference is None:
            return Cell(None, title="not measured")
        ends = interval(found.low, found.high)
        said = f"{found.a} less {found.b}: {number(found.difference)}{f', {ends}' if ends else ''}"
        return Cell(found.difference, found.differs, title=said)

    body = ""
    for each in document.standing.differences:
        title = MEASURES[each.measure].title if each.measure in MEASURES else each.measure
        if each.measure == measure:
            title += ", above chance"
        body += row(
            text_of(f"{each.a} less {each.b}"),
            text_of(title),
            number(each.difference),
            interval(each.low, each.high) or "no interval",
            _ahead_in(each),
            _differs(each),
        )
    heads = ("difference", "measure", "value", "95 % interval", "first is ahead in", "differs")
    return (
        f'<div class="matrices">{matrix("Ahead by", labels, cell)}</div>\n<p class="note">How much'
        " further above chance the backend at the left is than the one above, on the same images;"
        " in parentheses: cannot be told from none.</p>\n<details>\n"
        f"<summary>All differences</summary>\n{table(heads, body)}</details>\n"
    )


def _ahead_in(found: Difference) -> str:
    """In how many resamples of the images the first is ahead; of clusters, in how many halves."""
    if found.measure == "clusters" and found.a_leads is not None:
        return f"{2 * SPLITS * found.a_leads:g} of {2 * SPLITS} halves"
    return out_of_100(found.a_leads)


def _differs(found: Difference) -> str:
    """Whether two entrants differ, in a word."""
    if not was_tested(found):
        return "not tested"
    return "yes" if found.differs else "cannot be told"


def _figures(document: Results) -> str:
    """All figures of all entrants, with chance beside each."""
    names = [name for name in MEASURES if any(name in row.figures for row in document.entrants)]
    if not names:
        return ""
    body = ""
    for entrant in document.entrants:
        cells = []
        for name in names:
            figure = entrant.figures.get(name)
            if figure is None or figure.value is None:
                cells.append(NOTHING)
                continue
            ends = interval(figure.low, figure.high)
            cells.append(
                f"<b>{number(figure.value)}</b> <small>{f'{ends}; ' if ends else ''}chance"
                f" {number(figure.chance)}</small>"
            )
        if entrant.figures:
            body += row(text_of(entrant.backend), *cells)
    heads = ("backend", *(text_of(MEASURES[name].title) for name in names))
    return f"<details>\n<summary>All figures</summary>\n{table(heads, body)}</details>\n"


def _words(document: Results) -> str:
    """Which labels each entrant can say, and how well."""
    truth = document.task.truth
    if truth is None:
        return ""
    parts = ""
    for entrant in document.entrants:
        if not entrant.labels:
            continue
        can = listed([text_of(label) for label in entrant.sayable])
        cannot = listed([text_of(label) for label in truth.codes if label not in entrant.sayable])
        parts += (
            f"<h3>{text_of(entrant.backend)}</h3>\n<p>It has words for {len(entrant.sayable):,} of"
            f" {count(len(truth.codes), 'label')}{f': {can}' if can else ''}."
            f"{f' It has none for {cannot}.' if cannot else ''}</p>\n{_labels(entrant)}"
        )
    if not parts:
        return ""
    return f"<details>\n<summary>Label by label</summary>\n{parts}</details>\n"


def _labels(entrant: EntrantRow) -> str:
    names = [name for name in _OF_LABELS if any(name in cells for cells in entrant.labels)]
    body = ""
    for cells in entrant.labels:
        tags = cells.get("tags")
        words = _few([str(tag) for tag in tags]) if isinstance(tags, Sequence) else ""
        matched = str(cells.get("matched_by") or "")
        said = f"{words} ({matched})" if words and matched else words or "no word"
        body += row(
            text_of(str(cells.get("label", ""))),
            str(cells.get("images", NOTHING)),
            text_of(said),
            *(_label_figure(cells, name) for name in names),
        )
    return table(("label", "images", "its words", *(_OF_LABELS[name] for name in names)), body)


def _few(words: Sequence[str]) -> str:
    """The first few words, and the number of the others."""
    more = len(words) - _WORDS
    return listed([*words[:_WORDS], f"{more:,} more"] if more > 0 else words)


def _label_figure(cells: Mapping[str, object], name: str) -> str:
    value, *ends = (cells.get(part) for part in (name, f"{name}_low", f"{name}_high"))
    low, high = (end if isinstance(end, int | float) else None for end in ends)
    said = interval(low, high)
    shown = number(value if isinstance(value, int | float) else None)
    return f"{shown}{f' <small>{said}</small>' if said else ''}"


def _speeds(document: Results) -> str:
    """Speed, memory and cost of each entrant."""
    body = ""
    elsewhere = any(entrant.machine is not None for entrant in document.entrants)
    for entrant in document.entrants:
        speed, cost = entrant.speed, entrant.cost
        if speed is None and cost is None:
            continue
        cells = [NOTHING] * 7
        if speed is not None:
            called = f"{speed.batch_size or NOTHING}, {speed.at_once or NOTHING}"
            cells = [
                number(speed.images_per_second, 1),
                called,
                number(speed.start_seconds, 1),
                number(speed.call_seconds_median),
                number(speed.call_seconds_95),
                number(speed.peak_megabytes, 0),
                count(speed.images, "image"),
            ]
        where = [_elsewhere(entrant)] if elsewhere else []
        body += row(text_of(entrant.backend), *cells, _spent(entrant), *where)
    if not body:
        return ""
    heads = (
        "backend",
        "images/s",
        "images in a call, calls at once",
        "start, s",
        "call, s",
        "95 % within, s",
        "peak, MB",
        "measured on",
        "cost",
        *(["where"] if elsewhere else []),
    )
    return (
        f"<details>\n<summary>Speed, memory and cost</summary>\n{table(heads, body)}"
        '<p class="note">Speeds can be compared on one machine only.</p>\n</details>\n'
    )


def _spent(entrant: EntrantRow) -> str:
    cost = entrant.cost
    if cost is None:
        return NOTHING
    if entrant.origin == "coded":
        return "not known (made by people)"
    if cost.kind == "imported":
        return "not known (imported)"
    if cost.kind == "free":
        return "free"
    spent = "" if cost.dollars is None else f"asked, ${number(cost.dollars)}"
    each = (
        ""
        if cost.dollars_per_1000 is None
        else f"${number(cost.dollars_per_1000)} for 1,000 images"
    )
    dated = f"prices of {cost.prices_of}" if cost.prices_of else ""
    return text_of("; ".join(filter(None, (spent, each, dated))) or NOTHING)


def _elsewhere(entrant: EntrantRow) -> str:
    """Where an entrant was measured, if not where the others were."""
    if entrant.machine is None:
        return "as the others"
    return text_of(", ".join(str(value) for value in entrant.machine.values()))


def _readings() -> str:
    said = "".join(
        f"<dt>{text_of(reading.title)}</dt><dd>{text_of(reading.text)}</dd>"
        for reading in MEASURES.values()
    )
    return f'<section>\n<h2>What is measured</h2>\n<dl class="readings">{said}</dl>\n</section>\n'
