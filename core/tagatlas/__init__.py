"""tagatlas maps an image collection by what machines see in it.

The names in ``__all__`` are the public API; :mod:`tagatlas.errors` has the errors,
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

import warnings
from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tagatlas.atlas import Atlas, open_atlas
    from tagatlas.catalog.removals import Extent
    from tagatlas.contracts import (
        Citation,
        Clusterer,
        ClustererDescription,
        ClustererSpec,
        ClusterInput,
        Clusters,
        CommandSpec,
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
        Map,
        MapData,
        MapFile,
        MapWidget,
        Mark,
        Model,
        ModelShelf,
        NetworkDescription,
        NoOptions,
        Page,
        PagedSource,
        Price,
        Progress,
        Provenance,
        Reading,
        Records,
        Recovery,
        RecoverySpec,
        Renderer,
        RendererSpec,
        RereadingTagger,
        ShowProgress,
        Source,
        SourceFacts,
        SourceSpec,
        Tag,
        Tagger,
        TaggerSpec,
        TagResult,
        TagStatus,
        TextEmbedder,
        Thumbnail,
        Variant,
        no_progress,
        no_show,
    )
    from tagatlas.contracts.annotation import (
        Annotation,
        Arrow,
        Caption,
        ClusterName,
        Content,
        Note,
        Outline,
    )
    from tagatlas.hookspecs import hookimpl
    from tagatlas.network import Network
    from tagatlas.plugins import BrokenPlugin, InstalledPlugin, Plugins, load_plugins
    from tagatlas.steps.add import AddReport, add
    from tagatlas.steps.fetch import FetchReport, fetch
    from tagatlas.steps.info import (
        AtlasInfo,
        BackendInfo,
        MapInfo,
        SettingInfo,
        SourceInfo,
        StatusInfo,
        info,
    )
    from tagatlas.steps.load import load_map
    from tagatlas.steps.map import MapReport, map  # noqa: A004
    from tagatlas.steps.opened import AtlasLike
    from tagatlas.steps.options import AddOptions, TagOptions
    from tagatlas.steps.reading import ReadAtlas, read_atlas
    from tagatlas.steps.remove import Lookalike, RemoveReport, remove
    from tagatlas.steps.render import RenderReport, export, render
    from tagatlas.steps.run import RunReport, StepReport, run, run_steps
    from tagatlas.steps.search import search
    from tagatlas.steps.spending import Estimate
    from tagatlas.steps.tag import TagReport, estimate, tag
    from tagatlas.steps.trust import TrustReport, trust
    from tagatlas_fetching import FetchOptions
    from tagatlas_fetching.placeholders import Placeholder
    from tagatlas_mapping.maps.options import MapOptions

_LAZY = {
    "AddOptions": "tagatlas.steps.options",
    "AddReport": "tagatlas.steps.add",
    "Annotation": "tagatlas.contracts.annotation",
    "Arrow": "tagatlas.contracts.annotation",
    "Atlas": "tagatlas.atlas",
    "AtlasInfo": "tagatlas.steps.info",
    "AtlasLike": "tagatlas.steps.opened",
    "BackendInfo": "tagatlas.steps.info",
    "BrokenPlugin": "tagatlas.plugins",
    "Caption": "tagatlas.contracts.annotation",
    "Citation": "tagatlas.contracts",
    "ClusterInput": "tagatlas.contracts",
    "ClusterName": "tagatlas.contracts.annotation",
    "Clusterer": "tagatlas.contracts",
    "ClustererDescription": "tagatlas.contracts",
    "ClustererSpec": "tagatlas.contracts",
    "Clusters": "tagatlas.contracts",
    "CommandSpec": "tagatlas.contracts",
    "Content": "tagatlas.contracts.annotation",
    "Estimate": "tagatlas.steps.spending",
    "Extent": "tagatlas.catalog.removals",
    "FailureKind": "tagatlas.contracts",
    "FetchOptions": "tagatlas_fetching",
    "FetchReport": "tagatlas.steps.fetch",
    "GraphBuilder": "tagatlas.contracts",
    "GraphBuilderSpec": "tagatlas.contracts",
    "ImageInput": "tagatlas.contracts",
    "ImageStatus": "tagatlas.contracts",
    "ImageStore": "tagatlas.contracts",
    "ImageStoreSpec": "tagatlas.contracts",
    "InstalledPlugin": "tagatlas.plugins",
    "KeptAnswer": "tagatlas.contracts",
    "Layout": "tagatlas.contracts",
    "LayoutDescription": "tagatlas.contracts",
    "LayoutSpec": "tagatlas.contracts",
    "Lookalike": "tagatlas.steps.remove",
    "Maker": "tagatlas.contracts",
    "Map": "tagatlas.contracts",
    "MapData": "tagatlas.contracts",
    "MapFile": "tagatlas.contracts",
    "MapInfo": "tagatlas.steps.info",
    "MapOptions": "tagatlas_mapping.maps.options",
    "MapReport": "tagatlas.steps.map",
    "MapWidget": "tagatlas.contracts",
    "Mark": "tagatlas.contracts",
    "Model": "tagatlas.contracts",
    "ModelShelf": "tagatlas.contracts",
    "Network": "tagatlas.network",
    "NetworkDescription": "tagatlas.contracts",
    "NoOptions": "tagatlas.contracts",
    "Note": "tagatlas.contracts.annotation",
    "Outline": "tagatlas.contracts.annotation",
    "Page": "tagatlas.contracts",
    "PagedSource": "tagatlas.contracts",
    "Placeholder": "tagatlas_fetching.placeholders",
    "Plugins": "tagatlas.plugins",
    "Price": "tagatlas.contracts",
    "Progress": "tagatlas.contracts",
    "Provenance": "tagatlas.contracts",
    "ReadAtlas": "tagatlas.steps.reading",
    "Reading": "tagatlas.contracts",
    "Records": "tagatlas.contracts",
    "Recovery": "tagatlas.contracts",
    "RecoverySpec": "tagatlas.contracts",
    "RemoveReport": "tagatlas.steps.remove",
    "RenderReport": "tagatlas.steps.render",
    "Renderer": "tagatlas.contracts",
    "RendererSpec": "tagatlas.contracts",
    "RereadingTagger": "tagatlas.contracts",
    "RunReport": "tagatlas.steps.run",
    "SettingInfo": "tagatlas.steps.info",
    "ShowProgress": "tagatlas.contracts",
    "Source": "tagatlas.contracts",
    "SourceFacts": "tagatlas.contracts",
    "SourceInfo": "tagatlas.steps.info",
    "SourceSpec": "tagatlas.contracts",
    "StatusInfo": "tagatlas.steps.info",
    "StepReport": "tagatlas.steps.run",
    "Tag": "tagatlas.contracts",
    "TagOptions": "tagatlas.steps.options",
    "TagReport": "tagatlas.steps.tag",
    "TagResult": "tagatlas.contracts",
    "TagStatus": "tagatlas.contracts",
    "Tagger": "tagatlas.contracts",
    "TaggerSpec": "tagatlas.contracts",
    "TextEmbedder": "tagatlas.contracts",
    "Thumbnail": "tagatlas.contracts",
    "TrustReport": "tagatlas.steps.trust",
    "Variant": "tagatlas.contracts",
    "add": "tagatlas.steps.add",
    "estimate": "tagatlas.steps.tag",
    "export": "tagatlas.steps.render",
    "fetch": "tagatlas.steps.fetch",
    "hookimpl": "tagatlas.hookspecs",
    "info": "tagatlas.steps.info",
    "load_map": "tagatlas.steps.load",
    "load_plugins": "tagatlas.plugins",
    "map": "tagatlas.steps.map",
    "no_progress": "tagatlas.contracts",
    "no_show": "tagatlas.contracts",
    "open_atlas": "tagatlas.atlas",
    "read_atlas": "tagatlas.steps.reading",
    "remove": "tagatlas.steps.remove",
    "render": "tagatlas.steps.render",
    "run": "tagatlas.steps.run",
    "run_steps": "tagatlas.steps.run",
    "search": "tagatlas.steps.search",
    "tag": "tagatlas.steps.tag",
    "trust": "tagatlas.steps.trust",
}

__all__ = [
    "AddOptions",
    "AddReport",
    "Annotation",
    "Arrow",
    "Atlas",
    "AtlasInfo",
    "AtlasLike",
    "BackendInfo",
    "BrokenPlugin",
    "Caption",
    "Citation",
    "ClusterInput",
    "ClusterName",
    "Clusterer",
    "ClustererDescription",
    "ClustererSpec",
    "Clusters",
    "CommandSpec",
    "Content",
    "Estimate",
    "Extent",
    "FailureKind",
    "FetchOptions",
    "FetchReport",
    "GraphBuilder",
    "GraphBuilderSpec",
    "ImageInput",
    "ImageStatus",
    "ImageStore",
    "ImageStoreSpec",
    "InstalledPlugin",
    "KeptAnswer",
    "Layout",
    "LayoutDescription",
    "LayoutSpec",
    "Lookalike",
    "Maker",
    "Map",
    "MapData",
    "MapFile",
    "MapInfo",
    "MapOptions",
    "MapReport",
    "MapWidget",
    "Mark",
    "Model",
    "ModelShelf",
    "Network",
    "NetworkDescription",
    "NoOptions",
    "Note",
    "Outline",
    "Page",
    "PagedSource",
    "Placeholder",
    "Plugins",
    "Price",
    "Progress",
    "Provenance",
    "ReadAtlas",
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
    "SettingInfo",
    "ShowProgress",
    "Source",
    "SourceFacts",
    "SourceInfo",
    "SourceSpec",
    "StatusInfo",
    "StepReport",
    "Tag",
    "TagOptions",
    "TagReport",
    "TagResult",
    "TagStatus",
    "Tagger",
    "TaggerSpec",
    "TextEmbedder",
    "Thumbnail",
    "TrustReport",
    "Variant",
    "add",
    "estimate",
    "export",
    "fetch",
    "hookimpl",
    "info",
    "load_map",
    "load_plugins",
    "map",
    "no_progress",
    "no_show",
    "open_atlas",
    "read_atlas",
    "remove",
    "render",
    "run",
    "run_steps",
    "search",
    "tag",
    "trust",
]


def __getattr__(name: str) -> object:
    if name == "PinningLayout":  # older plugins go on working
        said = "tagatlas.PinningLayout is gone, and no node was ever pinned: inherit from Layout"
        warnings.warn(said, DeprecationWarning, stacklevel=2)
        name = "Layout"
    if name in _LAZY:
        return getattr(import_module(_LAZY[name]), name)
    function = None if name.startswith("_") else _function_of_a_command(name.replace("_", "-"))
    if function is None:
        raise AttributeError(f"module 'tagatlas' has no attribute {name!r}")
    return function


def _function_of_a_command(name: str) -> object | None:
    """The Python function of a plugin's command; None if there is no such plugin.

    A module of tagatlas becomes its attribute once it is imported: its name means no command.
    Only a plugin with the command's name is loaded: others may be in the middle of their import,
    and look up a name of this module.
    """
    from importlib.util import find_spec

    from tagatlas.plugins.loading import plugin_points

    points = [point for point in plugin_points() if point.name == name]
    if not points or find_spec(f"tagatlas.{name.replace('-', '_')}") is not None:
        return None
    from tagatlas.errors import PluginError
    from tagatlas.plugins.functions import command_function

    try:
        return command_function(name, points)
    except PluginError as error:  # `hasattr`, and imports from here, expect no other
        raise AttributeError(str(error)) from error


def __dir__() -> list[str]:
    return __all__
