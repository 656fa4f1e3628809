"""A paragraph for a paper: how a benchmark was made, what it found, and what it goes back to."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from tagatlas.toolkit import count
from tagatlas_compare.benching.measures import MEASURES
from tagatlas_compare.benching.measures.clusters import SEEDS, SPLITS
from tagatlas_compare.benching.measures.probe import FOLDS
from tagatlas_compare.benching.page.counted import counted, left_out
from tagatlas_compare.benching.page.leading import was_tested
from tagatlas_compare.benching.page.verdict import CORRECTED, method_of, verdict
from tagatlas_compare.benching.results.document import (
    Difference,
    EntrantRow,
    FigureCells,
    Rank,
    Results,
)
from tagatlas_compare.references import bibliography, cited, keys_in, reference_list
from tagatlas_compare.statistics.estimates import SHUFFLES
from tagatlas_compare.statistics.samples import RESAMPLES

_WORKS: Mapping[str, tuple[str, ...]] = {
    "probe": ("alain2017",),
    "clusters": ("vinh2010", "traag2019"),
    "average_precision": ("fellbaum1998",),
}
"""The works that a measure goes back to."""

_ORIGINS = {
    "asked": "",
    "imported": "imported answers",
    "coded": "coded by people",
}


def methods_text(results: Results) -> str:
    """Methods, results and references, in Markdown."""
    findings = [each for each in verdict(results) if not each.startswith(CORRECTED)]
    methods = [
        _what(results),
        *_measures(results),
        *_robustness(results),
        *_left_out(results),
    ]
    found = [*findings, *_figures(results), *_differences(results), *_cost(results)]
    text = f"# Methods\n\n{' '.join(methods)}\n\n# Results\n\n{' '.join(found)}\n"
    return f"{text}\n# References\n\n{reference_list(text)}\n"


def methods_bibliography(results: Results) -> str:
    """The works that :func:`methods_text` cites, as BibTeX."""
    return bibliography(keys_in(methods_text(results)))


def _measured(results: Results) -> list[EntrantRow]:
    return [entrant for entrant in results.entrants if not entrant.error]


def _what(results: Results) -> str:
    task = results.task
    versions = ", ".join(f"{name} {version}" for name, version in results.versions.items())
    names = "; ".join(_named(entrant) for entrant in _measured(results))
    known = ""
    if task.truth is not None:
        single = "one each" if task.truth.single else "some with several or none"
        known = (
            f", which have {count(len(task.truth.codes), 'label')} ({single}; from"
            f" {task.truth.source})"
        )
    options = ", ".join(f"{name} {value}" for name, value in task.options.items() if value != "")
    return (
        f"{count(len(_measured(results)), 'backend')} were measured on"
        f" {counted(results)} of “{results.collection}”{known}, on"
        f" {results.made_at[:10]} with {versions} ({options}; task {task.digest}): {names}."
    )


def _named(entrant: EntrantRow) -> str:
    counts = entrant.counts
    looked = f"{count(counts.ok, 'image')} with tags, {counts.empty:,} without"
    if counts.failed:
        looked += f", {counts.failed:,} failed"
    if counts.pending:
        looked += f", {counts.pending:,} not looked at"
    versions = "; model versions " + ", ".join(
        f"{version or 'unknown'}: {images:,}" for version, images in entrant.model_versions.items()
    )
    facts = [
        _ORIGINS[entrant.origin],
        entrant.fingerprint,
        entrant.plugin,
        looked + (versions if entrant.model_versions else ""),
        f"measured by its {entrant.measured_by}" if entrant.measured_by else "",
    ]
    return f"{entrant.backend} ({'; '.join(filter(None, facts))})"


def _measures(results: Results) -> Iterator[str]:
    names = [name for name in MEASURES if any(name in each.figures for each in _measured(results))]
    for name in names:
        reading = MEASURES[name]
        works = f" {cited(*_WORKS[name])}" if name in _WORKS else ""
        yield f"“{reading.title}”{works}: {reading.text}"
    truth = results.task.truth
    by_label = ", by label" if truth is None or truth.single else ""
    if names:
        yield (
            "Images without a tag count as wrong, and are a cluster each. Chance is the mean of at"
            f" least {SHUFFLES} times in which labels were given to other images; a figure is above"
            " chance where its interval is above that mean or, without one, where its value is"
            " above 95 % of these. Intervals are of 95 %: score intervals"
            f" {cited('wilson1927')} of means over images{by_label}, for an effective number of"
            f" images {cited('korn1998', 'satterthwaite1946')}; for clusters, from clusterings of"
            f" halves of the images ({SPLITS} splits) {cited('mccarthy1969')}. Where none would"
            " hold what it says, none is given."
        )
    if "probe" in names:
        yield _probe()
    if "clusters" in names:
        yield (
            f"Clusters are the mean of {SEEDS} clusterings, with the task's seed and those after"
            " it."
        )
    if results.standing is not None and len(results.standing.ranks) > 1:
        yield _comparing(results)


def _probe() -> str:
    """How the probe was made, so that anyone can make it again."""
    return (
        f"The probe is a ridge regression on each label (penalty 1, with a constant) in {FOLDS}"
        " folds, with images of all labels alike in each: vectors of length 1, of the backend's"
        " embedding where it stored one, else of the square roots of its tags' scores; the scores"
        " for a label are divided by the square root of its number of images that were trained."
    )


def _comparing(results: Results) -> str:
    """How differences and ranks were made."""
    truth = results.task.truth
    within = "within each label" if truth is None or truth.single else "from all images"
    return (
        "Differences are of the same images, with Student's intervals of the images' differences"
        f" and two further images {cited('bonett2012')}; of clusters, of the same"
        f" {2 * SPLITS} halves. The ranks that a backend may have follow from the differences that"
        f" are sure {cited('mohamad2022')}; who is first, from {RESAMPLES:,} samples of the images"
        f" drawn {within} {cited('efron1993')}."
    )


def _figures(results: Results) -> Iterator[str]:
    for name, reading in MEASURES.items():
        said = [
            f"{entrant.backend} {_figure(figure)}"
            for entrant in _measured(results)
            if (figure := entrant.figures.get(name)) is not None and figure.value is not None
        ]
        if said:
            yield f"Results for “{reading.title}”: {'; '.join(said)}."


def _figure(figure: FigureCells) -> str:
    facts = []
    if figure.low is not None and figure.high is not None:
        facts.append(f"{figure.low:z.2f} to {figure.high:z.2f}")
    if figure.chance is not None:
        facts.append(f"chance {figure.chance:z.2f}")
    return f"{figure.value:z.2f}" + (f" ({', '.join(facts)})" if facts else "")


def _differences(results: Results) -> Iterator[str]:
    standing = results.standing
    if standing is None or len(standing.ranks) < 2 or standing.measure not in MEASURES:
        return
    title = MEASURES[standing.measure].title
    ranks = "; ".join(f"{each.backend} {each.rank}{_other_ranks(each)}" for each in standing.ranks)
    known = any(each.rank_low is not None for each in standing.ranks)
    also = ", with the ranks that each may have" if known else ""
    yield f"Ranks by “{title}” above chance{also}: {ranks}."
    pairs = [each for each in standing.differences if each.measure == standing.measure]
    tested = [each for each in pairs if was_tested(each)]
    said = [_ahead(each) for each in tested if each.differs and each.difference is not None]
    works = f", corrected by {method_of(standing)} {cited('holm1979')}"
    corrected = works if "Holm" in standing.method and len(tested) > 1 else ""
    if said:
        yield f"Above chance, on the same images{corrected}: {'; '.join(said)}."
    alike = len(tested) - len(said)
    if said and alike:
        others = "pair" if alike == 1 else f"{alike:,} pairs"
        yield f"The other {others} cannot be told apart."
    elif alike:
        yield f"No pair can be told apart on these images{corrected}."
    if len(tested) < len(pairs):
        yield f"{count(len(pairs) - len(tested), 'pair')} could not be tested: too few images."


def _other_ranks(rank: Rank) -> str:
    """All ranks that an entrant may have, in brackets; empty if only one, or not known."""
    if rank.rank_low is None or rank.rank_high is None or rank.rank_low == rank.rank_high:
        return ""
    return f" ({rank.rank_low} to {rank.rank_high})"


def _ahead(each: Difference) -> str:
    """A difference, as how far one is ahead of the other."""
    first, other, ends = each.a, each.b, [each.difference, each.low, each.high]
    if (each.difference or 0) < 0:
        first, other = each.b, each.a
        ends = [None if end is None else -end for end in (each.difference, each.high, each.low)]
    value, low, high = ends
    interval = "" if low is None or high is None else f" ({low:z.2f} to {high:z.2f})"
    return f"{first} is ahead of {other} by {value:z.2f}{interval}"


def _robustness(results: Results) -> Iterator[str]:
    if not any(each.robustness for each in _measured(results)):
        return
    yield (
        "Robustness is the share of an image's best tags that stays when the stored picture is"
        f" perturbed {cited('hendrycks2019')}, beside a control that is only encoded again;"
        " robustness.csv has every kind and strength."
    )


def _cost(results: Results) -> Iterator[str]:
    said = []
    for entrant in _measured(results):
        cost = entrant.cost
        if cost is None or cost.kind != "asked" or cost.dollars is None:
            continue
        prices = f", prices of {cost.prices_of}" if cost.prices_of else ""
        said.append(f"{entrant.backend} US$ {cost.dollars:,.2f} at most{prices}")
    if said:
        yield f"Asking cost: {'; '.join(said)}."


def _left_out(results: Results) -> Iterator[str]:
    said = left_out(results.task)
    if said:
        yield f"Left out: {said}."
