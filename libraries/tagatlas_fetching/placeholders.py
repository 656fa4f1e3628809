"""Placeholders for deleted images, found by the many addresses that lead to them.

A host that redirects deleted images to its ``/removed.png`` answers with a picture where it means
"missing". That is certain only if the name of the target says so; if many addresses merely lead
to one picture, it may be one that was posted often, and is only reported.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from ipaddress import ip_address
from itertools import pairwise
from urllib.parse import SplitResult, urlsplit

import numpy as np
import polars as pl
from numpy.typing import NDArray

from tagatlas.contracts import ImageStatus
from tagatlas.masking import as_shown

SEVERAL = 3
"""Minimum number of addresses of one site that lead to its placeholder."""

MANY = 10
"""The same for several sites, which may be shortened links to one picture."""

_COUNTS = 1 << 26
"""Counters of what addresses lead to, of a byte each; pages of them that count nothing are free."""

VERY_MANY = 20
"""Minimum number of addresses of one host that give the same bytes without a redirect."""

_SAYS_GONE = (
    "removed deleted placeholder unavailable missing expired gone blank spacer empty dummy 404 410"
    " platzhalter yok zanwu"
)
_SAYS_STANDARD = "default unknown none null nothing fallback error"
_SAYS_NO = "no not default without kein non sin sem geen brak net ingen"
_SAYS_THING = (
    "image images img photo photos picture pic file media thumb thumbnail avatar preview profile "
    "user video available found bild foto imagen imagem immagine afbeelding zdjecia resim"
    " disponible disponibile"
)
_SAYS_LITTLE = (
    "been by content error errors has hotlink is it large medium normal page small sorry square "
    "static the this was you your now printing"
)

_GONE = frozenset(_SAYS_GONE.split())
"""Words that each mean a missing picture."""

_STANDARD = frozenset(_SAYS_STANDARD.split())
"""Words that each mean a missing picture if many addresses lead there."""

_NO, _THINGS = frozenset(_SAYS_NO.split()), frozenset(_SAYS_THING.split())
"""Words that mean it one after the other, as in ``no-image``, ``not found`` and ``kein-bild``."""

_SOON = ("now", "printing")
"""Name that Japanese shops give to a picture that they do not have yet."""

_BESIDE = frozenset(_SAYS_LITTLE.split())
"""Words that may stand beside them and say nothing about a picture's content."""

_KNOWN = _GONE | _STANDARD | _NO | _THINGS | _BESIDE
_KNOWN_WORD = "|".join(sorted(_KNOWN, key=len, reverse=True))
_WORD = re.compile(rf"(?:{_KNOWN_WORD})(?=(?:{_KNOWN_WORD})*(?:[^a-z]|$))|[a-z]+|[0-9]+")
_PICTURE = re.compile(r"\.(?:png|jpe?g|gif|webp|bmp|avif|ico|tiff?)$", re.IGNORECASE)


@dataclass(frozen=True)
class Placeholder:
    """A picture that may be a placeholder for deleted images.

    Attributes:
        host: of most of the addresses.
        leads_to: the URL that they are redirected to; empty if they give the same bytes.
        is_certain: whether it is a placeholder beyond doubt.
        locations: the addresses, in the order they were added.
        frequency: of their records, summed.
        image: id of the picture; None if none of the addresses has it any more.
    """

    host: str
    leads_to: str
    is_certain: bool
    locations: Sequence[str]
    frequency: int
    image: str | None

    @property
    def name(self) -> str:
        """Its name: the path on the same host, or the whole URL."""
        parts = _split(self.leads_to)
        return parts.path if parts is not None and parts.hostname == self.host else self.leads_to

    def as_shown(self) -> Placeholder:
        """The same, with addresses as shown."""
        locations = list(map(as_shown, self.locations))
        return replace(self, leads_to=as_shown(self.leads_to), locations=locations)


def find_placeholders(fates: Callable[[], Iterable[pl.DataFrame]]) -> list[Placeholder]:
    """The placeholders of a collection, those with most addresses first.

    Those found before are found again, regardless of the number and order of later fetches, and
    also if a copy was found elsewhere.

    Args:
        fates: gives the parts of the table each time it is called; see
            :meth:`tagatlas.catalog.addresses.AddressTable.fates`.
    """
    there = _suspects(fates)
    found = [*_redirected(there), *_repeated(there)]
    return sorted(found, key=lambda each: (-len(each.locations), each.host, each.leads_to))


def _suspects(fates: Callable[[], Iterable[pl.DataFrame]]) -> pl.DataFrame:
    """The addresses that lead where others do: all that placeholders may have, and some more.

    What addresses lead to is counted by its hash alone first: few of very many are kept.
    """
    counts = np.zeros((2, _COUNTS), np.uint8)
    for part in map(_there, fates()):
        for row, places in zip(counts, _places(part), strict=True):
            found, added = np.unique(places, return_counts=True)
            row[found] = np.minimum(row[found] + added, np.iinfo(np.uint8).max)
    kept = []
    for part in map(_there, fates()):
        targets, pictures = _places(part)
        is_kept = (counts[0, targets] >= SEVERAL) | (counts[1, pictures] >= VERY_MANY)
        kept.append(part.filter(pl.Series(is_kept, dtype=pl.Boolean)))
    return pl.concat(kept)


