"""The part of the leaderboard on one's own coding: each backend by code, beside the coders."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

import msgspec

from tagatlas_compare.benching.results.document import EntrantRow, Results
from tagatlas_compare.pages.elements import NOTHING, name_of, number, per_cent, row, table, text_of

Shape = TypeVar("Shape")

_PAGE = re.compile(r"codes/[\w.-]+\.html")


@dataclass(frozen=True)
class _Means:
    """A mean over all codes, and over those for which there is a tag."""

    all: float | None = None
    sayable: float | None = None


@dataclass(frozen=True)
class _Codes:
    """What is shown of an entrant's codes; see ``Judgement.document``."""

    mean_f1: Mapping[str, _Means] = field(default_factory=dict)
    mean_f1_chance: Mapping[str, float | None] = field(default_factory=dict)
    mean_kappa: Mapping[str, float | None] = field(default_factory=dict)
    mean_kappa_with_coders: Mapping[str, float | None] = field(default_factory=dict)


@dataclass(frozen=True)
class _OfCode:
    code: str
    images: int
    agreement: float | None = None
    kappa: float | None = None
    alpha: float | None = None


@dataclass(frozen=True)
class _Coders:
    """What is shown of the coders; see ``CoderAgreement.document``."""

    coders: Mapping[str, int]
    codes: Sequence[_OfCode]
    mean_kappa: float | None = None


def codings(document: Results) -> str:
    """How each entrant gives the codes, and how far the coders agree; empty without codes.

    Results may be other people's: what is not as tagatlas writes it is shown as not known.
    """
    coders = _read(document.coders, _Coders)
    body = ""
    for entrant in document.entrants:
        codes = _read(entrant.codes, _Codes)
        if codes is not None:
            body += _entrant(document, entrant, codes, coders)
    if not body:
        return ""
    heads = ["backend", "mean F1", "where it has tags", "by chance", "if any tag counts", "kappa"]
    heads += ["kappa with each coder", "kappa among coders"] if coders else []
    said = (
        "A code is given to an image if a matching tag has a score above a threshold that is chosen"
        " on other images. F1 is the harmonic mean of precision and recall, averaged over the"
        " codes; kappa is Cohen's, likewise."
    )
    if coders:
        said += " That with each coder compares with that among coders."
    return (
        "<details open>\n<summary>Code by code</summary>\n"
        f'{table(heads, body)}<p class="note">{said}</p>\n{_agreement(coders)}</details>\n'
    )


def _entrant(document: Results, entrant: EntrantRow, codes: _Codes, coders: _Coders | None) -> str:
    means = codes.mean_f1.get("threshold", _Means())
    cells = [
        number(means.all),
        number(means.sayable),
        number(codes.mean_f1_chance.get("threshold")),
        number(codes.mean_f1.get("any tag", _Means()).all),
        number(codes.mean_kappa.get("threshold")),
    ]
    if coders is not None:
        cells += [
            number(codes.mean_kappa_with_coders.get("threshold")),
            number(coders.mean_kappa),
        ]
    name = name_of(entrant.backend)
    if _PAGE.fullmatch(entrant.codes_page):
        place = f"results/{document.task.digest}/{entrant.codes_page}"
        name = f'<a href="{place}">{name}, with pictures</a>'
    return row(name, *cells)


def _agreement(coders: _Coders | None) -> str:
    """How far the coders agree on each code."""
    if coders is None:
        return ""
    body = "".join(
        row(
            text_of(each.code),
            f"{each.images:,}",
            per_cent(each.agreement),
            number(each.kappa),
            number(each.alpha),
        )
        for each in coders.codes
    )
    people = ", ".join(f"{name_of(name)} ({images:,})" for name, images in coders.coders.items())
    heads = ("code", "images", "agreement", "mean kappa", "alpha")
    return (
        "<details>\n<summary>How far the coders agree</summary>\n"
        f"<p>{people or NOTHING}. Backends are judged by what most of them say.</p>\n"
        f"{table(heads, body)}</details>\n"
    )


def _read(found: object, shape: type[Shape]) -> Shape | None:
    """Part of a document in the shape that tagatlas writes; None if it has another."""
    try:
        return None if found is None else msgspec.convert(found, shape)
    except msgspec.ValidationError:
        return None
