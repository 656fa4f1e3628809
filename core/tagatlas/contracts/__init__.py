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
    from tagatlas.contracts.marks import Mark
    from tagatlas.contracts.models import Model, ModelShelf, TextEmbedder
    from tagatlas.contracts.network import GraphBuilder, Thumbnail
    from tagatlas.contracts.price import Price
    from tagatlas.contracts.progress import Progress, ShowProgress, no_progress, no_show
    from tagatlas.contracts.recovery import Recovery
    from tagatlas.contracts.renderer import MapWidget, Renderer
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
    from tagatlas.contracts.statuses import ALWAYS_KEPT, ImageStatus, TagStatus, Variant
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

_LAZY = {
    "ALWAYS_KEPT": "statuses",
    "Citation": "description",
    "ClusterInput": "clusterer",
    "Clusterer": "clusterer",
    "ClustererDescription": "description",
    "ClustererSpec": "specs",
    "Clusters": "clusterer",
    "CommandSpec": "specs",
    "FailureKind": "tagger",
    "GraphBuilder": "network",
    "GraphBuilderSpec": "specs",
    "ImageInput": "tagger",
    "ImageStatus": "statuses",
    "ImageStore": "store",
    "ImageStoreSpec": "specs",
    "KeptAnswer": "tagger",
    "Layout": "layout",
    "LayoutDescription": "description",
    "LayoutSpec": "specs",
    "Maker": "description",
    "MapWidget": "renderer",
    "Mark": "marks",
    "Model": "models",
    "ModelShelf": "models",
    "NetworkDescription": "description",
    "NoOptions": "specs",
    "Page": "source",
    "PagedSource": "source",
    "Price": "price",
    "Progress": "progress",
    "Reading": "tagger",
    "Records": "source",
    "Recovery": "recovery",
    "RecoverySpec": "specs",
    "Renderer": "renderer",
    "RendererSpec": "specs",
    "RereadingTagger": "tagger",
    "ShowProgress": "progress",
    "Source": "source",
    "SourceSpec": "specs",
    "Spec": "specs",
    "Tag": "tagger",
    "TagResult": "tagger",
    "TagStatus": "statuses",
    "Tagger": "tagger",
    "TaggerSpec": "specs",
    "TextEmbedder": "models",
    "Thumbnail": "network",
    "Variant": "statuses",
    "loaded": "specs",
    "no_progress": "progress",
    "no_show": "progress",
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
    "Reading",
    "Records",
    "Recovery",
    "RecoverySpec",
    "Renderer",
    "RendererSpec",
    "RereadingTagger",
    "ShowProgress",
    "Source",
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
    return getattr(import_module(f"{__name__}.{_LAZY[name]}"), name)


def __dir__() -> list[str]:
    return __all__
