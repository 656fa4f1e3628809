"""The map, as every renderer gets it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Protocol

from tagatlas.contracts.description import (
    ClustererDescription,
    LayoutDescription,
    Maker,
    NetworkDescription,
)
from tagatlas.contracts.map_data import MapData
from tagatlas.errors import TagatlasError, UnknownPlugin

if TYPE_CHECKING:
    import polars as pl

    from tagatlas.contracts.annotation import Annotation
    from tagatlas.contracts.store import ImageStore


LIKELY = 0.1
"""The lowest score of a tag that is worth reading; dd-image-tagging draws the same line."""


@dataclass(frozen=True)
class SourceFacts:
    """One source of the collection, for the methods text."""

    location: str
    recognised: str
    added_at: str
    records: int


@dataclass(frozen=True)
class Provenance:
    """How the map was made: enough for a methods section.

    Attributes:
        sources: in the order they were added; dates are ISO 8601, UTC.
        addresses: number of distinct addresses by image status.
        fetched_between: first and last day of fetching, ISO 8601; None if nothing was fetched.
        images: number of distinct images, mapped or not.
        taggings: number of images by tag status.
        tagger: the backend's name.
        fingerprint: the backend's fingerprint.
        notes: plain remarks of the tagger on how its tags were read, such as the names of a model
            and a vocabulary.
        settings: every setting the map depends on, by its name in ``atlas.toml``.
        versions: version of each package that shaped the result, by name.
        model_versions: number of images by the version of the model that answered, the most
            frequent first, empty text where none is known; empty if the backend names none.
        copied: number of images with the answer of another one, which looks the same.
        ways: number of addresses whose image was found elsewhere, by the way it was found.
        placeholders: number of addresses that lead to a placeholder for a deleted image:
            ``certain`` (counted as missing) or ``perhaps`` (not).
        left_out: number of images that are not on the map, by reason, most frequent first.
        builder: the graph builder, with its description of the network.
        layout: the layout, with its description.
        clusterer: the clusterer, with its description.
        changed: where a researcher has changed the clusters, the revision of the last annotation
            that did, 0 if tables did alone; None if nobody has.
    """

    sources: Sequence[SourceFacts]
    addresses: Mapping[str, int]
    fetched_between: tuple[str, str] | None
    images: int
    taggings: Mapping[str, int]
    tagger: str
    fingerprint: str
    settings: Mapping[str, bool | int | float | str | None]
    versions: Mapping[str, str]
    copied: int = 0
    model_versions: Mapping[str, int] = field(default_factory=dict)
    ways: Mapping[str, int] = field(default_factory=dict)
    placeholders: Mapping[str, int] = field(default_factory=dict)
    notes: Mapping[str, str | int | float] = field(default_factory=dict)
    left_out: Mapping[str, int] = field(default_factory=dict)
    builder: Maker[NetworkDescription] = field(
        default_factory=lambda: Maker(description=NetworkDescription())
    )
    layout: Maker[LayoutDescription] = field(
        default_factory=lambda: Maker(description=LayoutDescription())
    )
    clusterer: Maker[ClustererDescription] = field(
        default_factory=lambda: Maker(description=ClustererDescription())
    )
    changed: int | None = None

    @property
    def left_out_text(self) -> str:
        """Number of images that are not on the map, by reason, in words; empty if none."""
        return left_out_text(self.left_out, self.images)


def left_out_text(left_out: Mapping[str, int], images: int) -> str:
    """Number of images that are not on a map, by reason, in words; empty if none."""
    if not left_out:
        return ""
    if len(left_out) == 1:
        [reasons] = left_out
    else:
        reasons = ", ".join(f"{number:,} {reason}" for reason, number in left_out.items())
    return f"{sum(left_out.values()):,} of {images:,} left out: {reasons}"


@dataclass(frozen=True)
class MapFile:
    """A file that a renderer may write of a map, for people to open.

    Attributes:
        path: in the map's folder, with slashes; that of a folder ends in one.
        what: a description, for a list.
        format: the renderer's name.
    """

    path: str
    what: str
    format: str


@dataclass(frozen=True, eq=False, kw_only=True)
class Map(MapData):
    """One network of one backend with positions, sizes, clusters and names.

    Its nodes, edges, clusters and outlines are described at :class:`tagatlas.MapData`.

    Attributes:
        name: the map's name in the atlas, fit for a folder name.
        collection: name of the collection.
        tags: every tag of the mapped images as the backend gave it: ``image``, ``tag``
            (String), ``score`` (Float64); ordered by image, falling score, tag. Lazy, since
            there can be more than fit into memory.
        records: every record that leads to an image of the map, in the order they were added:
            ``image``, ``location`` (String), ``frequency`` (Int64), ``columns`` (String, a JSON
            object of the kept columns), ``copy`` (String, id of the image that the record itself
            leads to: another than ``image`` where that stands for its near duplicates).
        provenance: how it was made.
        store: holds the images, by their node's ``id``.
        annotations: of researchers, the newest last; names among them are already in
            ``clusters`` and ``subclusters``.
        tagged_by: the backend that gave ``tags``, as comparisons call it; empty where the tagger's
            name says enough.
        other_tags: tags that other backends gave to the images of the map, as in ``tags``; by
            backend, as comparisons call them.
        other_maps: of the same atlas, by name; each is loaded when it is called.
        hidden: ids of the collection's images whose pictures are not shown, which ``store`` does
            not have; those among the nodes count like others.
        near_duplicates: finds pictures that look the same among the collection's images, whether or
            not the map joins them: ``image``, ``representative`` (String) of each image; None if
            nothing is known of them.
        part: which part of the collection it shows, in words; empty if it shows all of it.
        files: that the installed renderers can write, in the order of lists.
        make_widget: makes :attr:`widget`; None if no renderer shows maps in notebooks.
    """

    name: str
    collection: str
    tags: pl.LazyFrame
    records: pl.DataFrame
    provenance: Provenance
    store: ImageStore = field(repr=False)
    annotations: Sequence[Annotation] = ()
    tagged_by: str = ""
    other_tags: Mapping[str, pl.LazyFrame] = field(default_factory=dict)
    other_maps: Mapping[str, Callable[[], Map]] = field(default_factory=dict)
    hidden: AbstractSet[str] = frozenset()
    near_duplicates: Callable[[], pl.DataFrame] | None = field(default=None, repr=False)
    part: str = ""
    files: Sequence[MapFile] = ()
    make_widget: Callable[[Map], MapWidget] | None = field(default=None, repr=False)

    @cached_property
    def widget(self) -> MapWidget:
        """The map as a notebook widget.

        Raises:
            MissingDependency: the extra ``notebook`` is not installed.
            UnknownPlugin, PluginError: no installed renderer can show maps in notebooks.
        """
        if self.make_widget is None:
            raise UnknownPlugin("nothing shows this map in notebooks: load it with load_map")
        return self.make_widget(self)

    def _repr_mimebundle_(
        self, include: object = None, exclude: object = None
    ) -> tuple[dict[str, object], dict[str, object]]:
        """The widget for Jupyter and VS Code, or a text that says how to get it."""
        del include, exclude  # they are asked for as hints, and may be passed over
        try:
            shown, facts = self.widget._repr_mimebundle_() or ({}, {})
        except TagatlasError as error:
            return {"text/plain": f"{self._in_words}; {error}"}, {}
        return {**shown, "text/plain": self._in_words}, facts

    def _display_(self) -> object:
        """The widget for marimo, or a text that says how to get it."""
        try:
            return self.widget
        except TagatlasError as error:
            return f"{self._in_words}; {error}"

    @property
    def _in_words(self) -> str:
        from tagatlas.wording import count

        return f"Map {self.name}: {count(self.images.height, 'image')} in {self.clusters_in_words}"

    @property
    def clusters_in_words(self) -> str:
        """The number of clusters: "5 clusters", or "5 clusters (10 images are in none)"."""
        from tagatlas.wording import clusters_in_words

        return clusters_in_words(self.cluster_count, self.in_none)

    @property
    def placed_by(self) -> str:
        """The basis of the images' places, in words: "the tags they share" and the like."""
        builder = self.provenance.builder
        unknown = f"the graph builder {builder.name}" if builder.name else "a network"
        return builder.description.placed_by or unknown

    @property
    def likely_tags(self) -> pl.LazyFrame:
        """The rows of ``tags`` with a score of at least 0.1, for display.

        Clusters are found with all tags; many of them are weak and mean little alone.
        """
        import polars as pl

        return self.tags.filter(pl.col("score") >= LIKELY)


class MapWidget(Protocol):
    """A map that shows itself in a notebook, made by the function that a spec's ``widget`` names.

    An ``anywidget.AnyWidget`` with these attributes is one; marimo shows it as well.

    Attributes:
        selection: ids of the chosen images, none where nothing is looked for; may be set.
    """

    selection: list[str]

    @property
    def selected(self) -> pl.DataFrame:
        """The chosen images as a table, in the order of the map."""

    def _repr_mimebundle_(
        self, **hints: object
    ) -> tuple[dict[str, object], dict[str, object]] | None:
        """What Jupyter and VS Code show: contents by their MIME type, and facts of them."""
