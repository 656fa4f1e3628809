"""The results of a benchmark as a document: what is stored, joined, and shown on pages.

One document has one task, and the entrants that were measured on it. ``bench.schema.json`` is
its schema. Documents come from other people as well: what is read is checked against these types.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Annotated, Final, Literal

import msgspec
from msgspec import Meta

SCHEMA: Final = "tagatlas-bench-2"

Text = Annotated[str, Meta(max_length=2_000)]
Name = Annotated[str, Meta(min_length=1, max_length=500)]
Digest = Annotated[str, Meta(pattern="^[0-9a-f]{16}$")]
ImageId = Annotated[str, Meta(pattern="^[0-9a-f]{64}$")]
Count = Annotated[int, Meta(ge=0, le=10**12)]
Whole = Annotated[int, Meta(ge=-(2**63), le=2**63 - 1)]
Number = Annotated[float, Meta(ge=-1e12, le=1e12)]
Amount = Annotated[float, Meta(ge=0, le=1e12)]
Share = Annotated[float, Meta(ge=0, le=1)]
Cell = Text | Whole | Number | bool | None
Cells = Mapping[Name, Cell | Sequence[Text]]
"""A row of a table, by column."""
Json = Annotated[object, Meta(extra_json_schema={"description": "Any value."})]


class Origin(StrEnum):
    """Where the tags of an entrant come from."""

    ASKED = "asked"
    """From a tagger that tagatlas asked."""
    IMPORTED = "imported"
    """From a table that another program made."""
    CODED = "coded"
    """From people."""


@dataclass(frozen=True)
class FigureCells:
    """A figure. Null is what could not be measured, or has no honest interval.

    Attributes:
        value: on the task's images.
        low, high: its 95 % interval.
        chance: its mean with shuffled labels.
        chance_low, chance_high: interval of 95 % of the shuffled ones.
        images: on how many images it is measured.
    """

    value: Number | None = None
    low: Number | None = None
    high: Number | None = None
    chance: Number | None = None
    chance_low: Number | None = None
    chance_high: Number | None = None
    images: Count = 0

    @property
    def adjusted(self) -> float | None:
        """The share of what is possible beyond chance: 0 is chance, 1 the best; None if unknown."""
        if self.value is None or self.chance is None or self.chance >= 1:
            return None
        return (self.value - self.chance) / (1 - self.chance)


@dataclass(frozen=True)
class Counts:
    """Number of the task's images by tag status; ``pending`` ones were not looked at."""

    ok: Count = 0
    empty: Count = 0
    failed: Count = 0
    pending: Count = 0


@dataclass(frozen=True)
class Speed:
    """Speed and memory of an entrant, as far as known.

    Attributes:
        start_seconds: to make and prepare the tagger, and to have its first answer.
        images: number of images of each repeat.
        images_per_second: the median of the repeats; of a service, of all its calls.
        images_per_second_of_repeats: each after the first pass, or that pass alone.
        batch_size: most images of a call.
        at_once: most calls at once.
        call_seconds_median, call_seconds_95: quantiles of the seconds from sending a batch to
            its answer.
        peak_megabytes: peak of the memory of a process that runs only this tagger, with Python
            and the libraries, in units of 2**20 bytes.
    """

    start_seconds: Amount | None = None
    images: Count = 0
    images_per_second: Amount | None = None
    images_per_second_of_repeats: Sequence[Amount] = ()
    batch_size: Count | None = None
    at_once: Count | None = None
    call_seconds_median: Amount | None = None
    call_seconds_95: Amount | None = None
    peak_megabytes: Amount | None = None


@dataclass(frozen=True)
class Cost:
    """Cost of an entrant.

    Attributes:
        kind: ``free``; ``asked``: a service that tagatlas asked; ``imported``: not known.
        dollars: US dollars spent on its answers in this atlas, at most; null if not known.
        dollars_per_1000: US dollars for 1,000 images; null if not known.
        prices_of: when that price was read, such as ``2026-05``; empty if there is none.
    """

    kind: Literal["free", "asked", "imported"]
    dollars: Amount | None = None
    dollars_per_1000: Amount | None = None
    prices_of: Text = ""


@dataclass(frozen=True)
class Robustness:
    """How well an entrant's answers stay when images are perturbed.

    Attributes:
        perturbation: such as ``jpeg``.
        strength: in ``unit``.
        value: the share of the best tags that stays, with its 95 % interval ``low`` to ``high``.
        control: the same where images are only encoded again.
        chance: the same with the answers for other images.
        images: on how many images it is measured.
        embedding_value, embedding_low, embedding_high, embedding_control, embedding_chance,
            embedding_images: the same of the embeddings' cosine.
        too_small: number of images left out, since a person would not recognise them.
        silent: number of images left out, since they had no tag before.
        originals: of how many images that were shown the original was perturbed; of the others it
            was the stored copy, which was encoded before. Null if that is not known.
    """

    perturbation: Name
    strength: Number
    unit: Text
    value: Number | None = None
    low: Number | None = None
    high: Number | None = None
    control: Number | None = None
    chance: Number | None = None
    images: Count = 0
    embedding_value: Number | None = None
    embedding_low: Number | None = None
    embedding_high: Number | None = None
    embedding_control: Number | None = None
    embedding_chance: Number | None = None
    embedding_images: Count = 0
    too_small: Count = 0
    silent: Count = 0
    originals: Count | None = None


