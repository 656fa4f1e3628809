"""The kinds of plugins: one per hook."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Generic, TypeVar

from tagatlas.contracts import (
    ClustererSpec,
    CommandSpec,
    GraphBuilderSpec,
    ImageStoreSpec,
    LayoutSpec,
    RecoverySpec,
    RendererSpec,
    SourceSpec,
    Spec,
    TaggerSpec,
)

if TYPE_CHECKING:
    import click

    from tagatlas.contracts import (
        Clusterer,
        GraphBuilder,
        ImageStore,
        Layout,
        Recovery,
        Renderer,
        Source,
        Tagger,
    )

SpecT_co = TypeVar("SpecT_co", bound=Spec, covariant=True)
ProductT_co = TypeVar("ProductT_co", covariant=True)


@dataclass(frozen=True)
class Kind(Generic[SpecT_co, ProductT_co]):
    """A kind of plugin.

    Attributes:
        name: in messages.
        key: in ``atlas.toml`` and long flags.
        hook: the hook that announces it.
        spec: the class of its specs.
        made: ``"module:Class"`` of the objects that a spec's factory makes.
        chosen_by: the step and the name of its option that names such a plugin; empty if none
            does.
    """

    name: str
    key: str
    hook: str
    spec: type[SpecT_co]
    made: str
    chosen_by: tuple[str, str] = ("", "")

    @property
    def product(self) -> type[ProductT_co]:
        """The class of the objects that a spec's factory makes."""
        module, _, name = self.made.partition(":")
        product: type[ProductT_co] = getattr(import_module(module), name)
        return product


SOURCES: Kind[SourceSpec, Source] = Kind(
    "source",
    "source",
    "tagatlas_sources",
    SourceSpec,
    "tagatlas.contracts:Source",
    chosen_by=("add", "source"),
)
IMAGE_STORES: Kind[ImageStoreSpec, ImageStore] = Kind(
    "image store", "store", "tagatlas_image_stores", ImageStoreSpec, "tagatlas.contracts:ImageStore"
)
RECOVERIES: Kind[RecoverySpec, Recovery] = Kind(
    "recovery",
    "recovery",
    "tagatlas_recoveries",
    RecoverySpec,
    "tagatlas.contracts:Recovery",
    chosen_by=("fetch", "recover"),
)
TAGGERS: Kind[TaggerSpec, Tagger] = Kind(
    "tagger",
    "tagger",
    "tagatlas_taggers",
    TaggerSpec,
    "tagatlas.contracts:Tagger",
    chosen_by=("tag", "backend"),
)
GRAPH_BUILDERS: Kind[GraphBuilderSpec, GraphBuilder] = Kind(
    "graph builder",
    "builder",
    "tagatlas_graph_builders",
    GraphBuilderSpec,
    "tagatlas.contracts:GraphBuilder",
    chosen_by=("map", "builder"),
)
LAYOUTS: Kind[LayoutSpec, Layout] = Kind(
    "layout",
    "layout",
    "tagatlas_layouts",
    LayoutSpec,
    "tagatlas.contracts:Layout",
    chosen_by=("map", "layout"),
)
CLUSTERERS: Kind[ClustererSpec, Clusterer] = Kind(
    "clusterer",
    "clusterer",
    "tagatlas_clusterers",
    ClustererSpec,
    "tagatlas.contracts:Clusterer",
    chosen_by=("map", "clusterer"),
)
RENDERERS: Kind[RendererSpec, Renderer] = Kind(
    "renderer", "renderer", "tagatlas_renderers", RendererSpec, "tagatlas.contracts:Renderer"
)
COMMANDS: Kind[CommandSpec, click.Command] = Kind(
    "command", "command", "tagatlas_commands", CommandSpec, "click:Command"
)
KINDS: tuple[Kind[Spec, object], ...] = (
    SOURCES,
    IMAGE_STORES,
    RECOVERIES,
    TAGGERS,
    GRAPH_BUILDERS,
    LAYOUTS,
    CLUSTERERS,
    RENDERERS,
    COMMANDS,
)


def plugin_owner(kind: Kind[Spec, object], name: str) -> str:
    """The table of a plugin's settings in ``atlas.toml``, such as ``builder.bipartite``."""
    return f"{kind.key}.{name}"
