"""tagatlas maps an image collection by what machines see in it.

What is listed in ``__all__`` is the public API; :mod:`tagatlas.errors` has the errors,
:mod:`tagatlas.toolkit` what plugins need beyond the contract, and :mod:`tagatlas.testing` the
conformance suites for plugins. Importing this module is cheap: names are imported when they are
first used.

The whole job::

    import tagatlas

    report = tagatlas.run("urls.csv", "my.atlas", backend="imagenet")
    print(report.rendered.shown)

:func:`run` is :func:`add`, :func:`fetch`, :func:`tag`, :func:`map` and :func:`render` one after the
other. They take the names and plain values that the command line takes.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tagatlas.annotations import Annotation, Arrow, Caption, ClusterName, Note, Outline
    from tagatlas.atlas import Atlas, open_atlas
    from tagatlas.benching.options import BenchOptions
    from tagatlas.benching.results import Bench
    from tagatlas.comparison import CompareOptions, Comparison
    from tagatlas.comparison.report import write_comparison
    from tagatlas.contracts import (
        Citation,
        FailureKind,
        GraphBuilder,
        GraphBuilderSpec,
        ImageInput,
        ImageStatus,
        ImageStore,
        ImageStoreSpec,
        KeptAnswer,
        Layout,
        LayoutDescription,
        LayoutSpec,
        Maker,
        Model,
        ModelShelf,
        NetworkDescription,
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
        ShowProgress,
        Source,
        SourceSpec,
        Tag,
        Tagger,
        TaggerSpec,
        TagResult,
        TagStatus,
        TextEmbedder,
        Variant,
        no_progress,
    )
    from tagatlas.fetching import FetchOptions
    from tagatlas.hookspecs import hookimpl
    from tagatlas.imports import ImportOptions
    from tagatlas.maps import Map, MapFile, Provenance, SourceFacts
    from tagatlas.maps.options import MapOptions
    from tagatlas.network import Network
    from tagatlas.plugins import Plugins, load_plugins
    from tagatlas.steps.add import AddReport, add
    from tagatlas.steps.bench import bench
    from tagatlas.steps.compare import compare
    from tagatlas.steps.fetch import FetchReport, fetch
    from tagatlas.steps.import_tags import ImportReport, import_tags
    from tagatlas.steps.info import AtlasInfo, info
    from tagatlas.steps.load import load_map
    from tagatlas.steps.map import MapReport, map  # noqa: A004
    from tagatlas.steps.options import AddOptions, TagOptions
    from tagatlas.steps.remove import RemoveReport, remove
    from tagatlas.steps.render import RenderReport, export, render
    from tagatlas.steps.run import RunReport, run, run_steps
    from tagatlas.steps.search import search
    from tagatlas.steps.spending import Estimate
    from tagatlas.steps.tag import TagReport, estimate, tag

_LAZY = {
    "AddOptions": "steps.options",
    "AddReport": "steps.add",
    "Annotation": "annotations",
    "Arrow": "annotations",
    "Atlas": "atlas",
    "AtlasInfo": "steps.info",
    "Bench": "benching.results",
    "BenchOptions": "benching.options",
    "Caption": "annotations",
    "Citation": "contracts",
    "ClusterName": "annotations",
    "CompareOptions": "comparison",
    "Comparison": "comparison",
    "Estimate": "steps.spending",
    "FailureKind": "contracts",
    "FetchOptions": "fetching",
    "FetchReport": "steps.fetch",
    "GraphBuilder": "contracts",
    "GraphBuilderSpec": "contracts",
    "ImageInput": "contracts",
    "ImageStatus": "contracts",
    "ImageStore": "contracts",
    "ImageStoreSpec": "contracts",
    "ImportOptions": "imports",
    "ImportReport": "steps.import_tags",
    "KeptAnswer": "contracts",
    "Layout": "contracts",
    "LayoutDescription": "contracts",
    "LayoutSpec": "contracts",
    "Maker": "contracts",
    "Map": "maps",
    "MapFile": "maps",
    "MapOptions": "maps.options",
    "MapReport": "steps.map",
    "Model": "contracts",
    "ModelShelf": "contracts",
    "Network": "network",
    "NetworkDescription": "contracts",
    "NoOptions": "contracts",
    "Note": "annotations",
    "Outline": "annotations",
    "PinningLayout": "contracts",
    "Plugins": "plugins",
    "Price": "contracts",
    "Progress": "contracts",
    "Provenance": "maps",
    "Reading": "contracts",
    "Records": "contracts",
    "Recovery": "contracts",
    "RecoverySpec": "contracts",
    "RemoveReport": "steps.remove",
    "RenderReport": "steps.render",
    "Renderer": "contracts",
    "RendererSpec": "contracts",
    "RereadingTagger": "contracts",
    "RunReport": "steps.run",
    "ShowProgress": "contracts",
    "Source": "contracts",
    "SourceFacts": "maps",
    "SourceSpec": "contracts",
    "Tag": "contracts",
    "TagOptions": "steps.options",
    "TagReport": "steps.tag",
    "TagResult": "contracts",
    "TagStatus": "contracts",
    "Tagger": "contracts",
    "TaggerSpec": "contracts",
    "TextEmbedder": "contracts",
    "Variant": "contracts",
    "add": "steps.add",
    "bench": "steps.bench",
    "compare": "steps.compare",
    "estimate": "steps.tag",
    "export": "steps.render",
    "fetch": "steps.fetch",
    "hookimpl": "hookspecs",
    "import_tags": "steps.import_tags",
    "info": "steps.info",
    "load_map": "steps.load",
    "load_plugins": "plugins",
    "map": "steps.map",
    "no_progress": "contracts",
    "open_atlas": "atlas",
    "remove": "steps.remove",
    "render": "steps.render",
    "run": "steps.run",
    "run_steps": "steps.run",
    "search": "steps.search",
    "tag": "steps.tag",
    "write_comparison": "comparison.report",
}

__all__ = [
    "AddOptions",
    "AddReport",
    "Annotation",
    "Arrow",
    "Atlas",
    "AtlasInfo",
    "Bench",
    "BenchOptions",
    "Caption",
    "Citation",
    "ClusterName",
    "CompareOptions",
    "Comparison",
    "Estimate",
    "FailureKind",
    "FetchOptions",
    "FetchReport",
    "GraphBuilder",
    "GraphBuilderSpec",
    "ImageInput",
    "ImageStatus",
    "ImageStore",
    "ImageStoreSpec",
    "ImportOptions",
    "ImportReport",
    "KeptAnswer",
    "Layout",
    "LayoutDescription",
    "LayoutSpec",
    "Maker",
    "Map",
    "MapFile",
    "MapOptions",
    "MapReport",
    "Model",
    "ModelShelf",
    "Network",
    "NetworkDescription",
    "NoOptions",
    "Note",
    "Outline",
    "PinningLayout",
    "Plugins",
    "Price",
    "Progress",
    "Provenance",
    "Reading",
    "Records",
    "Recovery",
    "RecoverySpec",
    "RemoveReport",
    "RenderReport",
    "Renderer",
    "RendererSpec",
    "RereadingTagger",
    "RunReport",
    "ShowProgress",
    "Source",
    "SourceFacts",
    "SourceSpec",
    "Tag",
    "TagOptions",
    "TagReport",
    "TagResult",
    "TagStatus",
    "Tagger",
    "TaggerSpec",
    "TextEmbedder",
    "Variant",
    "add",
    "bench",
    "compare",
    "estimate",
    "export",
    "fetch",
    "hookimpl",
    "import_tags",
    "info",
    "load_map",
    "load_plugins",
    "map",
    "no_progress",
    "open_atlas",
    "remove",
    "render",
    "run",
    "run_steps",
    "search",
    "tag",
    "write_comparison",
]


def __getattr__(name: str) -> object:
    if name not in _LAZY:
        raise AttributeError(f"module 'tagatlas' has no attribute {name!r}")
    return getattr(import_module(f"tagatlas.{_LAZY[name]}"), name)


def __dir__() -> list[str]:
    return __all__
