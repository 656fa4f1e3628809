"""tagatlas maps an image collection by what machines see in it.

What is listed in ``__all__`` is the public API; :mod:`tagatlas.errors` has the errors and
:mod:`tagatlas.testing` the conformance suites for plugins. Importing this module is cheap: names
are imported when they are first used.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tagatlas.atlas import Atlas, open_atlas
    from tagatlas.comparison import CompareOptions, Comparison
    from tagatlas.contracts import (
        GraphBuilder,
        GraphBuilderSpec,
        ImageInput,
        ImageStatus,
        ImageStore,
        ImageStoreSpec,
        KeptAnswer,
        Layout,
        LayoutSpec,
        Model,
        ModelShelf,
        NoOptions,
        PinningLayout,
        Price,
        Progress,
        Reading,
        Records,
        Recovery,
        RecoverySpec,
        Renderer,
        RendererSpec,
        RereadingTagger,
        Source,
        SourceSpec,
        Tag,
        Tagger,
        TaggerSpec,
        TagResult,
        TagStatus,
        TextEmbedder,
        Variant,
    )
    from tagatlas.fetch import FetchOptions
    from tagatlas.hookspecs import hookimpl
    from tagatlas.imports import ImportOptions
    from tagatlas.maps import Map
    from tagatlas.maps.options import MapOptions
    from tagatlas.network import Network
    from tagatlas.pipeline.add import add_source
    from tagatlas.pipeline.compare import compare
    from tagatlas.pipeline.fetch import fetch_collection
    from tagatlas.pipeline.import_tags import import_tags
    from tagatlas.pipeline.info import describe_atlas
    from tagatlas.pipeline.load import load_map
    from tagatlas.pipeline.map import map_collection
    from tagatlas.pipeline.remove import remove
    from tagatlas.pipeline.render import render_map
    from tagatlas.pipeline.search import search_collection
    from tagatlas.pipeline.tag import estimate_tagging, tag_collection
    from tagatlas.plugins import Plugins, load_plugins

_LAZY = {
    "Atlas": "atlas",
    "CompareOptions": "comparison",
    "Comparison": "comparison",
    "FetchOptions": "fetch",
    "GraphBuilder": "contracts",
    "GraphBuilderSpec": "contracts",
    "ImageInput": "contracts",
    "ImageStatus": "contracts",
    "ImageStore": "contracts",
    "ImageStoreSpec": "contracts",
    "ImportOptions": "imports",
    "KeptAnswer": "contracts",
    "Layout": "contracts",
    "LayoutSpec": "contracts",
    "Map": "maps",
    "MapOptions": "maps.options",
    "Model": "contracts",
    "ModelShelf": "contracts",
    "Network": "network",
    "NoOptions": "contracts",
    "PinningLayout": "contracts",
    "Price": "contracts",
    "Plugins": "plugins",
    "Progress": "contracts",
    "Reading": "contracts",
    "Records": "contracts",
    "Recovery": "contracts",
    "RecoverySpec": "contracts",
    "Renderer": "contracts",
    "RendererSpec": "contracts",
    "RereadingTagger": "contracts",
    "Source": "contracts",
    "SourceSpec": "contracts",
    "Tag": "contracts",
    "TagResult": "contracts",
    "TagStatus": "contracts",
    "Tagger": "contracts",
    "TaggerSpec": "contracts",
    "TextEmbedder": "contracts",
    "Variant": "contracts",
    "add_source": "pipeline.add",
    "compare": "pipeline.compare",
    "describe_atlas": "pipeline.info",
    "estimate_tagging": "pipeline.tag",
    "fetch_collection": "pipeline.fetch",
    "hookimpl": "hookspecs",
    "import_tags": "pipeline.import_tags",
    "load_map": "pipeline.load",
    "load_plugins": "plugins",
    "map_collection": "pipeline.map",
    "open_atlas": "atlas",
    "remove": "pipeline.remove",
    "render_map": "pipeline.render",
    "search_collection": "pipeline.search",
    "tag_collection": "pipeline.tag",
}

__all__ = [
    "Atlas",
    "CompareOptions",
    "Comparison",
    "FetchOptions",
    "GraphBuilder",
    "GraphBuilderSpec",
    "ImageInput",
    "ImageStatus",
    "ImageStore",
    "ImageStoreSpec",
    "ImportOptions",
    "KeptAnswer",
    "Layout",
    "LayoutSpec",
    "Map",
    "MapOptions",
    "Model",
    "ModelShelf",
    "Network",
    "NoOptions",
    "PinningLayout",
    "Plugins",
    "Price",
    "Progress",
    "Reading",
    "Records",
    "Recovery",
    "RecoverySpec",
    "Renderer",
    "RendererSpec",
    "RereadingTagger",
    "Source",
    "SourceSpec",
    "Tag",
    "TagResult",
    "TagStatus",
    "Tagger",
    "TaggerSpec",
    "TextEmbedder",
    "Variant",
    "add_source",
    "compare",
    "describe_atlas",
    "estimate_tagging",
    "fetch_collection",
    "hookimpl",
    "import_tags",
    "load_map",
    "load_plugins",
    "map_collection",
    "open_atlas",
    "remove",
    "render_map",
    "search_collection",
    "tag_collection",
]


def __getattr__(name: str) -> object:
    if name not in _LAZY:
        raise AttributeError(f"module 'tagatlas' has no attribute {name!r}")
    return getattr(import_module(f"tagatlas.{_LAZY[name]}"), name)


def __dir__() -> list[str]:
    return __all__
