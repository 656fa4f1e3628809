"""Tables in LaTeX, without any package."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

_ESCAPES = {
    "\\": r"\textbackslash{}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    "<": r"\textless{}",
    ">": r"\textgreater{}",
    "|": r"\textbar{}",
    '"': r"\textquotedbl{}",
    **{each: f"\\{each}" for each in "&%$#_{}"},
}


def escape_latex(text: str) -> str:
    """A text as LaTeX prints it; control characters are dropped."""
    return "".join(
        _ESCAPES.get(each, each) for each in text if not unicodedata.category(each).startswith("C")
    )


def latex_table(
    heads: Sequence[str], rows: Sequence[Sequence[str]], caption: str, label: str
) -> str:
    """A table, its first column to the left, the others to the right.

    Args:
        heads: of the columns, as plain text; so are the cells and the caption.
        rows: of cells.
        caption: below the table.
        label: to refer to it.
    """

    def line(cells: Sequence[str]) -> str:
        return " & ".join(map(escape_latex, cells)) + r" \\"

    return "\n".join(
        [
            r"\begin{table}",
            r"\centering",
            rf"\begin{{tabular}}{{l{'r' * (len(heads) - 1)}}}",
            r"\hline",
            line(heads),
            r"\hline",
            *map(line, rows),
            r"\hline",
            r"\end{tabular}",
            rf"\caption{{{escape_latex(caption)}}}",
            rf"\label{{{label}}}",
            r"\end{table}",
            "",
        ]
    )
