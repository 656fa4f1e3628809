"""The part of a collection that a map shows: of one cluster, of tags, of records' columns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from itertools import product

import msgspec
import polars as pl

from tagatlas.contracts import MapData
from tagatlas.contracts.map import LIKELY
from tagatlas.errors import OptionError, UsageError
from tagatlas.wording import in_one_line, one_line
from tagatlas_mapping.maps.conditions import Condition, read_condition
from tagatlas_mapping.maps.given_name import GivenName, match_cluster

SETTING = "map.part"
"""The name of a part among a map's settings."""

OWN_COLUMNS = ("location", "frequency")
"""Columns of records that conditions may name besides the kept ones."""

_MOST, _LONGEST = 100, 1000
"""Conditions and tags of a part, and characters of each."""
_LISTED = 20
_EXAMPLES = 1000
"""Different cells of a column of which one has to be comparable."""


@dataclass(frozen=True)
class Part:
    """The part of a collection that a map shows; all that is said of it holds for its images.

    Attributes:
        within_cluster: name of a cluster or sub-cluster; empty for none.
        of_map: name of the map with that cluster.
        with_tag: tags that the images have.
        tag_score: the lowest score of these that counts.
        where: conditions on one record that leads to the image; see
            :func:`~tagatlas_mapping.maps.conditions.read_condition`.
    """

    within_cluster: str = ""
    of_map: str = ""
    with_tag: tuple[str, ...] = ()
    tag_score: float = 0.0
    where: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Check it; it may come from somebody else's atlas.

        Raises:
            OptionError: a condition is none, a score is not in [0, 1], or it has too much of all.
        """
        texts = (self.within_cluster, self.of_map, *self.with_tag, *self.where)
        if len(texts) > _MOST or any(len(text) > _LONGEST for text in texts):
            raise OptionError(
                f"a part has at most {_MOST} conditions of {_LONGEST:,} characters each"
            )
        if not 0 <= self.tag_score <= 1:
            raise OptionError(f"the lowest score of a tag is from 0 to 1, not {self.tag_score}")
        for text in self.where:
            read_condition(text)

    @property
    def conditions(self) -> list[Condition]:
        """Those on records."""
        return [read_condition(text) for text in self.where]

    @property
    def words(self) -> str:
        """What it is, for a title: ``cluster “bird” of imagenet, tag “beak”, year >= 1990``.

        The lowest score of a tag is said where it is another than that by default.
        """
        least = "" if self.tag_score == LIKELY else f" of at least {self.tag_score:g}"
        said = [f"cluster “{self.within_cluster}” of {self.of_map}"] if self.within_cluster else []
        said += [f"tag “{tag}”{least}" for tag in self.with_tag]
        said += [str(condition) for condition in self.conditions]
        return one_line(", ".join(said))

    @property
    def setting(self) -> str:
        """Its form among a map's settings; see :func:`part_of`."""
        return msgspec.json.encode(self).decode()


def asked_part(
    within_cluster: str | None,
    of_map: str | None,
    with_tag: Sequence[str],
    tag_score: float | None,
    where: Sequence[str],
) -> Part | None:
    """The part that somebody asks for; None if nothing is said of one.

    Raises:
        OptionError: an empty text; a map without a cluster, or a score without a tag; or see
            :class:`Part`.
    """
    texts = [*with_tag, *where, *(each for each in (within_cluster, of_map) if each is not None)]
    if not all(text.strip() for text in texts):
        raise OptionError("a cluster, map, tag or condition of a part cannot be empty")
    if of_map is not None and within_cluster is None:
        raise OptionError("--of-map is the map of --within-cluster: give that as well")
    if tag_score is not None and not with_tag:
        raise OptionError("--tag-score is the lowest score of --with-tag: give that as well")
    if within_cluster is None and not with_tag and not where:
        return None
    return Part(
        within_cluster or "",
        of_map or "",
        tuple(with_tag),
        LIKELY if tag_score is None else tag_score,
        tuple(where),
    )


def part_of(settings: Mapping[str, object]) -> Part | None:
    """The part that a map with these settings shows; None if it shows the whole collection.

    Raises:
        UsageError: what is stored is no part.
    """
    stored = settings.get(SETTING)
    if not isinstance(stored, str):
        return None
    try:
        return msgspec.json.decode(stored, type=Part)
    except (msgspec.DecodeError, OptionError, RecursionError) as error:
        raise UsageError(
            f"what the map shows is stored in no form that is known ({in_one_line(error)[:200]}):"
            " give the conditions again"
        ) from error


