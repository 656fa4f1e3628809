"""``codes-BACKEND.html``: a backend judged by one's own coding, with the pictures.

One file, without scripts and requests. All text from outside is escaped.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from html import escape
from importlib.resources import files
from pathlib import Path

import numpy as np
import polars as pl

from tagatlas import ImageStore, TagStatus
from tagatlas.toolkit import count, page_head, thumbnail_address, write_atomically
from tagatlas_compare.benching.coders import ALL_CODES, CoderAgreement, agreement_of_coders
from tagatlas_compare.benching.codes import ANY, FOLDS, THRESHOLD
from tagatlas_compare.benching.confusion import FALSE, MISSED, RIGHT
from tagatlas_compare.benching.judging import Judgement
from tagatlas_compare.benching.truth import Truth
from tagatlas_compare.comparison.report.gallery import text_of

_PICTURE = (220, 180)
_CONFUSIONS, _CONFUSED = 12, 6
_TAGS = 6
_SHADES = 4
_NOTHING = "n/a"

_HEADINGS = {
    FALSE: ("Given, and not there", "the surest first"),
    MISSED: ("There, and not given", "the nearest to being given first"),
    RIGHT: ("Right", "the surest first"),
}


@dataclass(frozen=True, eq=False)
class CodesPage:
    """What the page shows.

    Attributes:
        collection: its name.
        judgement: of the backend.
        truth: by which it is judged, of n images.
        coders: what each of several coders says of them, by name; else empty.
        left_out: number of images that do not count, by the reason.
        statuses: a :class:`~tagatlas.TagStatus` as text for each image.
        images: ids of the images.
        locations: path or URL of each image.
        store: holds the images.
    """

    collection: str
    judgement: Judgement
    truth: Truth
    coders: Mapping[str, Truth]
    left_out: Mapping[str, int]
    statuses: Sequence[str]
    images: Sequence[str]
    locations: Sequence[str]
    store: ImageStore

    @property
    def backend(self) -> str:
        """The backend's label."""
        return self.judgement.judged.backend

    @cached_property
    def agreement(self) -> CoderAgreement | None:
        """Agreement of the coders; None for one."""
        return agreement_of_coders(self.coders) if len(self.coders) > 1 else None


def write_codes_page(page: CodesPage, path: Path) -> None:
    """Write the page.

    Raises:
        StorageError: it cannot be written.
    """
    with write_atomically(path) as file:
        for part in codes_page(page):
            file.write(part.encode())


def codes_page(page: CodesPage) -> Iterator[str]:
    """The whole page, in parts."""
    style = (files("tagatlas_compare.benching") / "codes.css").read_text("utf-8")
    yield page_head(f"{page.backend} on {page.truth.source}", style, "data:")
    yield (
        f"<header>\n<h1>{text_of(page.backend)}, judged by {text_of(page.truth.source)}</h1>"
        f"\n<p>{_looked_at(page)}</p>\n</header>\n<main>\n"
    )
    yield from codes_fragment(page)
    yield "</main>\n<footer><p>Made with tagatlas.</p></footer>\n</body>\n</html>\n"


def codes_fragment(page: CodesPage) -> Iterator[str]:
    """The page's contents, for the middle of another page with the style ``codes.css``."""
    yield _overview(page)
    yield _calibration(page.judgement)
    yield from _confusions(page)
    yield _coders(page)
    yield '<section id="pictures">\n<h2>Pictures of each code</h2>\n'
    for code in page.truth.codes:
        yield from _pictures_of(page, code)
    yield "</section>\n"


