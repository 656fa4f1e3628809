"""The part of ``methods.md`` on the collection."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from pathlib import PurePath
from urllib.parse import urlsplit, urlunsplit

import polars as pl

from tagatlas import ImageStatus, Map, Provenance, SourceFacts, TagStatus
from tagatlas.toolkit import CANDIDATE_BITS, NEAR_BITS
from tagatlas_exports.methods.markdown import count, escape, listed, share

# In this order: those still to be fetched come last.
_ADDRESSES: dict[str, str] = {
    status: status.in_words
    for status in sorted(ImageStatus, key=lambda status: status == ImageStatus.PENDING)
}
# Said even when it is 0: to see nothing and not to be able to look are not the same.
ALWAYS: tuple[str, ...] = (TagStatus.OK, TagStatus.EMPTY, TagStatus.FAILED)


def collection(map_: Map) -> list[str]:
    """The sources, the results of their addresses, and the images found."""
    facts = map_.provenance
    sources = "\n".join(f"- {_source(source)}" for source in facts.sources)
    total = sum(facts.addresses.values())
    found = facts.addresses.get(ImageStatus.OK, 0)
    joined = max(found - facts.images, 0)
    outcome = (
        f"They name {count(total, 'distinct address', 'distinct addresses')}"
        f"{_fetched(facts.fetched_between)}: {by_status(facts.addresses, _ADDRESSES, ALWAYS)}."
        f"{_survival(facts)}{_placeholders(facts)}"
        f" Files that are equal byte by byte (SHA-256) count as one image: with"
        f" {count(joined, 'duplicate')} joined, there are {count(facts.images, 'distinct image')}."
        f"{_near_duplicates(map_)}"
    )
    return [f"The collection comes from {count(len(facts.sources), 'source')}:", sources, outcome]


def _survival(facts: Provenance) -> str:
    """The share of addresses that still lead to a picture, and the recoveries used."""
    tried = sum(facts.addresses.values()) - facts.addresses.get(ImageStatus.PENDING, 0)
    if not tried:
        return ""
    found = facts.addresses.get(ImageStatus.OK, 0)
    elsewhere = sum(facts.ways.values())
    ways = ", ".join(f"{number:,} by {escape(way)}" for way, number in facts.ways.items())
    helped = f", {count(elsewhere, 'of them', 'of them')} found elsewhere ({ways})" if ways else ""
    return (
        f" The survival rate, the share of the addresses tried that led to a picture, is"
        f" {share(found, tried)}{helped}."
    )


def _placeholders(facts: Provenance) -> str:
    """The addresses that lead to a placeholder for missing pictures."""
    certain, perhaps = (facts.placeholders.get(kind, 0) for kind in ("certain", "perhaps"))
    said = ""
    if certain:
        leads = "leads" if certain == 1 else "lead"
        said += (
            f" Of those that do not exist any more, {count(certain, 'address', 'addresses')}"
            f" {leads} by a redirect to a picture that says so (a placeholder)."
        )
    if perhaps:
        said += (
            f" {count(perhaps, 'address', 'addresses')} of one site each give one and the same"
            f" picture, which may be such a placeholder; they count as found."
        )
    return said


def _near_duplicates(map_: Map) -> str:
    """The treatment of images that look the same."""
    choice = map_.provenance.settings.get("map.duplicates")
    if choice == "keep":
        return " Copies of one picture whose bytes differ were kept apart."
    if choice not in _JOINED:
        return ""
    copies = map_.records.filter(pl.col("copy") != pl.col("image"))["copy"].n_unique()
    return (
        f"{_JOINED[choice]}, are joined on the map and their frequencies summed:"
        f" {count(copies, 'image')} {'is' if copies == 1 else 'are'} stood for by another one."
    )


_SECOND_LOOK = (
    f" (candidates by perceptual hashes that differ in at most {CANDIDATE_BITS} of 64 bits, then"
    " compared by structure, tones and colours)"
)
_JOINED: dict[object, str] = {
    "join": f" Copies of one picture, also cropped, framed or with other tones{_SECOND_LOOK}",
    "exact": f" Pictures that differ in nothing but size and compression{_SECOND_LOOK}",
    "hash": " Images that look the same, by a perceptual hash of the cosine transform that differs"
    f" in at most {NEAR_BITS} of 64 bits",
}
"""The images that are joined, by the setting ``map.duplicates``."""


def _source(source: SourceFacts) -> str:
    day = source.added_at[:10]
    return (
        f"**{escape(_public_name(source.location))}**, read as: {escape(source.recognised)}"
        f" ({count(source.records, 'record')}, added on {escape(day)})."
    )


def _public_name(location: str) -> str:
    if "://" not in location:
        return PurePath(location.replace("\\", "/")).name or location
    try:
        parts = urlsplit(location)
    except ValueError:  # no valid URL: say nothing of what may be in it
        return "a web address"
    return urlunsplit((parts.scheme, parts.netloc.rpartition("@")[2], parts.path, "", ""))


def _fetched(between: tuple[str, str] | None) -> str:
    if between is None:
        return ""
    first, last = (escape(day[:10]) for day in between)
    return f", fetched on {first}" if first == last else f", fetched between {first} and {last}"


def by_status(counts: Mapping[str, int], words: Mapping[str, str], always: Collection[str]) -> str:
    """``12 led to an image and 2 gave no readable image``; zeros only for ``always``."""
    parts = [
        f"{counts.get(status, 0):,} {text}"
        for status, text in words.items()
        if counts.get(status, 0) or status in always
    ]
    return listed(parts)
