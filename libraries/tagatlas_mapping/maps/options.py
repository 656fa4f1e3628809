"""Options of a map itself; the plugins that make it define their own."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

from msgspec import Meta

from tagatlas.contracts.marks import Mark


@dataclass(frozen=True)
class MapOptions:
    """Options of a map."""

    builder: Annotated[str, Meta(description="Graph builder that links images and tags.")] = (
        "bipartite"
    )
    layout: Annotated[str, Meta(description="Layout that places them.")] = "forceatlas2"
    likeness: Annotated[
        float,
        Meta(
            ge=0,
            lt=1,
            description="Share of the weight of links between images that are alike, which are"
            " added where a network of images and tags is laid out; 0 lays out that network alone,"
            " and a wall is then not sorted by likeness either.",
        ),
    ] = 0.7
    clusterer: Annotated[
        str, Meta(description="Clusterer that finds out which images belong together.")
    ] = "leiden"
    sample: Annotated[
        int,
        Meta(
            ge=1,
            le=10**9,
            description="Most images that are laid out and clustered one by one; where there are"
            " more, a sample is, and the others go where those most like them are.",
        ),
    ] = 50_000
    pictures: Annotated[
        int,
        Meta(
            ge=1,
            le=10**9,
            description="Most images that are drawn as pictures; where there are more, typical"
            " ones from all over the map are, and the others show as density.",
        ),
    ] = 10_000
    seed: Annotated[int, Meta(ge=0, le=2**63 - 1, description="Seed of everything random.")] = 0
    arrangement: Annotated[
        Literal["free", "grid"],
        Meta(
            description="Where images go: where the layout put them, or on a wall of equal cells"
            " without gaps, in which images that are alike are neighbours."
        ),
    ] = "free"
    duplicates: Annotated[
        Literal["join", "exact", "keep"],
        Meta(
            description="What becomes of copies of one picture: one of them stands for all,"
            " their frequencies summed, also where they were cropped, framed or their tones"
            " changed (join) or only where they differ in nothing but size and compression"
            " (exact); or they are kept apart."
        ),
    ] = "join"
    size_by: Annotated[
        Literal["frequency", "out-degree", "in-degree", "constant"],
        Meta(
            description="What an image's area on the map stands for: its frequency, which is that"
            " in the table, else how often it is there; its links; or nothing."
        ),
    ] = "frequency"
    fill: Annotated[float, Meta(gt=0, le=1, description="Share of the map that images cover.")] = (
        0.4
    )
    hidden: Annotated[
        Literal["counted", "left-out"],
        Meta(
            description="What becomes of hidden images (--hide): they count, and their places are"
            " blank; or they are left out of the network, the counts and the tables."
        ),
    ] = "counted"
    cluster_names: Annotated[
        tuple[Path, ...],
        Meta(
            description="Tables with your names for clusters: a clusters.csv or"
            " subclusters.csv with another text in the column name, or cluster,name, or"
            " name,new_name."
        ),
        Mark.AUTHORITY,
    ] = ()
    cluster_changes: Annotated[
        tuple[Path, ...],
        Meta(
            description="Tables with your changes of clusters: image,cluster moves an image,"
            " into a new cluster if none has that name; cluster,into merges two; an images.csv"
            " in which you changed clusters does as well."
        ),
        Mark.AUTHORITY,
    ] = ()
