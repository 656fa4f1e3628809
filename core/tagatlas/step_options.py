"""The options of each step: its own, and those of the plugins it may use."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from importlib import import_module

from tagatlas.contracts import Spec
from tagatlas.plugins import (
    CLUSTERERS,
    GRAPH_BUILDERS,
    LAYOUTS,
    OWN,
    RECOVERIES,
    RENDERERS,
    SOURCES,
    TAGGERS,
    Kind,
    Plugins,
    plugin_owner,
)
from tagatlas_options.names import OptionNames, Owner

STEPS: Mapping[str, tuple[str, tuple[Kind[Spec, object], ...]]] = {
    "add": ("tagatlas.steps.options:AddOptions", (SOURCES,)),
    "fetch": ("tagatlas_fetching.options:FetchOptions", (RECOVERIES,)),
    "tag": ("tagatlas.steps.options:TagOptions", (TAGGERS,)),
    "map": ("tagatlas_mapping.maps.options:MapOptions", (GRAPH_BUILDERS, LAYOUTS, CLUSTERERS)),
    "render": ("tagatlas.steps.options:RenderOptions", (RENDERERS,)),
}
"""The steps of the main job in their order: the options dataclass, and the kinds of plugins."""

CALLS_OWN = frozenset(
    {
        "dry_run",
        "json_output",
        "map_name",
        "max_failures",
        "of_map",
        "open_map",
        "retry_failed",
        "tag_score",
        "trust_atlas",
        "with_duplicates",
        "with_tag",
        "within_cluster",
    }
)
"""Arguments of calls and commands that could clash with a plugin's long option name."""


def step_owners(plugins: Plugins, *steps: str) -> list[Owner]:
    """The owners of the options of some steps.

    Args:
        plugins: the installed ones.
        steps: of :data:`STEPS`; none means all of them.
    """
    return [owner for step in steps or STEPS for owner in _owners(plugins, step)]


def step_names(
    plugins: Plugins, *steps: str, further: Sequence[Owner] = (), reserved: Collection[str] = ()
) -> OptionNames:
    """The names of the options that a call of some steps takes.

    Args:
        plugins: the installed ones.
        steps: ``add``, ``fetch``, ``tag``, ``map``, ``render``: those whose options, and whose
            plugins' options, the call takes as well.
        further: further owners whose options the call accepts.
        reserved: names of the call's own arguments.
    """
    owners = [owner for step in steps for owner in _owners(plugins, step)]
    kept = [Owner(step, _options(step)) for step in STEPS]
    return OptionNames([*owners, *further], CALLS_OWN.union(reserved), kept)


def former_tables() -> Mapping[str, str]:
    """Former tables of options that belonged to a step, by their present tables."""
    from tagatlas_mapping.maps.options import MapOptions

    return {plugin_owner(CLUSTERERS, MapOptions().clusterer): "map"}


def plugin_owners(plugins: Plugins, kind: Kind[Spec, object]) -> list[Owner]:
    """Option owners of the plugins of one kind, by name."""
    former = former_tables()
    return [
        Owner(
            plugin_owner(kind, name),
            entry.spec.options,
            kind.name,
            entry.plugin.distribution == OWN,
            former=former.get(plugin_owner(kind, name), ""),
        )
        for name, entry in plugins.of_kind(kind).items()
    ]


def _owners(plugins: Plugins, step: str) -> list[Owner]:
    of_plugins = [owner for kind in STEPS[step][1] for owner in plugin_owners(plugins, kind)]
    return [Owner(step, _options(step)), *of_plugins]


def _options(step: str) -> type:
    """The step's options dataclass; imported only here, to keep loading light."""
    module, _, name = STEPS[step][0].partition(":")
    found: type = getattr(import_module(module), name)
    return found