def cluster_now(part: Part, known: GivenName | None, data: MapData) -> tuple[GivenName, pl.Series]:
    """The cluster of a part as it is on its map now, and the ids of its images.

    Args:
        part: with the name of a cluster.
        known: the cluster as it was when the part was last looked for: it is the one that holds
            most of the images that were typical of it; None to look for its name.
        data: of the map that the part names.

    Raises:
        UsageError: there is no such cluster.
    """
    tables = {"cluster": data.clusters, "subcluster": data.subclusters}
    row: int | None = None
    level = "cluster" if known is None else known.level or "cluster"
    if known is not None:
        row = match_cluster(known, level, tables[level], data.nodes)
    wanted = part.within_cluster.strip().casefold()
    for each, column in product(tables, ("name", "automatic_name")):
        names = [name.casefold() for name in tables[each][column]]
        if row is None and wanted in names:
            level, row = each, names.index(wanted)
    if row is None:
        there = [*data.clusters["name"], *data.subclusters["name"]]
        raise UsageError(
            f"the map {part.of_map} has no cluster {part.within_cluster!r}; there are: "
            + ", ".join(there[:_LISTED])
            + ", ..." * (len(there) > _LISTED)
        )
    facts = tables[level].row(row, named=True)
    given = GivenName(
        part.within_cluster, level, tuple(facts["typical"]), facts["automatic_name"], row
    )
    return given, data.images.filter(pl.col(level) == row)["id"]


def tagged_images(part: Part, tags: pl.LazyFrame) -> pl.Series:
    """Ids of the images that have all tags of a part.

    Args:
        part: with tags.
        tags: ``image``, ``tag``, ``score``.

    Raises:
        UsageError: the backend gave a tag to no image.
    """
    names = pl.col("tag").str.to_lowercase()
    wanted = [tag.strip().lower() for tag in part.with_tag]
    found = tags.filter(names.is_in(wanted)).with_columns(names).collect(engine="streaming")
    for asked, tag in zip(part.with_tag, wanted, strict=True):
        if found.filter(found["tag"] == tag).is_empty():
            raise UsageError(f"no image has the tag {asked!r}: --with-tag takes one as it is given")
    counted = found.filter((pl.col("score") >= part.tag_score) & (pl.col("score") > 0))
    per_image = counted.group_by("image").agg(pl.col("tag").n_unique())
    return per_image.filter(per_image["tag"] == len(set(wanted)))["image"]


def recorded_images(part: Part, records: pl.DataFrame) -> pl.Series:
    """Ids of the images with a record for which all conditions of a part hold.

    Args:
        part: with conditions.
        records: ``image``, ``location``, ``frequency``, ``columns`` (JSON objects of text).

    Raises:
        UsageError: no record has a column that a condition names; or a condition compares, and no
            cell of the column can be.
    """
    conditions = part.conditions
    decode = msgspec.json.Decoder(dict[str, str | None]).decode
    seen: dict[str, set[str | None]] = {name: set() for name in OWN_COLUMNS}
    found = []
    rows = records.select("image", "location", "frequency", "columns").iter_rows()
    for image, location, frequency, columns in rows:
        cells = {"location": location, "frequency": str(frequency), **decode(columns)}
        for name, cell in cells.items():
            examples = seen.setdefault(name, set())
            if len(examples) < _EXAMPLES:
                examples.add(cell)
        if all(condition.holds(cells.get(condition.column)) for condition in conditions):
            found.append(image)
    for condition in conditions:
        if condition.column not in seen:
            there = ", ".join(" ".join(name.split()) for name in seen)
            raise UsageError(
                f"the records have no column {condition.column!r}; there are: {there}; columns are"
                " kept when a source is added"
            )
        if not found and not any(map(condition.compares, seen[condition.column])):
            raise UsageError(
                f"no cell of the column {condition.column!r} is a number or a date as ISO 8601"
                f" writes it, so that none can be compared: {condition}"
            )
    return pl.Series("image", found, dtype=pl.String).unique(maintain_order=True)


def common_images(several: list[pl.Series]) -> pl.Series:
    """The ids that are in each of some series, in the order of the first."""
    return reduce(lambda one, other: one.filter(one.is_in(other.implode())), several)
