"""The part of the page on two backends."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterator, Mapping
from html import escape
from itertools import groupby

import polars as pl

from tagatlas.toolkit import count
from tagatlas_compare.comparison.comparison import Comparison
from tagatlas_compare.comparison.measures import MEASURES
from tagatlas_compare.comparison.report.beyond import TAGS, THEMES, beyond_chance, of_pair
from tagatlas_compare.comparison.report.charts import one_sided
from tagatlas_compare.comparison.report.drawing import Chart, file_name
from tagatlas_compare.comparison.report.relations import relation_sentences
from tagatlas_compare.comparison.report.verdict import too_few, verdict
from tagatlas_compare.pages.elements import (
    NOTHING,
    interval,
    number,
    per_cent,
    row,
    table,
    text_of,
)
from tagatlas_compare.pages.strips import strip

_KINDS = {
    "same": "The same theme",
    "overlap": "Overlapping",
    "merged": "Merged",
    "split": "Split",
    "part": "A part of the other",
    "regrouped": "Grouped otherwise",
    "spread": "Without a counterpart",
}


def pair_section(
    comparison: Comparison,
    pair: tuple[str, str],
    charts: Mapping[str, Chart],
    *,
    place: int,
    is_open: bool,
) -> str:
    """All on two backends, folded.

    Args:
        comparison: the results.
        pair: labels of the backends.
        charts: by name.
        place: number of the pair.
        is_open: whether it is shown unfolded.
    """
    a, b = pair
    names = f"{text_of(a)} and {text_of(b)}"
    opened = " open" if is_open else ""
    few = too_few(comparison, a, b)
    start = (
        f'<details class="pair" id="pair-{place}"{opened}>\n<summary>{names}'
        f' <span class="brief">{text_of(few) if few else _brief(comparison, pair)}</span>'
        "</summary>\n"
    )
    said = verdict(comparison, a, b)
    body = f"<p>{text_of(said)}</p>\n" if said else ""
    body += _figures(comparison, pair)
    if not few:
        body += "".join(_themes(comparison, pair, charts))
        body += _tags(comparison, pair, charts)
    return f"{start}{body}{_vocabularies(comparison, pair)}</details>\n"


def _brief(comparison: Comparison, pair: tuple[str, str]) -> str:
    """The main figures of a pair, in a line."""
    parts = []
    for measure, name in ((THEMES, "themes"), (TAGS, "tags")):
        found = of_pair(comparison, *pair, measure)
        value = NOTHING if found is None else number(found.value)
        parts.append(f"{name} {value if found is None or found.is_above else f'({value})'}")
    return f"{' · '.join(parts)} above chance"


def _figures(comparison: Comparison, pair: tuple[str, str]) -> str:
    a, b = pair
    own = comparison.measures.filter(pl.col("a") == a, pl.col("b") == b)
    body = "".join(figure_row(each) for each in own.iter_rows(named=True))
    if not body:
        return ""
    return (
        f'<h3>How far they agree</h3>\n<div class="figures">{body}</div>\n<p class="note">A dot is'
        " the figure above chance, the line through it its 95 % interval; the first tick is chance,"
        " the end is full agreement.</p>\n"
    )


def figure_row(figure: Mapping[str, object]) -> str:
    """A figure of the table of measures: above chance as a strip, and as it was measured.

    Empty if nothing was measured.
    """
    value, low, high, chance = (_float(figure[name]) for name in ("value", "low", "high", "chance"))
    if value is None:
        return ""
    title = MEASURES[str(figure["measure"])].title.format(k=figure["k"])
    found = beyond_chance(figure)
    images = count(int(str(figure["images"])), "image")
    ends = interval(low, high)
    measured = f"measured {number(value)}{f' ({ends})' if ends else ''}, chance {number(chance)}"
    if found is None:
        shown, drawn = NOTHING, strip(None, said="not above chance, or too few images")
    else:
        shown = number(found.value) if found.is_above else f"({number(found.value)})"
        drawn = strip(found.value, (found.low, found.high), said=f"{title}: {shown} above chance")
    return (
        f'<div class="figure-row"><span class="what">{text_of(title)}</span>{drawn}<b>{shown}</b>'
        f"<small>{measured}; {images}</small></div>\n"
    )


def _themes(
    comparison: Comparison, pair: tuple[str, str], charts: Mapping[str, Chart]
) -> Iterator[str]:
    chart = charts.get(f"flows-{file_name(pair[0])}-{file_name(pair[1])}")
    if chart is not None:
        yield (
            f"<h3>{text_of(chart.title)}</h3>\n<p>{text_of(chart.text)}</p>\n"
            f"<figure>{picture(chart)}</figure>\n"
        )
    for kind, found in groupby(relation_sentences(comparison, *pair), key=lambda each: each[0]):
        sentences = [sentence for _, sentence in found]
        items = "".join(f"<li>{text_of(sentence)}</li>\n" for sentence in sentences)
        listing = f"<ul>{items}</ul>\n"
        if kind in ("regrouped", "spread"):
            heading = f"{_KINDS[kind]}: {count(len(sentences), 'case')}"
            yield f"<details><summary>{heading}</summary>{listing}</details>\n"
        else:
            yield f"<h4>{_KINDS[kind]}</h4>\n{listing}"


def _tags(comparison: Comparison, pair: tuple[str, str], charts: Mapping[str, Chart]) -> str:
    a, b = pair
    chart = charts.get(f"tags-{file_name(a)}-{file_name(b)}")
    shown = one_sided(comparison, a, b)
    body = ""
    if chart is not None:
        most = float(shown.select("share_a", "share_b").to_numpy().max())
        lines = "".join(_one_sided_row(each, pair, most) for each in shown.iter_rows(named=True))
        body = (
            f"<h3>{text_of(chart.title)}</h3>\n<p>{text_of(chart.text)} Dots are the shares of the"
            f" images by {text_of(a)}, rings those by {text_of(b)}; the line ends at"
            f" {per_cent(most)}.</p>\n"
            f'<div class="figures">{lines}</div>\n<p class="note">{files_of(chart)}</p>\n'
        )
    return body + "".join(_calibration(comparison, *turned) for turned in ((a, b), (b, a)))


def _one_sided_row(tag: Mapping[str, object], pair: tuple[str, str], most: float) -> str:
    """A tag with its shares, drawn up to the largest share of all."""
    shares = [float(str(tag[f"share_{side}"])) for side in "ab"]
    by = ", ".join(
        f"{per_cent(share)} by {label}" for label, share in zip(pair, shares, strict=True)
    )
    both = ""
    if min(shares) > 0:
        chance = number(_float(tag["both_by_chance"]), 0)
        both = f"; both give it to {count(int(str(tag['both'])), 'image')}, by chance {chance}"
    return (
        f'<div class="figure-row"><span class="what">{text_of(str(tag["tag"]))}</span>'
        f"{strip(shares[0] / most, other=shares[1] / most, said=by)}<b></b><small>"
        f"{text_of(by)}{both}</small></div>\n"
    )


def _calibration(comparison: Comparison, a: str, b: str) -> str:
    """What the scores of a backend are worth against another's tags; empty if that is unknown."""
    own = comparison.calibration.filter(pl.col("a") == a, pl.col("b") == b)
    sentence = calibration_sentence(comparison, a, b)
    if not sentence:
        return ""
    lines = "".join(_part(each) for each in own.iter_rows(named=True))
    return (
        f"<h3>What the scores of {text_of(a)} are worth to {text_of(b)}</h3>\n<p>Scores of"
        " different backends have different units and are not compared. Here the tags of"
        f" {text_of(a)} that {text_of(b)} has a word for are in order of their scores; each line"
        f" shows how many of them {text_of(b)} gives to the same image, the tick how many it would"
        f' by chance.</p>\n<div class="figures">{lines}</div>\n<p>{text_of(sentence)}</p>\n'
    )


