"""The kinds of plugins: one per hook."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Generic, TypeVar

from tagatlas.contracts import (
    CommandSpec,
    GraphBuilder,
    GraphBuilderSpec,
    ImageStore,
    ImageStoreSpec,
    Layout,
    LayoutSpec,
    Recovery,
    RecoverySpec,
    Renderer,
    RendererSpec,
    Source,
    SourceSpec,
    Spec,
    Tagger,
    TaggerSpec,
)

SpecT_co = TypeVar("SpecT_co", bound=Spec, covariant=True)
ProductT_co = TypeVar("ProductT_co", covariant=True)


@dataclass(frozen=True)
class Kind(Generic[SpecT_co, ProductT_co]):
    """A kind of plugin.

    Attributes:
        name: as messages call it.
        key: as ``atlas.toml`` and long flags call it.
        hook: the hook that announces it.
        spec: the class of its specs.
        product: the class that a spec's factory returns an instance of.
    """

    name: str
    key: str
    hook: str
    spec: type[SpecT_co]
    product: type[ProductT_co]


SOURCES = Kind("source", "source", "tagatlas_sources", SourceSpec, Source)
IMAGE_STORES = Kind("image store", "store", "tagatlas_image_stores", ImageStoreSpec, ImageStore)
RECOVERIES = Kind("recovery", "recovery", "tagatlas_recoveries", RecoverySpec, Recovery)
TAGGERS = Kind("tagger", "tagger", "tagatlas_taggers", TaggerSpec, Tagger)
GRAPH_BUILDERS = Kind(
    "graph builder", "builder", "tagatlas_graph_builders", GraphBuilderSpec, GraphBuilder
)
LAYOUTS = Kind("layout", "layout", "tagatlas_layouts", LayoutSpec, Layout)
RENDERERS = Kind("renderer", "renderer", "tagatlas_renderers", RendererSpec, Renderer)
COMMANDS = Kind("command", "command", "tagatlas_commands", CommandSpec, object)
KINDS: tuple[Kind[Spec, object], ...] = (
    SOURCES,
    IMAGE_STORES,
    RECOVERIES,
    TAGGERS,
    GRAPH_BUILDERS,
    LAYOUTS,
    RENDERERS,
    COMMANDS,
)


def plugin_owner(kind: Kind[Spec, object], name: str) -> str:
    """The table of a plugin's settings in ``atlas.toml``, such as ``builder.bipartite``."""
    return f"{kind.key}.{name}"