def _looked_at(page: CodesPage) -> str:
    coded = page.truth.coded
    own = [status for status, is_coded in zip(page.statuses, coded, strict=True) if is_coded]
    said = [
        (own.count(TagStatus.OK), "tagged"),
        (own.count(TagStatus.EMPTY), "without a tag"),
        (own.count(TagStatus.FAILED), "failed"),
        (own.count(TagStatus.PENDING), "not looked at"),
    ]
    shown = ", ".join(f"{number:,} {what}" for number, what in said if number)
    silent = "" if len(own) == said[0][0] else " What it says nothing about counts as not given."
    left = "".join(f" {number:,} {text_of(reason)}." for reason, number in page.left_out.items())
    return (
        f"{text_of(page.collection)}: {count(len(own), 'image')} coded with "
        f"{count(len(page.truth.codes), 'code')}. Of these images: {shown}.{silent}"
        + (f" Left out:{left}" if left else "")
    )


def _overview(page: CodesPage) -> str:
    judged = page.judgement.judged
    codes, sayable = judged.codes.filter(rule=THRESHOLD), judged.sayable
    unsaid = [code for code in page.truth.codes if code not in sayable]
    mean = f"Mean F1 over {count(codes.height, 'code')}: {_number(judged.mean_f1(THRESHOLD))}"
    if sayable and unsaid:
        mean += f"; over the {len(sayable):,} for which it has a tag: " + _number(
            judged.mean_f1(THRESHOLD, sayable=True)
        )
    mean += f". At random it would be {_number(codes['f1_chance'].mean())}."
    lacking = f" It has no tag for {_listed(unsaid)}." if unsaid else ""
    people = (
        " The mean of its kappas with each coder compares with that of the coders among themselves."
        if page.agreement
        else ""
    )
    return (
        f'<section id="codes">\n<h2>Codes</h2>\n<p>{mean}{lacking}</p>\n'
        f"{_codes_table(page, THRESHOLD)}"
        '<p class="note">A code is given to an image if the best score of a matching tag reaches '
        f"a threshold, which is chosen on the other {FOLDS - 1} of {FOLDS} parts of the images for"
        " the highest F1. Beneath a figure: its 95 % interval for other images with these"
        " thresholds, where enough images allow one; and what it would be if as many images were"
        " given the code at random. Kappa is Cohen's, with the coding: 0 is chance, 1 is"
        f" agreement.{people}</p>\n"
        "<details><summary>If any matching tag counts, whatever its score</summary>\n"
        f"{_codes_table(page, ANY)}</details>\n</section>\n"
    )


def _codes_table(page: CodesPage, rule: str) -> str:
    heads = ["code", "coded with it", "given", "right", "precision", "recall", "F1", "kappa"]
    heads += ["kappa with each coder", "kappa among coders"] if page.agreement else []
    heads += ["threshold"] if rule == THRESHOLD else []
    heads += ["tags that match"]
    codes = page.judgement.judged.codes.filter(rule=rule)
    body = "".join(_code_row(page, row, heads) for row in codes.iter_slices(1))
    return (
        f'<div class="table"><table class="codes">\n{_head(heads)}<tbody>\n{body}</tbody>\n'
        "</table></div>\n"
    )


def _code_row(page: CodesPage, codes: pl.DataFrame, heads: Sequence[str]) -> str:
    [row] = codes.to_dicts()
    code = str(row["code"])
    link = f'<th scope="row"><a href="#{_anchor(page, code)}">{text_of(code)}</a></th>'
    having = f'<td data-head="{heads[1]}">{row["having"]:,}</td>'
    if not row["tags"]:
        return (
            f'<tr>{link}{having}<td colspan="{len(heads) - 2}" class="text none">never given: no'
            " tag matches it</td></tr>\n"
        )
    kappas = [_plain(row["kappa"])]
    if page.agreement:
        ceiling = page.agreement.codes.filter(code=code)["kappa"].item()
        kappas += [_plain(row["kappa_with_coders"]), _plain(ceiling)]
    low, high = row["threshold_low"], row["threshold_high"]
    spread = "" if low == high else f"<small>{_plain(low)} to {_plain(high)}</small>"
    tags = row["tags"]
    more = f" and {len(tags) - _TAGS:,} more" if len(tags) > _TAGS else ""
    cells = [
        *(f"{row[name]:,}" for name in ("given", "right")),
        *(_figure(row, name) for name in ("precision", "recall", "f1")),
        *kappas,
        *([f"{_plain(row['threshold'])}{spread}"] if row["rule"] == THRESHOLD else []),
        _listed(tags[:_TAGS]) + more,
    ]
    fields = "".join(
        f'<td data-head="{escape(head, quote=True)}"{" class=text" if head == heads[-1] else ""}>'
        f"<span>{cell}</span></td>"
        for head, cell in zip(heads[2:], cells, strict=True)
    )
    return f"<tr>{link}{having}{fields}</tr>\n"