def calibration_sentence(comparison: Comparison, a: str, b: str) -> str:
    """How many of a backend's surest tags another one gives as well; empty if that is unknown."""
    own = comparison.calibration.filter(pl.col("a") == a, pl.col("b") == b)
    if own.is_empty():
        return ""
    last, tags = own.row(-1, named=True), own["tags"].sum()
    ends = f", 95 % interval {per_cent(last['low'])} to {per_cent(last['high'])}"
    return (
        f"Of the {tags:,} tags of {a} that {b} has a word for, {b} gives {per_cent(last['share'])}"
        f" of the {last['tags']:,} surest as well (chance {per_cent(last['chance'])}"
        f"{ends if last['low'] is not None else ''})."
    )


def _part(part: Mapping[str, object]) -> str:
    share, low, high, chance = (_float(part[name]) for name in ("share", "low", "high", "chance"))
    scores = f"score {number(_float(part['score_low']))} to {number(_float(part['score_high']))}"
    shown = per_cent(share)
    return (
        f'<div class="figure-row"><span class="what">{scores}</span>'
        f"{strip(share, (low, high), chance=chance, said=f'{scores}: {shown}')}<b>{shown}</b>"
        f"<small>of {count(int(str(part['tags'])), 'tag')}; chance {per_cent(chance)}</small>"
        "</div>\n"
    )


def _vocabularies(comparison: Comparison, pair: tuple[str, str]) -> str:
    a, b = pair
    body = ""
    for own in comparison.vocabularies.filter(pl.col("a") == a, pl.col("b") == b).iter_rows(
        named=True
    ):
        for side, label in (("a", a), ("b", b)):
            known = own[f"known_{side}"]
            body += row(text_of(label), f"{own[f'labels_{side}']:,}", per_cent(known))
        body += row("in both", f"{own['shared']:,}", f"overlap {per_cent(own['jaccard'])}")
    heads = ("vocabulary", "labels", "of its tags, have a meaning")
    return f"<h3>Vocabularies</h3>\n{table(heads, body)}"


def picture(chart: Chart) -> str:
    """A chart as a picture with its text and files."""
    address = f"data:image/svg+xml;base64,{b64encode(chart.svg).decode()}"
    return (
        f'<img src="{address}" alt="{escape(chart.summary, quote=True)}">\n'
        f"<figcaption>{text_of(chart.summary)} {files_of(chart)}</figcaption>\n"
    )


def files_of(chart: Chart) -> str:
    """Links to the files of a chart."""
    return (
        f'<span class="files"><a href="{chart.name}.svg">SVG</a> <a href="{chart.name}.csv">CSV</a>'
        "</span>"
    )


def _float(value: object) -> float | None:
    return float(value) if isinstance(value, int | float) else None