@dataclass(frozen=True)
class EntrantRow:
    """An entrant with its results.

    Attributes:
        backend: its label, unique in the document.
        tagger: the name of the tagger, or that under which its answers were imported.
        fingerprint: of everything that affects its answers; empty if it could not be made.
        plugin: the distribution it comes from, with its version; empty if none.
        origin: where its answers come from.
        options: that were given for it, by name.
        counts: number of the task's images by tag status.
        model_versions: number of images by version of the model that answered, as far as known.
        figures: by measure; empty without labels.
        measured_by: what the figures without words are of: ``embeddings``, or ``tags`` where it
            has none; empty if not known.
        sayable: the labels for which it has a tag at all.
        labels: a row for each label of the task.
        robustness: a row for each perturbation and strength.
        speed: null if it was not measured.
        cost: null if it could not be made.
        codes: results for each code of one's own coding; null without one.
        per_image: the file with its results for each image, relative to the document; empty if
            there is none.
        codes_page: likewise the page with the pictures of each code.
        made_at: when it was measured, ISO 8601, UTC; empty: as the document.
        machine: that it was measured on; null: that of the document.
        versions: of packages; null: those of the document.
        notes: why something was not measured, a line each.
        joined: whether it came from another folder: what its table of results for each image does
            not have is as its sender says.
        error: why it has no results; empty if it has.
    """

    backend: Name
    tagger: Text = ""
    fingerprint: Text = ""
    plugin: Text = ""
    origin: Origin = Origin.ASKED
    options: Mapping[Name, Cell | Sequence[Text]] = field(default_factory=dict)
    counts: Counts = field(default_factory=Counts)
    model_versions: Mapping[Text, Count] = field(default_factory=dict)
    figures: Mapping[Name, FigureCells] = field(default_factory=dict)
    measured_by: Literal["", "embeddings", "tags"] = ""
    sayable: Sequence[Name] = ()
    labels: Sequence[Cells] = ()
    robustness: Sequence[Robustness] = ()
    speed: Speed | None = None
    cost: Cost | None = None
    codes: Mapping[Name, Json] | None = None
    per_image: Text = ""
    codes_page: Text = ""
    made_at: Text = ""
    machine: Mapping[Name, Cell] | None = None
    versions: Mapping[Name, Text] | None = None
    notes: Sequence[Text] = ()
    joined: bool = False
    error: Text = ""


@dataclass(frozen=True)
class TruthCells:
    """What is known of the images.

    Attributes:
        source: ``folder``, ``column NAME``, or a file's name.
        single: whether each coded image has exactly one code.
        codes: number of images of each code, in the order of codes.
    """

    source: Text
    single: bool
    codes: Mapping[Name, Count]


@dataclass(frozen=True)
class Task:
    """What was measured.

    Attributes:
        digest: of the images, what is known of them, the options that affect figures, and the
            version of tagatlas. Only entrants of equal digests share a table.
        images: number of images.
        image_ids: their SHA-256, sorted.
        truth: null if nothing is known of the images.
        options: that affect figures, by name.
        left_out: number of images that are not in the task, by reason.
    """

    digest: Digest
    images: Count
    image_ids: Sequence[ImageId]
    truth: TruthCells | None = None
    options: Mapping[Name, Cell] = field(default_factory=dict)
    left_out: Mapping[Name, Count] = field(default_factory=dict)


@dataclass(frozen=True)
class Rank:
    """The rank of an entrant by the leading measure.

    Attributes:
        backend: its label.
        value: of the measure, above the task's level of chance: 0 is chance, 1 the best.
        rank: from 1; entrants that do not differ have the same.
        rank_low, rank_high: all ranks that it may have; null where that cannot be told.
        leads: share of the resamples in which it is first; null likewise.
    """

    backend: Name
    value: float | None
    rank: Count
    rank_low: Count | None
    rank_high: Count | None
    leads: Share | None


@dataclass(frozen=True)
class Difference:
    """The difference of two entrants in one measure, ``a`` less ``b``, on the same resamples.

    Attributes:
        a, b: their labels.
        measure: by which they are compared.
        difference: with its interval ``low`` to ``high``; by the leading measure, above chance.
        a_leads: share of the resamples in which ``a`` is ahead.
        p: probability of such a difference by chance, corrected for the number of comparisons.
        differs: whether they differ, by that.
    """

    a: Name
    b: Name
    measure: Name
    difference: float | None
    low: float | None
    high: float | None
    a_leads: float | None
    differs: bool
    p: Number | None = None


@dataclass(frozen=True)
class StandingCells:
    """How the entrants stand to each other.

    Attributes:
        measure: by which they are ranked.
        ranks: the best first.
        differences: of each pair, in each measure.
        method: how comparisons were corrected for their number.
    """

    measure: Text = ""
    ranks: Sequence[Rank] = ()
    differences: Sequence[Difference] = ()
    method: Text = ""


@dataclass(frozen=True)
class Results:
    """A document of results.

    Attributes:
        collection: name of the collection.
        made_at: ISO 8601, UTC.
        machine: that the entrants were measured on, unless they say otherwise.
        versions: of packages, likewise.
        task: what was measured.
        entrants: with their results; those that are ranked first, by rank.
        standing: how they stand to each other; null in the file of a single entrant.
        coders: agreement of several coders; null if there are none.
        schema: changes when a field changes its meaning or goes; new fields may come without that.
    """

    collection: Text
    made_at: Text
    machine: Mapping[Name, Cell]
    versions: Mapping[Name, Text]
    task: Task
    entrants: Sequence[EntrantRow]
    standing: StandingCells | None = None
    coders: Mapping[Name, Json] | None = None
    schema: Literal["tagatlas-bench-2"] = SCHEMA


def document_schema() -> dict[str, object]:
    """The JSON schema of a document, as in ``bench.schema.json``."""
    return {"$schema": "https://json-schema.org/draft/2020-12/schema"} | msgspec.json.schema(
        Results
    )
