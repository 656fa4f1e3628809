"""The literature that methods are from, as a list and as BibTeX."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Reference:
    """A work.

    Attributes:
        authors: in the form of BibTeX: ``Last, First and Last, First``.
        year: of publication.
        title: of the work.
        place: the journal, book or conference; of a book its publisher.
        kind: of BibTeX.
        details: volume, pages and the like, as in a list.
    """

    authors: str
    year: int
    title: str
    place: str
    kind: str = "article"
    details: str = ""

    @property
    def short(self) -> str:
        """As it is cited in a text: ``Vinh et al. 2010``."""
        last = [author.partition(",")[0] for author in self.authors.split(" and ")]
        if len(last) > 2:
            return f"{last[0]} et al. {self.year}"
        return f"{' & '.join(last)} {self.year}"

    @property
    def listed(self) -> str:
        """As it stands in a list of references."""
        authors = "; ".join(self.authors.split(" and "))
        details = f", {self.details}" if self.details else ""
        return f"{authors} ({self.year}): {self.title}. {self.place}{details}."

    def bibtex(self, key: str) -> str:
        """As an entry of BibTeX."""
        field = {"article": "journal", "inproceedings": "booktitle"}.get(self.kind, "publisher")
        rows = {
            "author": self.authors,
            "title": f"{{{self.title}}}",
            field: self.place,
            "year": str(self.year),
            "note": self.details,
        }
        inside = "".join(f"  {name} = {{{value}}},\n" for name, value in rows.items() if value)
        return f"@{self.kind}{{{key},\n{inside}}}\n".replace("&", "\\&")


REFERENCES: Mapping[str, Reference] = {
    "alain2017": Reference(
        "Alain, Guillaume and Bengio, Yoshua",
        2017,
        "Understanding intermediate layers using linear classifier probes",
        "International Conference on Learning Representations, workshop track",
        "inproceedings",
    ),
    "bonett2012": Reference(
        "Bonett, Douglas G. and Price, Robert M.",
        2012,
        "Adjusted Wald Confidence Interval for a Difference of Binomial Proportions Based on Paired"
        " Data",
        "Journal of Educational and Behavioral Statistics",
        details="37(4), 479-488",
    ),
    "cohen1960": Reference(
        "Cohen, Jacob",
        1960,
        "A Coefficient of Agreement for Nominal Scales",
        "Educational and Psychological Measurement",
        details="20(1), 37-46",
    ),
    "efron1993": Reference(
        "Efron, Bradley and Tibshirani, Robert J.",
        1993,
        "An Introduction to the Bootstrap",
        "Chapman & Hall",
        "book",
    ),
    "fellbaum1998": Reference(
        "Fellbaum, Christiane",
        1998,
        "WordNet: An Electronic Lexical Database",
        "MIT Press",
        "book",
    ),
    "gower1975": Reference(
        "Gower, John C.",
        1975,
        "Generalized Procrustes analysis",
        "Psychometrika",
        details="40(1), 33-51",
    ),
    "hendrycks2019": Reference(
        "Hendrycks, Dan and Dietterich, Thomas",
        2019,
        "Benchmarking Neural Network Robustness to Common Corruptions and Perturbations",
        "International Conference on Learning Representations",
        "inproceedings",
    ),
    "holm1979": Reference(
        "Holm, Sture",
        1979,
        "A simple sequentially rejective multiple test procedure",
        "Scandinavian Journal of Statistics",
        details="6(2), 65-70",
    ),
    "hubert1985": Reference(
        "Hubert, Lawrence and Arabie, Phipps",
        1985,
        "Comparing partitions",
        "Journal of Classification",
        details="2(1), 193-218",
    ),
    "korn1998": Reference(
        "Korn, Edward L. and Graubard, Barry I.",
        1998,
        "Confidence Intervals for Proportions with Small Expected Number of Positive Counts"
        " Estimated From Survey Data",
        "Survey Methodology",
        details="24(2), 193-201",
    ),
    "krippendorff2013": Reference(
        "Krippendorff, Klaus",
        2013,
        "Content Analysis: An Introduction to Its Methodology",
        "Sage",
        "book",
    ),
    "mccarthy1969": Reference(
        "McCarthy, Philip J.",
        1969,
        "Pseudo-Replication: Half Samples",
        "Review of the International Statistical Institute",
        details="37(3), 239-264",
    ),
    "mohamad2022": Reference(
        "Al Mohamad, Diaa and Goeman, Jelle J. and van Zwet, Erik W.",
        2022,
        "Simultaneous Confidence Intervals for Ranks With Application to Ranking Institutions",
        "Biometrics",
        details="78(1), 238-247",
    ),
    "passonneau2006": Reference(
        "Passonneau, Rebecca J.",
        2006,
        "Measuring Agreement on Set-valued Items (MASI) for Semantic and Pragmatic Annotation",
        "Proceedings of LREC",
        "inproceedings",
    ),
    "rosenberg2007": Reference(
        "Rosenberg, Andrew and Hirschberg, Julia",
        2007,
        "V-Measure: A Conditional Entropy-Based External Cluster Evaluation Measure",
        "Proceedings of EMNLP-CoNLL",
        "inproceedings",
    ),
    "satterthwaite1946": Reference(
        "Satterthwaite, Franklin E.",
        1946,
        "An Approximate Distribution of Estimates of Variance Components",
        "Biometrics Bulletin",
        details="2(6), 110-114",
    ),
    "traag2019": Reference(
        "Traag, Vincent A. and Waltman, Ludo and van Eck, Nees Jan",
        2019,
        "From Louvain to Leiden: guaranteeing well-connected communities",
        "Scientific Reports",
        details="9, 5233",
    ),
    "tukey1958": Reference(
        "Tukey, John W.",
        1958,
        "Bias and Confidence in Not-Quite Large Samples (Abstract)",
        "Annals of Mathematical Statistics",
        details="29(2), 614",
    ),
    "vinh2010": Reference(
        "Vinh, Nguyen Xuan and Epps, Julien and Bailey, James",
        2010,
        "Information Theoretic Measures for Clusterings Comparison: Variants, Properties,"
        " Normalization and Correction for Chance",
        "Journal of Machine Learning Research",
        details="11, 2837-2854",
    ),
    "wilson1927": Reference(
        "Wilson, Edwin B.",
        1927,
        "Probable inference, the law of succession, and statistical inference",
        "Journal of the American Statistical Association",
        details="22(158), 209-212",
    ),
    "wu1994": Reference(
        "Wu, Zhibiao and Palmer, Martha",
        1994,
        "Verb semantics and lexical selection",
        "Proceedings of the 32nd Annual Meeting of the Association for Computational Linguistics",
        "inproceedings",
    ),
}
"""Works by key, in the order of lists."""


def cited(*keys: str) -> str:
    """Works in brackets, as a text cites them: ``(Wilson 1927; Vinh et al. 2010)``."""
    return f"({'; '.join(REFERENCES[key].short for key in keys)})"


def keys_in(text: str) -> list[str]:
    """The keys of the works that a text cites, in the order of lists."""
    return [key for key, reference in REFERENCES.items() if reference.short in text]


def reference_list(text: str) -> str:
    """The works that a text cites, as a list in Markdown."""
    return "\n".join(f"- {REFERENCES[key].listed}" for key in keys_in(text))


def bibliography(keys: Iterable[str]) -> str:
    """Works as BibTeX."""
    return "\n".join(REFERENCES[key].bibtex(key) for key in keys)
