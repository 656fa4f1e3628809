"""Paragraphs for a paper: methods, results, references."""

from __future__ import annotations

from itertools import combinations

from tagatlas.toolkit import count
from tagatlas.toolkit.packages import versions
from tagatlas_compare.comparison.comparison import Comparison
from tagatlas_compare.comparison.report.verdict import paragraph
from tagatlas_compare.statistics.estimates import SHUFFLES


def methods_text(comparison: Comparison) -> str:
    """The methods of a comparison, in prose, with citations."""
    backends = comparison.backends
    names = ", ".join(f"{backend.label} ({backend.fingerprint})" for backend in backends)
    top = comparison.options.top
    themes = [backend for backend in backends if backend.map is not None]
    dated = f" on {comparison.made_at[:10]}" if comparison.made_at else ""
    tags = (
        f"Tags that {len(backends)} backends gave to the {_images(comparison)} were compared"
        f"{dated} with {_software()}: {names}.{_pairs(comparison)}"
        f" As scores of different backends have different units, of each image the {top} tags"
        " were compared that each backend scored highest, after labels were brought to one form"
        " (Unicode NFKC, case, blanks and hyphens); images that one of two backends has not looked"
        " at, or to which neither gave a tag, were left out. Agreement is given as the mean Jaccard"
        " similarity of the sets and as Krippendorff's alpha (Krippendorff 2013) with Jaccard and"
        " with MASI distance (Passonneau 2006)."
    )
    parts = [tags]
    if comparison.meaning:
        parts.append(
            "Agreement by meaning compares each tag with the most similar one of the other"
            f" backend, by {comparison.meaning}."
        )
    if len(themes) > 1:
        parts.append(
            "Themes are the clusters of each backend's map; they were compared on the images that"
            " are on both maps by adjusted mutual information (Vinh et al. 2010), the adjusted Rand"
            " index (Hubert & Arabie 1985) and V-measure (Rosenberg & Hirschberg 2007), by the"
            " overlap of nearest neighbours, and by Procrustes analysis of the places (Gower 1975)."
        )
        settings = [dict(comparison.settings.get(backend.label, {})) for backend in themes]
        if any(each != settings[0] for each in settings):
            parts.append("The maps were made with different settings, which compare.json lists.")
    parts.append(
        "Intervals (95 %) are score intervals over the images (Wilson 1927; Korn & Graubard 1998),"
        " of jackknife pseudo-values (Tukey 1958) where a figure is no mean over images; none is"
        " given where it would not hold what it says. Those of themes are for the maps as they are:"
        " they do not include the clustering and the layout. The level of chance is the"
        f" mean of {SHUFFLES} shufflings of the images of one backend. Its seed is"
        f" {comparison.options.seed}. A figure above chance is what it has more than chance, as a"
        " share of what full agreement has more (as in Cohen 1960)."
    )
    return " ".join(parts)


def results_text(comparison: Comparison) -> str:
    """The results of a comparison, in prose."""
    return " ".join(paragraph(comparison))


def _software() -> str:
    return ", ".join(f"{name} {number}" for name, number in versions().items())


def _images(comparison: Comparison) -> str:
    """The images compared: of two backends, those that both have looked at."""
    images, common = comparison.images.height, comparison.in_common(*comparison.labels)
    of_collection = f"{count(images, 'image')} of “{comparison.collection}”"
    if common == images or len(comparison.labels) > 2:
        return of_collection
    return f"{common:,} of the {of_collection} that both have looked at"


def _pairs(comparison: Comparison) -> str:
    """Number of images of each pair, if not all have looked at all."""
    pairs = list(combinations(comparison.labels, 2))
    common = [comparison.in_common(*pair) for pair in pairs]
    if len(pairs) == 1 or set(common) == {comparison.images.height}:
        return ""
    listed = ", ".join(
        f"{number:,} by {a} and {b}" for (a, b), number in zip(pairs, common, strict=True)
    )
    return f" They were compared in pairs, on the images that both have looked at: {listed}."
