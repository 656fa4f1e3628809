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
from tagatlas_compare.benching.coding.coders import ALL_CODES, CoderAgreement, agreement_of_coders
from tagatlas_compare.benching.coding.codes import ANY, FOLDS, THRESHOLD
from tagatlas_compare.benching.coding.confusion import FALSE, MISSED, RIGHT
from tagatlas_compare.benching.coding.judging import Judgement
from tagatlas_compare.benching.coding.truth import Truth
from tagatlas_compare.pages.elements import (
    NOTHING,
    interval,
    listed,
    number,
    per_cent,
    row,
    table,
    text_of,
)

_PICTURE = (220, 180)
_CONFUSIONS, _CONFUSED = 12, 6
_UNSAID = 12
_TAGS = 4
_SHOWN_AT_ONCE = 8
"""Most codes whose pictures are unfolded from the beginning."""

_SHADES = 5

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
    style = (files("tagatlas_compare.pages") / "page.css").read_text("utf-8") + codes_style()
    yield page_head(f"{page.backend} on {page.truth.source}", style, "data:")
    links = {"codes": "Codes", "calibration": "Scores", "confusion": "Confusions"}
    links |= {"coders": "Coders"} if page.agreement else {}
    links |= {"pictures": "Pictures"}
    nav = "".join(f'<a href="#{anchor}">{name}</a>' for anchor, name in links.items())
    yield (
        f"<header>\n<h1>{text_of(page.backend)}, judged by {text_of(page.truth.source)}</h1>\n"
        f"<p>{_looked_at(page)}</p>\n<nav>{nav}</nav>\n</header>\n<main>\n"
    )
    yield from codes_fragment(page)
    yield "</main>\n<footer><p>Made with tagatlas.</p></footer>\n</body>\n</html>\n"


def codes_style() -> str:
    """CSS of the fragment, in addition to that of the pages of this package."""
    return (files("tagatlas_compare.benching.coding") / "codes.css").read_text("utf-8")


def codes_fragment(page: CodesPage) -> Iterator[str]:
    """The contents of the page, in parts, for the middle of another page."""
    yield _overview(page)
    yield _calibration(page.judgement)
    yield from _confusions(page)
    yield _coders(page)
    yield '<section id="pictures">\n<h2>Pictures of each code</h2>\n'
    for code in page.truth.codes:
        yield from _pictures_of(page, code)
    yield "</section>\n"


def _looked_at(page: CodesPage) -> str:
    own = [status for status, coded in zip(page.statuses, page.truth.coded, strict=True) if coded]
    said = [
        (own.count(TagStatus.OK), "tagged"),
        (own.count(TagStatus.EMPTY), "without a tag"),
        (own.count(TagStatus.FAILED), "failed"),
        (own.count(TagStatus.PENDING), "not looked at"),
    ]
    shown = listed([f"{images:,} {what}" for images, what in said if images])
    silent = "" if len(own) == said[0][0] else " What it says nothing about counts as not given."
    left_out = listed([f"{images:,} {text_of(why)}" for why, images in page.left_out.items()])
    return (
        f"{text_of(page.collection)}: {count(len(own), 'image')} coded with "
        f"{count(len(page.truth.codes), 'code')}. Of these images: {shown}.{silent}"
        + (f" Left out: {left_out}." if left_out else "")
    )