def _calibration(judgement: Judgement) -> str:
    table = judgement.calibration
    heading = '<section id="calibration">\n<h2>What a score tells</h2>\n'
    if table is None:
        return f"{heading}<p>All its scores are equal: they tell nothing.</p>\n</section>\n"
    body = ""
    for low, high, _, given, right in table.iter_rows():
        share = right / given
        meter = f'<meter min="0" max="1" value="{share:.3f}"></meter> {100 * share:.0f} %'
        scores = _number(low) if low == high else f"{_number(low)} to {_number(high)}"
        body += (
            f'<tr><th scope="row">{scores}</th><td>{given:,}</td><td>{right:,}</td>'
            f"<td>{meter}</td></tr>\n"
        )
    head = _head(["best score of a matching tag", "times", "right", "share that is right"])
    return (
        f"{heading}<p>Whenever a tag matches a code, for all codes together.</p>\n"
        f'<div class="table"><table>\n{head}<tbody>\n{body}</tbody>\n</table></div>\n</section>\n'
    )


def _confusions(page: CodesPage) -> Iterator[str]:
    """What is taken for what, with pictures; and the whole matrix."""
    table = page.judgement.confusion
    yield '<section id="confusion">\n<h2>What it takes for what</h2>\n'
    if table is None:
        yield "<p>Images have several codes, so that none of them is taken for another.</p>\n"
        yield "</section>\n"
        return
    yield (
        "<p>The code of an image, and the code that it is given: of several, that with the best"
        " score.</p>\n"
    )
    for code, said, rows in page.judgement.confused.head(_CONFUSIONS).iter_rows():
        yield (
            f"<h4>{text_of(code)} taken for {text_of(said)}: {count(len(rows), 'image')}</h4>\n"
            '<ul class="pictures">\n'
        )
        column = page.truth.codes.index(said)
        for row in rows[:_CONFUSED]:
            score = page.judgement.judged.best[row, column]
            yield _picture(page, row, [f"score {_number(score)}"])
        yield "</ul>\n"
    yield "<details><summary>All codes in numbers</summary>\n"
    yield _matrix(table)
    yield "</details>\n</section>\n"


def _matrix(table: pl.DataFrame) -> str:
    names = table.columns[1:]
    body = ""
    for number, (code, *counts) in enumerate(table.iter_rows()):
        total = max(sum(counts), 1)
        cells = "".join(
            f'<td class="shade-{int(np.ceil(_SHADES * cell / total))}'
            f'{" self" if column == number else ""}">{cell or "·"}</td>'
            for column, cell in enumerate(counts)
        )
        body += f'<tr><th scope="row">{text_of(code)}</th>{cells}</tr>\n'
    head = _head(["coded \\ said", *names])
    return (
        f'<div class="table"><table class="confusion">\n{head}<tbody>\n{body}</tbody>\n'
        "</table></div>\n"
    )


def _coders(page: CodesPage) -> str:
    """Agreement of the people who coded."""
    if page.agreement is None:
        return ""
    body = ""
    for code, images, agreement, kappa, alpha in page.agreement.codes.iter_rows():
        name = "the choice among all codes" if code == ALL_CODES else text_of(code)
        cells = [f"{images:,}", f"{100 * agreement:.0f} %", _plain(kappa), _plain(alpha)]
        fields = "".join(f"<td>{cell}</td>" for cell in cells)
        body += f'<tr><th scope="row">{name}</th>{fields}</tr>\n'
    head = _head(["code", "images that two or more coded", "agreement", "mean kappa", "alpha"])
    names = _listed(list(page.agreement.coders))
    return (
        f'<section id="coders">\n<h2>How far people agree</h2>\n<p>{names}. What a backend is '
        "judged by is what most of them say. Kappa is the mean of Cohen's over the pairs of"
        " coders, alpha is Krippendorff's.</p>\n"
        f'<div class="table"><table>\n{head}<tbody>\n{body}</tbody>\n</table></div>\n</section>\n'
    )


