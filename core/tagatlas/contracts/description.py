"""What the plugins that make a map say of themselves, for everything that speaks of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Generic, TypeVar

DescriptionT = TypeVar("DescriptionT")


@dataclass(frozen=True)
class Citation:
    """A source of a method.

    Attributes:
        short: as text cites it, such as ``Jacomy et al., 2014``; plain text.
        full: as a list of references has it, beginning with the author; one line of Markdown.
    """

    short: str
    full: str


@dataclass(frozen=True, kw_only=True)
class NetworkDescription:
    """What a graph builder says of the networks that it builds. All texts are plain, on one line.

    Attributes:
        placed_by: what images are placed by, in words that go on after "placed by", such as "the
            tags they share". Empty: the builder's name is said instead.
        node: what a node is called that is no image; with an "s" it is the plural.
        tie_weight: what an image's tie to a node weighs where the network has no images, in words
            that go on after "weighted by the squares of"; see :meth:`GraphBuilder.ties`.
        text: whole sentences for a methods section; they come after the network's size. A
            citation that they do not name by its ``short`` is put after the builder's name.
        citations: what to cite.
        by_likeness: whether links lead from images to those most like them, the heaviest to the
            most alike: charts then show these as an image's nearest.
        lowest_score: the lowest score of a tag that makes links; None where links are not made of
            tags, or of all of them.
        stop_tags: tags that make no links, where those of at least ``lowest_score`` do.
    """

    placed_by: str = ""
    node: str = "tag"
    tie_weight: str = "their scores"
    text: str = ""
    citations: tuple[Citation, ...] = ()
    by_likeness: bool = False
    lowest_score: float | None = None
    stop_tags: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class LayoutDescription:
    """What a layout says of how it places nodes. All texts are plain, on one line.

    Attributes:
        text: whole sentences for a methods section. A citation that they do not name by its
            ``short`` is put after the layout's name.
        citations: what to cite.
    """

    text: str = ""
    citations: tuple[Citation, ...] = ()


@dataclass(frozen=True, kw_only=True)
class ClustererDescription:
    """What a clusterer says of how it finds clusters. All texts are plain, on one line.

    Each is whole sentences for a methods section. A citation that none of them names by its
    ``short`` is put after the clusterer's name.

    Attributes:
        text: what images are compared by, and how clusters are found.
        sampling: what becomes of more images than are worked on one by one; said of maps that
            have more, after their number.
        stability: what the stability of a cluster says; also for readers of a page.
        division: how clusters are divided into sub-clusters, and which divisions count. Empty
            where none are divided.
        citations: what to cite.
    """

    text: str = ""
    sampling: str = ""
    stability: str = ""
    division: str = ""
    citations: tuple[Citation, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Maker(Generic[DescriptionT]):
    """A plugin that took part in making a map.

    Attributes:
        name: the plugin's; empty if unknown.
        distribution: that it came with when the map was made; empty if unknown.
        version: of the distribution; empty if unknown.
        description: what the plugin said of its work, with the options it had.
    """

    name: str = ""
    distribution: str = ""
    version: str = ""
    description: DescriptionT
