"""No sentence says "1 images": what is counted in a text goes through ``count``."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
THINGS = (
    "addresses annotations backends calls cases clusters codes coders columns comparisons edges"
    " entries errors files folders images keys labels links maps models nodes pages pairs pictures"
    " placeholders points records results rows samples sets sources spells tags themes times users"
    " words"
)
JOINING = "of|to|has|by|in|as|and|with|when"
COUNTED = re.compile(rf"^ (?:of the )?(?:(?!{JOINING})[a-z-]+ )?(?:{'|'.join(THINGS.split())})\b")

ALWAYS_SEVERAL = {
    "NEIGHBOURS": "a constant above one",
    "EXACT_IMAGES": "a constant above one",
    "FAULTS_IN_A_ROW": "a constant above one",
    "FEWEST": "a constant above one",
    "RESAMPLES": "a constant above one",
    "SHUFFLES": "a constant above one",
    "alike": "said of two and more",
    "_MOST_FILES": "a constant above one",
    "_MOST_COLUMNS": "a constant above one",
    "len(each.locations)": "placeholders lie at several addresses",
    "len(images)": "results that do not fit the images sent",
    "asked": "likewise",
    "times": "a column that is there more than once",
    "sample": "the options ask for hundreds at least",
    "speed.images_per_second": "a rate",
    "_speed(tagger)": "a rate",
    "number(speed.images_per_second, 1)": "a rate",
    "number(cost.dollars_per_1000)": "dollars",
    "missed": "said of two and more; of one it is 'one is'",
    "intervals": "said of ten and more",
    "compared": "said of two and more",
    "len(backends)": "a comparison takes at least two",
    "top": "an option of comparisons, ten by default",
    "len(responses)": "results that do not fit the images sent",
    "given": "likewise",
    "len(given)": "likewise",
    "len(results)": "likewise",
    "tags": "said of two parts of 20 at least",
    "len(files)": "a report is several files",
    "self._rows_left": "a fault of the program itself",
    "in_a_row": "as many calls as a constant above one",
    "number": "said of two and more; of one without a number",
    "per_cent(top['share_a'])": "a share",
    "len(rows)": "fewer than two are refused",
    "where": "a name",
    "len(layers)": "more than a constant above one",
    "first['classes']": "one label is refused",
    "found.classes": "one label is refused",
}


def counted(path: Path) -> Iterator[tuple[int, str, str]]:
    """Line, expression and word of each number that a text puts before a plural."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if not isinstance(node, ast.JoinedStr):
            continue
        for value, after in zip(node.values, node.values[1:], strict=False):
            if not isinstance(value, ast.FormattedValue) or not isinstance(after, ast.Constant):
                continue
            found = COUNTED.match(str(after.value))
            if found:
                yield value.lineno, ast.unparse(value.value), found.group()


def modules() -> Iterator[Path]:
    for folder in ("core", "plugins", "libraries"):
        for path in (ROOT / folder).rglob("*.py"):
            if not {"derive", "tagatlas_testing"} & set(path.parts):
                yield path


def test_numbers_before_plurals_are_of_several() -> None:
    wrong = [
        f"{path.relative_to(ROOT)}:{line}: {expression}{word}"
        for path in modules()
        for line, expression, word in counted(path)
        if expression not in ALWAYS_SEVERAL
    ]
    assert wrong == []


def test_a_number_before_a_plural_is_found(tmp_path: Path) -> None:
    path = tmp_path / "module.py"
    path.write_text(
        'a = f"{n:,} images"\nb = f"{count(n, \'image\')} of"\nc = f"{n} of the maps"\n'
    )
    assert list(counted(path)) == [(1, "n", " images"), (3, "n", " of the maps")]