def _there(part: pl.DataFrame) -> pl.DataFrame:
    """The addresses that lead to a picture: location, final_url, image, frequency; and target."""
    there = part.filter(
        ~pl.col("local")
        & pl.col("final_url").is_not_null()
        & (
            ((pl.col("way") == "") & (pl.col("status") == str(ImageStatus.OK)))
            | (pl.col("placeholder") == "certain")
        )
    ).with_columns(image=pl.when(pl.col("way") == "").then("image"))
    plain = pl.col("final_url").str.replace(r"#.*$", "")
    target = plain.str.replace(r"(?i)(\.(?:png|jpe?g|gif|webp|bmp|avif))\?.*$", "${1}")
    host = pl.col("location").str.extract(r"^(?i)https?://(?:[^/?#]*@)?([^/?#:]+)")
    return there.select(
        "location",
        "final_url",
        "image",
        "frequency",
        target=target,
        host=host.str.to_lowercase(),
    )


def _places(there: pl.DataFrame) -> list[NDArray[np.uint64]]:
    """Where each target is counted, and where each picture of a host is."""
    pictures = pl.struct("image", "host").hash() % _COUNTS
    table = there.select(target=pl.col("target").hash() % _COUNTS, picture=pictures)
    return [table["target"].to_numpy(), table["picture"].to_numpy()]


def _redirected(there: pl.DataFrame) -> Iterator[Placeholder]:
    """Placeholders that several addresses with other names are redirected to."""
    groups = (
        there.filter(pl.col("location") != pl.col("final_url"))
        .filter(pl.len().over("target") >= SEVERAL)
        .partition_by("target", maintain_order=True, as_dict=True)
    )
    for (url,), group in groups.items():
        parts = _split(str(url))
        if parts is not None and (placeholder := _judged(str(url), parts, group)) is not None:
            yield placeholder


def _judged(url: str, target: SplitResult, group: pl.DataFrame) -> Placeholder | None:
    """The placeholder at a URL, judged by the addresses that lead to it; None if too few do."""
    sources = [_split(location) for location in group["location"]]
    others = [source is not None and _is_another(source, target) for source in sources]
    names = {
        (_site(source), _named(source))
        for source, is_other in zip(sources, others, strict=True)
        if is_other and source is not None
    }
    home = sum(site == _site(target) for site, _ in names)
    if home < SEVERAL and len(names) < MANY:
        return None
    rows = group.filter(pl.Series(others))
    hosts = Counter(source.hostname or "" for source in sources if source is not None)
    return Placeholder(
        host=hosts.most_common(1)[0][0],
        leads_to=url,
        is_certain=_says_that_it_is_gone(target.path, many=len(names) >= MANY),
        locations=rows["location"].to_list(),
        frequency=int(rows["frequency"].sum()),
        image=next((str(image) for image in rows["image"] if image is not None), None),
    )


def _repeated(there: pl.DataFrame) -> Iterator[Placeholder]:
    """Pictures that very many addresses of one host give without a redirect."""
    direct = (
        there.drop_nulls("image")
        .filter(pl.col("location").str.replace(r"#.*$", "") == pl.col("final_url"))
        .filter(pl.len().over("image", "host") >= VERY_MANY)
    )
    for group in direct.partition_by("image", "host", maintain_order=True):
        named = {_named(parts) for location in group["location"] if (parts := _split(location))}
        if len(named) >= VERY_MANY:
            yield Placeholder(
                host=str(group["host"][0]),
                leads_to="",
                is_certain=False,
                locations=group["location"].to_list(),
                frequency=int(group["frequency"].sum()),
                image=str(group["image"][0]),
            )


def _split(url: str) -> SplitResult | None:
    try:
        parts = urlsplit(url)
    except ValueError:
        return None
    return parts if parts.hostname else None


def _named(parts: SplitResult) -> str:
    """The name of an address's picture: its last segment, or a program's path and query."""
    segment = parts.path.rstrip("/").rpartition("/")[2]
    return segment if _PICTURE.search(segment) else f"{parts.path}?{parts.query}"


def _is_another(source: SplitResult, target: SplitResult) -> bool:
    """Whether an address names its picture differently, without a number or code in common."""
    if _named(source) == _named(target) or source.path == target.path:
        return False
    return not (_codes(source.path) & _codes(target.path))


def _codes(path: str) -> set[str]:
    """Parts of a path that may be the picture's own: of five characters and with a digit."""
    parts = re.split(r"[^0-9A-Za-z]+", path)
    return {part.lower() for part in parts if len(part) >= 5 and re.search(r"[0-9]", part)}


def _site(parts: SplitResult) -> str:
    """The site of a host, by its name: ``example.org``."""
    host = (parts.hostname or "").rstrip(".")
    try:
        return str(ip_address(host))
    except ValueError:
        labels = host.split(".")
    is_second_level = len(labels) > 2 and len(labels[-1]) == 2 and len(labels[-2]) <= 3
    return ".".join(labels[-3:] if is_second_level else labels[-2:])


def _says_that_it_is_gone(path: str, *, many: bool) -> bool:
    """Whether a picture's name means "missing" and nothing else.

    If the name means nothing at all, as in ``/404/image.png``, its folder's name counts.
    """
    *_, folder, name = ["", *path.lower().split("/")]
    words = _WORD.findall(_PICTURE.sub("", name))
    if all(word in _THINGS | _BESIDE or word.isdigit() for word in words):
        words += _WORD.findall(folder)
    if not all(word in _KNOWN or len(word) <= (4 if word.isdigit() else 1) for word in words):
        return False
    telling = _GONE | _STANDARD if many else _GONE
    return any(word in telling for word in words) or any(
        (first in _NO and second in _THINGS) or (first, second) == _SOON
        for first, second in pairwise(words)
    )