def _pictures_of(page: CodesPage, code: str) -> Iterator[str]:
    [row] = page.judgement.judged.codes.filter(code=code, rule=THRESHOLD).to_dicts()
    having, given, right = row["having"], row["given"], row["right"]
    numbers = {FALSE: given - right, MISSED: having - right, RIGHT: right}
    said = f"given to {given:,}, rightly to {right:,}" if given else "never given"
    lacking = "" if row["tags"] else ", as no tag matches it"
    yield (
        f'<section class="code" id="{_anchor(page, code)}">\n<h3>{text_of(code)}</h3>\n'
        f"<p>On {count(having, 'image')}; {said}{lacking}.{_tags_of(page, code)}</p>\n"
    )
    pictures = page.judgement.pictures.filter(code=code)
    for kind, (heading, order) in _HEADINGS.items():
        own = pictures.filter(kind=kind)
        if own.is_empty():
            continue
        shown = f"{order}, {own.height:,} shown" if own.height < numbers[kind] else order
        yield f'<h4>{heading}: {numbers[kind]:,}</h4>\n<p class="note">{shown}</p>\n'
        yield '<ul class="pictures">\n'
        for number, score, tags in own.select("row", "score", "tags").iter_rows():
            said = "no matching tag" if score is None else f"score {_number(score)}"
            yield _picture(page, number, [said, ", ".join(tags) or "no tag"])
        yield "</ul>\n"
    yield "</section>\n"


def _tags_of(page: CodesPage, code: str) -> str:
    own = page.judgement.tags.filter(code=code).head(5)
    if own.is_empty():
        return " None of these images has a tag."
    return (
        " The tags that set them off: "
        + ", ".join(
            f"{text_of(tag)} ({images:,})"
            for tag, images in own.select("tag", "images").iter_rows()
        )
        + "."
    )


def _picture(page: CodesPage, row: int, lines: Sequence[str]) -> str:
    name = page.locations[row].replace("\\", "/").rpartition("/")[2] or page.images[row][:12]
    address = thumbnail_address(page.store, page.images[row], _PICTURE)
    alt = escape(name, quote=True)
    picture = (
        f'<img src="{address}" alt="{alt}">' if address else '<p class="missing">(no picture)</p>'
    )
    said = "".join(f"<span>{text_of(line)}</span>" for line in lines)
    return f"<li>{picture}{text_of(name)}{said}</li>\n"


def _anchor(page: CodesPage, code: str) -> str:
    return f"code-{page.truth.codes.index(code)}"


def _figure(row: Mapping[str, object], name: str) -> str:
    low, high, chance = row[f"{name}_low"], row[f"{name}_high"], row[f"{name}_chance"]
    if row[name] is None:
        return _NOTHING
    interval = f"{_plain(low)} to {_plain(high)}<br>" if low is not None else ""
    return f"{_plain(row[name])}<small>{interval}chance {_plain(chance)}</small>"


def _plain(value: object) -> str:
    return _number(value) if isinstance(value, float) else _NOTHING


def _number(value: object) -> str:
    return f"{value:z.2f}" if isinstance(value, float) and np.isfinite(value) else _NOTHING


def _listed(names: Sequence[str]) -> str:
    return ", ".join(map(text_of, names))


def _head(names: Sequence[str]) -> str:
    cells = "".join(f'<th scope="col">{text_of(name)}</th>' for name in names)
    return f"<thead><tr>{cells}</tr></thead>\n"
