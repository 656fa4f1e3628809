"""Tables in programs' dialects: each form of quotation marks, delimiter, line end, encoding."""

from __future__ import annotations

import csv
import io
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass

Rows = Sequence[Sequence[str]]

_WORDS = ("a", "photo", "of", "Grüße", "cat", "café", "dog", "in", "new")


@dataclass(frozen=True)
class Mixture:
    """One way to write a table.

    Attributes:
        habit: the name of one of ``HABITS``.
        delimiter: between two cells.
        line_end: between two rows.
        encoding: of the text.
        cells: what text cells have: ``plain``, ``quotes``, ``lines``, ``backslashes`` or ``all``.
        seed: of the random numbers.
    """

    habit: str
    delimiter: str
    line_end: str
    encoding: str
    cells: str
    seed: int

    def rows(self, number: int = 60) -> list[list[str]]:
        """A header and rows: an id, a text, a URL and another text."""
        chance = random.Random(self.seed)  # noqa: S311
        return [
            ["id", "text", "image_url", "place"],
            *(
                [str(10**17 + row), self._text(chance), f"https://a.example/{row}.jpg", "Köln"]
                for row in range(number)
            ),
        ]

    def written(self, rows: Rows) -> bytes:
        """The rows as a file."""
        text = HABITS[self.habit](rows, self.delimiter, self.line_end)
        return text.encode(self.encoding)

    def _text(self, chance: random.Random) -> str:
        text = " ".join(chance.choice(_WORDS) for _ in range(chance.randint(2, 9)))
        kinds = ("quotes", "lines", "backslashes", "delimiters") if self.cells == "all" else ()
        kind = chance.choice(kinds) if kinds else self.cells
        if chance.random() < 0.5 or kind == "plain":
            return text
        place = chance.randrange(len(text))
        inserted = {
            "quotes": chance.choice(('"', ' "so called" ', '5" screen')),
            "lines": "\n",
            "backslashes": chance.choice(("C:\\dir\\", '\\"', "\\")),
            "delimiters": self.delimiter,
        }[kind]
        return text[:place] + inserted + text[place:]


def rfc(rows: Rows, delimiter: str, line_end: str) -> str:
    """As in RFC 4180, Python's csv, pandas, Excel, LibreOffice, DuckDB and R's write.csv."""
    out = io.StringIO(newline="")
    csv.writer(out, delimiter=delimiter, lineterminator=line_end).writerows(rows)
    return out.getvalue()


def all_quoted(rows: Rows, delimiter: str, line_end: str) -> str:
    """The same with every cell in quotation marks."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=delimiter, lineterminator=line_end, quoting=csv.QUOTE_ALL)
    writer.writerows(rows)
    return out.getvalue()


def fputcsv(rows: Rows, delimiter: str, line_end: str) -> str:
    """As PHP's fputcsv: a quotation mark after a backslash is not doubled."""

    def cell(text: str) -> str:
        if not set(text) & {delimiter, '"', "\n", "\r", "\t", " ", "\\"}:
            return text
        written, is_escaped = "", False
        for letter in text:
            written += '""' if letter == '"' and not is_escaped else letter
            is_escaped = letter == "\\" or (is_escaped and letter != '"')
        return f'"{written}"'

    return _joined(rows, delimiter, line_end, cell)


def escaped(rows: Rows, delimiter: str, line_end: str) -> str:
    """As R with ``qmethod="escape"`` and pandas with ``escapechar``: behind a backslash."""
    return _joined(rows, delimiter, line_end, lambda text: '"' + text.replace('"', '\\"') + '"')


def bare(rows: Rows, delimiter: str, line_end: str) -> str:
    """Without added quotation marks, like many scripts: cells are joined unchanged."""
    return _joined(rows, delimiter, line_end, lambda text: text)


def naive(rows: Rows, delimiter: str, line_end: str) -> str:
    """Quoted, with inner quotation marks unchanged."""
    return _joined(rows, delimiter, line_end, lambda text: f'"{text}"')


def database(rows: Rows, delimiter: str, line_end: str) -> str:
    """As MySQL's INTO OUTFILE: backslashes before delimiters and line ends."""
    return _joined(
        rows,
        delimiter,
        line_end,
        lambda text: text.replace("\n", "\\\n").replace(delimiter, "\\" + delimiter),
    )


def _joined(rows: Rows, delimiter: str, line_end: str, cell: Callable[[str], str]) -> str:
    return "".join(delimiter.join(map(cell, row)) + line_end for row in rows)


HABITS: dict[str, Callable[[Rows, str, str], str]] = {
    "rfc": rfc,
    "all quoted": all_quoted,
    "fputcsv": fputcsv,
    "escaped": escaped,
    "bare": bare,
    "naive": naive,
    "database": database,
}


def mixtures(number: int = 200) -> list[Mixture]:
    """Different mixtures, the same each time; only those that can be written without loss."""
    chance = random.Random(0)  # noqa: S311
    found: dict[Mixture, None] = {}
    seed = 0
    while len(found) < number:
        habit = chance.choice(list(HABITS))
        cells = chance.choice(("plain", "quotes", "lines", "backslashes", "all"))
        if habit in ("bare", "naive") and cells in ("lines", "all"):
            cells = "quotes"  # a line end without a mark is a row's end in any reading
        seed += 1
        found[
            Mixture(
                habit,
                chance.choice(",;\t|"),
                chance.choice(("\n", "\r\n", "\n", "\r\n", "\r")) if cells != "lines" else "\r\n",
                chance.choice(("utf-8", "utf-8-sig", "utf-16", "utf-8", "cp1252", "utf-16-le")),
                cells,
                seed,
            )
        ] = None
    return list(found)
