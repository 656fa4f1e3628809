"""The contracts: what a plugin announces, implements, receives and returns.

Importing this package is cheap: names are imported when they are first used.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tagatlas.contracts.clusterer import Clusterer, ClusterInput, Clusters
    from tagatlas.contracts.description import (
        Citation,
        ClustererDescription,
        LayoutDescription,
        Maker,
        NetworkDescription,
    )
    from tagatlas.contracts.layout import Layout
    from tagatlas.contracts.map import Map, MapFile, MapWidget, Provenance, SourceFacts
    from tagatlas.contracts.map_data import MapData
    from tagatlas.contracts.marks import Mark
    from tagatlas.contracts.models import Model, ModelShelf, TextEmbedder
    from tagatlas.contracts.network import GraphBuilder, Thumbnail
    from tagatlas.contracts.price import Price
    from tagatlas.contracts.progress import Progress, ShowProgress, no_progress, no_show
    from tagatlas.contracts.recovery import Recovery
    from tagatlas.contracts.renderer import Renderer
    from tagatlas.contracts.source import Page, PagedSource, Records, Source
    from tagatlas.contracts.specs import (
        ClustererSpec,
        CommandSpec,
        GraphBuilderSpec,
        ImageStoreSpec,
        LayoutSpec,
        NoOptions,
        RecoverySpec,
        RendererSpec,
        SourceSpec,
        Spec,
        TaggerSpec,
        loaded,
    )
    from tagatlas.contracts.store import ImageStore
    from tagatlas.contracts.tagger import (
        FailureKind,
        ImageInput,
        KeptAnswer,
        Reading,
        RereadingTagger,
        Tag,
        Tagger,
        TagResult,
    )
    from tagatlas.statuses import ALWAYS_KEPT, ImageStatus, TagStatus, Variant

_LAZY = {
    "ALWAYS_KEPT": "tagatlas.statuses",
    "Citation": "tagatlas.contracts.description",
    "ClusterInput": "tagatlas.contracts.clusterer",
    "Clusterer": "tagatlas.contracts.clusterer",
    "ClustererDescription": "tagatlas.contracts.description",
    "ClustererSpec": "tagatlas.contracts.specs",
    "Clusters": "tagatlas.contracts.clusterer",
    "CommandSpec": "tagatlas.contracts.specs",
    "FailureKind": "tagatlas.contracts.tagger",
    "GraphBuilder": "tagatlas.contracts.network",
    "GraphBuilderSpec": "tagatlas.contracts.specs",
    "ImageInput": "tagatlas.contracts.tagger",
    "ImageStatus": "tagatlas.statuses",
    "ImageStore": "tagatlas.contracts.store",
    "ImageStoreSpec": "tagatlas.contracts.specs",
    "KeptAnswer": "tagatlas.contracts.tagger",
    "Layout": "tagatlas.contracts.layout",
    "LayoutDescription": "tagatlas.contracts.description",
    "LayoutSpec": "tagatlas.contracts.specs",
    "Maker": "tagatlas.contracts.description",
    "Map": "tagatlas.contracts.map",
    "MapData": "tagatlas.contracts.map_data",
    "MapFile": "tagatlas.contracts.map",
    "MapWidget": "tagatlas.contracts.map",
    "Mark": "tagatlas.contracts.marks",
    "Model": "tagatlas.contracts.models",
    "ModelShelf": "tagatlas.contracts.models",
    "NetworkDescription": "tagatlas.contracts.description",
    "NoOptions": "tagatlas.contracts.specs",
    "Page": "tagatlas.contracts.source",
    "PagedSource": "tagatlas.contracts.source",
    "Price": "tagatlas.contracts.price",
    "Progress": "tagatlas.contracts.progress",
    "Provenance": "tagatlas.contracts.map",
    "Reading": "tagatlas.contracts.tagger",
    "Records": "tagatlas.contracts.source",
    "Recovery": "tagatlas.contracts.recovery",
    "RecoverySpec": "tagatlas.contracts.specs",
    "Renderer": "tagatlas.contracts.renderer",
    "RendererSpec": "tagatlas.contracts.specs",
    "RereadingTagger": "tagatlas.contracts.tagger",
    "ShowProgress": "tagatlas.contracts.progress",
    "Source": "tagatlas.contracts.source",
    "SourceFacts": "tagatlas.contracts.map",
    "SourceSpec": "tagatlas.contracts.specs",
    "Spec": "tagatlas.contracts.specs",
    "Tag": "tagatlas.contracts.tagger",
    "TagResult": "tagatlas.contracts.tagger",
    "TagStatus": "tagatlas.statuses",
    "Tagger": "tagatlas.contracts.tagger",
    "TaggerSpec": "tagatlas.contracts.specs",
    "TextEmbedder": "tagatlas.contracts.models",
    "Thumbnail": "tagatlas.contracts.network",
    "Variant": "tagatlas.statuses",
    "loaded": "tagatlas.contracts.specs",
    "no_progress": "tagatlas.contracts.progress",
    "no_show": "tagatlas.contracts.progress",
}

__all__ = [
    "ALWAYS_KEPT",
    "Citation",
    "ClusterInput",
    "Clusterer",
    "ClustererDescription",
    "ClustererSpec",
    "Clusters",
    "CommandSpec",
    "FailureKind",
    "GraphBuilder",
    "GraphBuilderSpec",
    "ImageInput",
    "ImageStatus",
    "ImageStore",
    "ImageStoreSpec",
    "KeptAnswer",
    "Layout",
    "LayoutDescription",
    "LayoutSpec",
    "Maker",
    "Map",
    "MapData",
    "MapFile",
    "MapWidget",
    "Mark",
    "Model",
    "ModelShelf",
    "NetworkDescription",
    "NoOptions",
    "Page",
    "PagedSource",
    "Price",
    "Progress",
    "Provenance",
    "Reading",
    "Records",
    "Recovery",
    "RecoverySpec",
    "Renderer",
    "RendererSpec",
    "RereadingTagger",
    "ShowProgress",
    "Source",
    "SourceFacts",
    "SourceSpec",
    "Spec",
    "Tag",
    "TagResult",
    "TagStatus",
    "Tagger",
    "TaggerSpec",
    "TextEmbedder",
    "Thumbnail",
    "Variant",
    "loaded",
    "no_progress",
    "no_show",
]


def __getattr__(name: str) -> object:
    if name not in _LAZY:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_LAZY[name]), name)


def __dir__() -> list[str]:
    return __all__
