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

_NAMES = {
    "tagatlas.atlas": "Atlas open_atlas",
    "tagatlas.catalog.removals": "Extent",
    "tagatlas.contracts": (
        "Citation ClusterInput Clusterer ClustererDescription ClustererSpec Clusters "
        "CommandSpec FailureKind GraphBuilder GraphBuilderSpec ImageCopy ImageInput ImageStatus "
        "ImageStore ImageStoreSpec KeptAnswer Layout LayoutDescription LayoutSpec Maker Map "
        "MapData MapFile MapWidget Mark Model ModelShelf NetworkDescription NoOptions Page "
        "PagedSource Price Progress Provenance Reading Records Recovery RecoverySpec Renderer "
        "RendererSpec RereadingTagger ShowProgress Source SourceFacts SourceSpec Tag TagResult "
        "TagStatus Tagger TaggerSpec TextEmbedder Thumbnail Variant no_progress no_show"
    ),
    "tagatlas.contracts.annotation": (
        "Annotation Arrow Caption ClusterMerge ClusterMove ClusterName ClusterReference Content "
        "Note Outline"
    ),
    "tagatlas.hookspecs": "hookimpl",
    "tagatlas.network": "Network",
    "tagatlas.plugins": "BrokenPlugin InstalledPlugin Plugins load_plugins",
    "tagatlas.steps.add": "AddReport add",
    "tagatlas.steps.fetch": "FetchReport fetch",
    "tagatlas.steps.info": "AtlasInfo BackendInfo MapInfo SettingInfo SourceInfo StatusInfo info",
    "tagatlas.steps.load": "load_map",
    "tagatlas.steps.map": "MapReport map",
    "tagatlas.steps.opened": "AtlasLike",
    "tagatlas.steps.options": "AddOptions TagOptions",
    "tagatlas.steps.reading": "ReadAtlas read_atlas",
    "tagatlas.steps.remove": "Lookalike RemoveReport remove",
    "tagatlas.steps.render": "RenderReport export render",
    "tagatlas.steps.run": "RunReport StepReport run run_steps",
    "tagatlas.steps.search": "search",
    "tagatlas.steps.spending": "Estimate",
    "tagatlas.steps.tag": "TagReport estimate tag",
    "tagatlas.steps.trust": "TrustReport trust",
    "tagatlas_fetching": "FetchOptions",
    "tagatlas_fetching.placeholders": "Placeholder",
    "tagatlas_mapping.maps.options": "MapOptions",
}
"""Public names by module; for checkers of types, ``__init__.pyi`` has them, too."""

_LAZY = {name: module for module, names in _NAMES.items() for name in names.split()}

__all__ = sorted(_LAZY)


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
