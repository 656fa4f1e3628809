"""Descriptions of the methods of a map, by the plugins that make it."""

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
    """A graph builder's description of its networks. All texts are plain, on one line.

    Attributes:
        placed_by: continues "placed by", such as "the tags they share". Empty: the builder's
            name is used instead.
        node: noun for a node that is not an image; its plural has an "s".
        tie_weight: weight of the ties between images and nodes if the network has no images;
            continues "weighted by the squares of"; see :meth:`GraphBuilder.ties`.
        text: whole sentences for a methods section; they come after the network's size. A
            citation that they do not name by its ``short`` is put after the builder's name.
        citations: works to cite.
        by_likeness: whether links lead from images to those most like them, the heaviest to the
            most alike: charts then show these as an image's nearest.
        lowest_score: the lowest score of a tag that makes links; None if links are not made of
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
    """A layout's description of its method. All texts are plain, on one line.

    Attributes:
        text: whole sentences for a methods section. A citation that they do not name by its
            ``short`` is put after the layout's name.
        citations: works to cite.
    """

    text: str = ""
    citations: tuple[Citation, ...] = ()


@dataclass(frozen=True, kw_only=True)
class ClustererDescription:
    """A clusterer's description of its method. All texts are plain, on one line.

    Each is whole sentences for a methods section. A citation that none of them names by its
    ``short`` is put after the clusterer's name.

    Attributes:
        text: what images are compared by, and how clusters are found.
        sampling: how images beyond the sample are clustered; used for maps that have more,
            after their number.
        stability: the meaning of a cluster's stability; also for readers of a page.
        division: how clusters are divided into sub-clusters, and which divisions count. Empty
            if none are divided.
        citations: works to cite.
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
        distribution: its distribution when the map was made; empty if unknown.
        version: of the distribution; empty if unknown.
        description: the plugin's description of its work, with the options it had.
    """

    name: str = ""
    distribution: str = ""
    version: str = ""
    description: DescriptionT
