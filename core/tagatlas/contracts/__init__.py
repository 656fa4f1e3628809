"""The contracts: what a plugin announces, implements, receives and returns.

Importing this package is cheap: names are imported when they are first used.
"""

from __future__ import annotations

from importlib import import_module

_NAMES = {
    "tagatlas.contracts.clusterer": "ClusterInput Clusterer Clusters",
    "tagatlas.contracts.description": (
        "Citation ClustererDescription LayoutDescription Maker NetworkDescription"
    ),
    "tagatlas.contracts.layout": "Layout",
    "tagatlas.contracts.map": "Map MapFile MapWidget Provenance SourceFacts",
    "tagatlas.contracts.map_data": "MapData",
    "tagatlas.contracts.marks": "Mark",
    "tagatlas.contracts.models": "Model ModelShelf TextEmbedder",
    "tagatlas.contracts.network": "GraphBuilder Thumbnail",
    "tagatlas.contracts.price": "Price",
    "tagatlas.contracts.progress": "Progress ShowProgress no_progress no_show",
    "tagatlas.contracts.recovery": "Recovery",
    "tagatlas.contracts.renderer": "Renderer",
    "tagatlas.contracts.source": "Page PagedSource Records Source",
    "tagatlas.contracts.specs": (
        "ClustererSpec CommandSpec GraphBuilderSpec ImageStoreSpec LayoutSpec NoOptions "
        "RecoverySpec RendererSpec SourceSpec Spec TaggerSpec loaded"
    ),
    "tagatlas.contracts.store": "ImageCopy ImageStore StoreInFront",
    "tagatlas.contracts.tagger": (
        "FailureKind ImageInput KeptAnswer Reading RereadingTagger Tag TagResult Tagger"
    ),
    "tagatlas.statuses": "ALWAYS_KEPT ImageStatus TagStatus Variant",
}
"""Public names by module; for checkers of types, ``__init__.pyi`` has them, too."""

_LAZY = {name: module for module, names in _NAMES.items() for name in names.split()}

__all__ = sorted(_LAZY)


def __getattr__(name: str) -> object:
    if name not in _LAZY:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_LAZY[name]), name)


def __dir__() -> list[str]:
    return __all__