def _overview(page: CodesPage) -> str:
    judged = page.judgement.judged
    codes, sayable = judged.codes.filter(rule=THRESHOLD), judged.sayable
    unsaid = [code for code in page.truth.codes if code not in sayable]
    mean = f"Mean F1 over {count(codes.height, 'code')}: {number(judged.mean_f1(THRESHOLD))}"
    if sayable and unsaid:
        of_these = number(judged.mean_f1(THRESHOLD, sayable=True))
        mean += f"; over the {len(sayable):,} for which it has a tag: {of_these}"
    chance = number(codes["f1_chance"].to_numpy().mean())
    most = unsaid if len(unsaid) <= _UNSAID else [*unsaid[:_UNSAID], "others"]
    lacking = f" It has no tag for {_names(most, 'or')}." if unsaid else ""
    people = (
        " The mean of its kappas with each coder compares with that of the coders among themselves."
        if page.agreement
        else ""
    )
    return (
        f'<section id="codes">\n<h2>Codes</h2>\n<p class="verdict">{mean}. At random it would be'
        f" {chance}.{lacking}</p>\n{_codes_table(page, THRESHOLD)}"
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
    body = "".join(_code_row(page, each, heads) for each in codes.iter_slices(1))
    return table(heads, body, "codes")


def _code_row(page: CodesPage, codes: pl.DataFrame, heads: Sequence[str]) -> str:
    [own] = codes.to_dicts()
    link = f'<a href="#{_anchor(page, own["code"])}">{text_of(own["code"])}</a>'
    cells = [f"{own['having']:,}"]
    if own["tags"]:
        cells += [f"{own['given']:,}", f"{own['right']:,}"]
        cells += [_figure(own, name) for name in ("precision", "recall", "f1")]
        cells += [number(own["kappa"])]
        if page.agreement:
            among = page.agreement.codes.filter(code=own["code"])["kappa"].item()
            cells += [number(own["kappa_with_coders"]), number(among)]
        cells += [_threshold(own)] if own["rule"] == THRESHOLD else []
        more = len(own["tags"]) - _TAGS
        cells += [_names([*own["tags"][:_TAGS], *([f"{more:,} more"] if more > 0 else [])])]
    fields = "".join(
        f'<td data-head="{head}"{" class=text" if head == heads[-1] else ""}>'
        f"<span>{cell}</span></td>"
        for head, cell in zip(heads[1:], cells, strict=False)
    )
    if not own["tags"]:
        fields += (
            f'<td colspan="{len(heads) - 2}" class="text none">never given: no tag matches it</td>'
        )
    return f'<tr><th scope="row">{link}</th>{fields}</tr>\n'


def _figure(own: Mapping[str, float | None], name: str) -> str:
    if own[name] is None:
        return NOTHING
    lines = [interval(own[f"{name}_low"], own[f"{name}_high"])]
    lines += [f"chance {number(own[f'{name}_chance'])}"]
    return f"{number(own[name])}<small>{'<br>'.join(filter(None, lines))}</small>"


def _threshold(own: Mapping[str, float | None]) -> str:
    middle, low, high = (
        number(own[name], 3) if own[name] else "any"
        for name in ("threshold", "threshold_low", "threshold_high")
    )
    return middle if low == high else f"{middle}<small>{low} to {high}</small>"


def _calibration(judgement: Judgement) -> str:
    heading = '<section id="calibration">\n<h2>What a score tells</h2>\n'
    if judgement.calibration is None:
        said = (
            "All its scores are equal: they tell nothing."
            if judgement.judged.sayable
            else "No tag matches a code."
        )
        return f"{heading}<p>{said}</p>\n</section>\n"
    body = ""
    for low, high, _, given, right in judgement.calibration.iter_rows():
        scores = number(low) if number(low) == number(high) else interval(low, high)
        meter = f'<meter min="0" max="1" value="{right / given:.3f}"></meter>'
        share = f'<span class="share">{meter} {per_cent(right / given)}</span>'
        body += row(scores, f"{given:,}", f"{right:,}", share)
    heads = ["best score of a matching tag", "times", "right", "share that is right"]
    return (
        f"{heading}<p>Whenever a tag matches a code, for all codes together.</p>\n"
        f"{table(heads, body)}</section>\n"
    )


def _confusions(page: CodesPage) -> Iterator[str]:
    """What is taken for what, with pictures; and the whole matrix."""
    yield '<section id="confusion">\n<h2>What it takes for what</h2>\n'
    if page.judgement.confusion is None:
        yield "<p>Images have several codes, so that none of them is taken for another.</p>\n"
        yield "</section>\n"
        return
    yield (
        "<p>The code of an image, and the code that it is given: of several, that with the best"
        " score.</p>\n"
    )
    for code, said, images, tags in page.judgement.confused.head(_CONFUSIONS).iter_rows():
        column = page.truth.codes.index(said)
        scores = page.judgement.judged.best[:, column]
        shown = [
            _picture(page, image, [f"as {tag}, {number(float(scores[image]))}"])
            for image, tag in zip(images[:_CONFUSED], tags, strict=False)
        ]
        yield (
            f"<h3>{text_of(code)} taken for {text_of(said)}: {count(len(images), 'image')}</h3>\n"
            f"{_pictures(shown)}"
        )
    yield "<details><summary>All codes in numbers</summary>\n"
    yield _matrix(page.judgement.confusion)
    yield "</details>\n</section>\n"


def _matrix(confusion: pl.DataFrame) -> str:
    """The codes by what is said of their images, shaded by the share of a code's images.

    What is said of none has no column.
    """
    said = [name for name in confusion.columns[1:] if confusion[name].sum()]
    body = ""
    for code, *counts in confusion.select("code", *said).iter_rows():
        total = max(sum(counts), 1)
        cells = "".join(
            f'<td class="shade-{int(np.ceil(_SHADES * cell / total))}'
            f'{" same" if name == code else ""}">{cell or "·"}</td>'
            for name, cell in zip(said, counts, strict=True)
        )
        body += f'<tr><th scope="row">{text_of(code)}</th>{cells}</tr>\n'
    heads = ["coded \\ given", *map(text_of, said)]
    return table(heads, body, "confusion")


def _coders(page: CodesPage) -> str:
    """Agreement of the people who coded."""
    if page.agreement is None:
        return ""
    body = "".join(
        row(
            "the choice among all codes" if code == ALL_CODES else text_of(code),
            f"{images:,}",
            per_cent(agreement),
            number(kappa),
            number(alpha),
        )
        for code, images, agreement, kappa, alpha in page.agreement.codes.iter_rows()
    )
    heads = ["code", "images that two or more coded", "agreement", "mean kappa", "alpha"]
    return (
        f'<section id="coders">\n<h2>How far people agree</h2>\n<p>{_names(page.agreement.coders)}.'
        " A backend is judged by what most of them say. Kappa is the mean of Cohen's over the pairs"
        f" of coders, alpha is Krippendorff's.</p>\n{table(heads, body)}</section>\n"
    )


def _pictures_of(page: CodesPage, code: str) -> Iterator[str]:
    [own] = page.judgement.judged.codes.filter(code=code, rule=THRESHOLD).to_dicts()
    having, given, right = own["having"], own["given"], own["right"]
    totals = {FALSE: given - right, MISSED: having - right, RIGHT: right}
    said = f"given to {given:,}, rightly to {right:,}" if given else "never given"
    lacking = "" if own["tags"] else ", as no tag matches it"
    shown_at_once = " open" if len(page.truth.codes) <= _SHOWN_AT_ONCE else ""
    yield (
        f"<details{shown_at_once}>\n<summary>{text_of(code)} "
        f'<span class="brief">on {count(having, "image")}; {said}{lacking}</span></summary>\n'
        f'<div id="{_anchor(page, code)}">{_tags_of(page, code)}\n'
    )
    pictures = page.judgement.pictures.filter(code=code)
    for kind, (heading, order) in _HEADINGS.items():
        some = pictures.filter(kind=kind)
        shown = []
        for image, tag, score, tags in some.drop("code", "kind").iter_rows():
            matching = "no matching tag" if score is None else f"as {tag}, {number(score)}"
            best = f"best: {', '.join(tags)}" if tags else "no tag"
            shown.append(_picture(page, image, [matching, best]))
        if shown:
            part = f", {len(shown):,} shown" if len(shown) < totals[kind] else ""
            yield (
                f'<h4>{heading}: {totals[kind]:,} <span class="brief">{order}{part}</span></h4>\n'
                f"{_pictures(shown)}"
            )
    yield "</div>\n</details>\n"


def _tags_of(page: CodesPage, code: str) -> str:
    own = page.judgement.tags.filter(code=code).head(_TAGS).select("tag", "images")
    tags = [f"{text_of(tag)} ({images:,})" for tag, images in own.iter_rows()]
    return f"<p>Tags that set these images off: {listed(tags)}.</p>" if tags else ""


def _pictures(shown: Sequence[str]) -> str:
    return f'<ul class="pictures">\n{"".join(shown)}</ul>\n'


def _picture(page: CodesPage, image: int, lines: Sequence[str]) -> str:
    name = page.locations[image].replace("\\", "/").rpartition("/")[2] or page.images[image][:12]
    address = thumbnail_address(page.store, page.images[image], _PICTURE)
    alt = escape(name, quote=True)
    picture = (
        f'<img src="{address}" alt="{alt}">' if address else '<p class="missing">(no picture)</p>'
    )
    said = "".join(f"<span>{text_of(line)}</span>" for line in lines)
    return f"<li>{picture}{text_of(name)}{said}</li>\n"


def _anchor(page: CodesPage, code: str) -> str:
    return f"code-{page.truth.codes.index(code)}"


def _names(names: Sequence[str], word: str = "and") -> str:
    return listed([text_of(name) for name in names], word)
