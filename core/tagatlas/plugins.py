"""Finding plugins: names without imports, broken ones reported and skipped, none lost silently."""

from __future__ import annotations

import os
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, is_dataclass
from difflib import get_close_matches
from functools import cached_property
from importlib.metadata import Distribution, EntryPoint, entry_points
from types import ModuleType
from typing import Generic, TypeVar

import pluggy

from tagatlas import hookspecs
from tagatlas.contracts import (
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
from tagatlas.errors import MissingDependency, PluginError, TagatlasError, UnknownPlugin
from tagatlas.options import flag_of, make_options, option_fields

GROUP = "tagatlas"
"""Of entry points."""

OWN = "tagatlas"
"""The distribution whose plugins are built in."""

STRICT_VARIABLE = "TAGATLAS_STRICT_PLUGINS"

SpecT = TypeVar("SpecT", bound=Spec)
SpecT_co = TypeVar("SpecT_co", bound=Spec, covariant=True)
ProductT = TypeVar("ProductT")
ProductT_co = TypeVar("ProductT_co", covariant=True)


@dataclass(frozen=True)
class InstalledPlugin:
    """A plugin as its distribution's metadata announces it; nothing was imported to know it.

    Attributes:
        name: the entry point's name.
        module: the module it names.
        distribution: the distribution it comes from, such as ``tagatlas``; empty if unknown.
        version: that distribution's version; empty if unknown.
    """

    name: str
    module: str
    distribution: str
    version: str

    def __str__(self) -> str:
        """How messages name it."""
        return f"{self.name} ({self.distribution or 'unknown'} {self.version})".replace(" )", ")")


@dataclass(frozen=True)
class BrokenPlugin:
    """A plugin that was skipped, with the reason in one line."""

    plugin: InstalledPlugin
    reason: str


@dataclass(frozen=True)
class Registered(Generic[SpecT]):
    """A spec, and the plugin that announced it."""

    spec: SpecT
    plugin: InstalledPlugin


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
KINDS: tuple[Kind[Spec, object], ...] = (
    SOURCES,
    IMAGE_STORES,
    RECOVERIES,
    TAGGERS,
    GRAPH_BUILDERS,
    LAYOUTS,
    RENDERERS,
)


@dataclass(frozen=True)
class PluginChoice(Generic[ProductT_co]):
    """A plugin with its options, ready to be made.

    Attributes:
        kind: of plugin.
        spec: what it announced.
        options: an instance of its options dataclass.
        plugin: that announced it.
    """

    kind: Kind[Spec, ProductT_co]
    spec: Spec
    options: object
    plugin: InstalledPlugin = InstalledPlugin("", "", "", "")

    @property
    def name(self) -> str:
        """The plugin's name."""
        return self.spec.name

    @property
    def owner(self) -> str:
        """Whose options these are, as ``atlas.toml`` calls it."""
        return plugin_owner(self.kind, self.name)

    @cached_property
    def product(self) -> ProductT_co:
        """What the plugin's factory makes of the options; made once, when it is first needed.

        Raises:
            MissingDependency, PluginError: see :meth:`make`.
        """
        return self.make()

    def make_now(self) -> None:
        """Make :attr:`product`, so that what stands in its way is known before any work.

        Raises:
            MissingDependency, PluginError: see :meth:`make`.
        """
        getattr(self, "product")  # noqa: B009 - for what it does

    def make(self, *further: object) -> ProductT_co:
        """Call the plugin's factory.

        Args:
            further: what the kind's factory takes beside the options.

        Raises:
            MissingDependency: the plugin's optional packages are not installed.
            PluginError: the factory failed, or returned something else than it must.
        """
        try:
            made = self.spec.factory(self.options, *further)
        except ImportError as error:
            if self.spec.extra is None:
                raise PluginError(f"{self.name} cannot be imported: {error}") from error
            raise MissingDependency(
                f"{self.name} needs: pip install '{self.spec.extra}'"
            ) from error
        except TagatlasError:
            raise
        except Exception as error:
            text = " ".join(f"{type(error).__name__}: {error}".split())
            raise PluginError(f"{self.kind.name} {self.name} cannot be made: {text}") from error
        if not isinstance(made, self.kind.product):
            raise PluginError(
                f"{self.name}: its factory made {made!r}, which is no {self.kind.product.__name__}"
            )
        return made


@dataclass
class Plugins:
    """The plugins at hand, by kind and name. Made by :func:`load_plugins`.

    Attributes:
        installed: what the metadata announces, loaded or not, ordered by name.
        broken: what was skipped, and why.
        warnings: what else is wrong with any, such as a name that two share; one line each.
        on_warning: called with each warning that comes up after loading.
    """

    installed: Sequence[InstalledPlugin]
    broken: list[BrokenPlugin] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    on_warning: Callable[[str], None] = lambda _: None
    _registered: dict[str, dict[str, Registered[Spec]]] = field(
        default_factory=lambda: defaultdict(dict)
    )

    def of_kind(self, kind: Kind[SpecT, object]) -> dict[str, Registered[SpecT]]:
        """All of one kind, by name, ordered by name."""
        return {
            name: Registered(entry.spec, entry.plugin)
            for name, entry in sorted(self._registered[kind.hook].items())
            if isinstance(entry.spec, kind.spec)
        }

    def get(self, kind: Kind[SpecT, object], name: str) -> SpecT:
        """The spec of that kind and name.

        Raises:
            UnknownPlugin: there is none; the text lists what there is, or why it was skipped.
        """
        known = self.of_kind(kind)
        if name in known:
            return known[name].spec
        for broken in self.broken:
            if broken.plugin.name == name:
                raise UnknownPlugin(f"{kind.name} {name!r} cannot be used: {broken.reason}")
        close = get_close_matches(name, known, n=1)
        hint = f"did you mean {close[0]}?" if close else f"there are: {', '.join(known) or 'none'}"
        raise UnknownPlugin(f"no {kind.name} is named {name!r}; {hint}")

    def choose(
        self,
        kind: Kind[Spec, ProductT],
        name: str,
        values: Mapping[str, object],
        called: Callable[[str], str] = flag_of,
    ) -> PluginChoice[ProductT]:
        """The plugin of that kind and name with its options.

        Args:
            kind: of plugin.
            name: of the plugin.
            values: options by name; the others keep their defaults.
            called: see :func:`tagatlas.options.make_options`.

        Raises:
            UnknownPlugin: there is no such plugin.
            OptionError: it does not take one of the values.
        """
        spec = self.get(kind, name)
        options: object = make_options(spec.options, values, name, called)
        return PluginChoice(kind, spec, options, self._registered[kind.hook][name].plugin)

    def warn(self, text: str) -> None:
        """Note what is wrong with a plugin that is in use."""
        self.warnings.append(text)
        self.on_warning(text)

    def add(self, kind: Kind[Spec, object], spec: Spec, plugin: InstalledPlugin) -> None:
        """Register a spec; the first of a name stays, and a second is a warning."""
        known = self._registered[kind.hook]
        if spec.name in known:
            self.warnings.append(
                f"two {kind.name}s are named {spec.name!r}: {known[spec.name].plugin} is used, "
                f"{plugin} is not; uninstall one of them"
            )
            return
        known[spec.name] = Registered(spec, plugin)


def installed_plugins() -> list[InstalledPlugin]:
    """What installed distributions announce, tagatlas's own first, then by name; no imports."""
    return [plugin for plugin, _ in _described(entry_points(group=GROUP))]


def load_plugins(
    *,
    points: Iterable[EntryPoint] | None = None,
    modules: Iterable[ModuleType] = (),
    strict: bool | None = None,
) -> Plugins:
    """Import the plugins and ask them what they announce.

    A plugin that cannot be imported, or whose hook fails, is reported in ``broken`` and
    skipped; it breaks nothing else.

    Args:
        points: the entry points to load; None for those of all installed distributions.
        modules: further plugin modules, for tests and notebooks.
        strict: raise on the first broken plugin or shared name instead; None follows the
            variable ``TAGATLAS_STRICT_PLUGINS``.

    Raises:
        PluginError: only where strict.
    """
    if strict is None:
        strict = os.environ.get(STRICT_VARIABLE, "") not in ("", "0")
    found = _described(entry_points(group=GROUP) if points is None else points)
    plugins = Plugins([plugin for plugin, _ in found])
    for plugin, entry_point in found:
        try:
            announced = _announcements(entry_point.load())
            if plugin.distribution != OWN:
                for _, spec in announced:
                    check_spec(spec)
        except (Exception, SystemExit) as error:  # noqa: BLE001 - a stranger's module may raise anything
            _skip(plugins, plugin, error, strict)
            continue
        for kind, spec in announced:
            plugins.add(kind, spec, plugin)
    for module in modules:
        for kind, spec in _announcements(module):
            plugins.add(kind, spec, InstalledPlugin(module.__name__, module.__name__, "", ""))
    if strict and plugins.warnings:
        raise PluginError(plugins.warnings[0])
    return plugins


def _announcements(module: object) -> list[tuple[Kind[Spec, object], Spec]]:
    """What one plugin announces; a manager of its own keeps its faults from the others.

    Raises:
        PluginError: it announces nothing, or something else than specs.
    """
    if not isinstance(module, ModuleType):
        raise PluginError(
            f"its entry point names {module!r}: it is to name a module, without a colon"
        )
    manager = pluggy.PluginManager(GROUP)
    manager.add_hookspecs(hookspecs)
    manager.register(module)
    unmarked = [kind.hook for kind in KINDS if hasattr(module, kind.hook)]
    manager.check_pending()
    announced = []
    for kind in KINDS:
        hook = getattr(manager.hook, kind.hook)
        if kind.hook in unmarked and not hook.get_hookimpls():
            raise PluginError(f"{kind.hook} is not marked with @hookimpl")
        for specs in hook():
            for spec in specs:
                if not isinstance(spec, kind.spec):
                    raise PluginError(
                        f"{kind.hook} gave {spec!r}, which is no {kind.spec.__name__}"
                    )
                announced.append((kind, spec))
    if not announced:
        raise PluginError(
            f"it announces nothing: none of {', '.join(kind.hook for kind in KINDS)} gives a spec"
        )
    return announced


def check_spec(spec: Spec) -> None:
    """Make sure that flags, settings and checks can be made of what a plugin announces.

    Raises:
        PluginError: its name, its options or its files are none.
    """
    if not re.fullmatch("[a-z0-9]+(-[a-z0-9]+)*", spec.name):
        raise PluginError(
            f"{spec.name!r} is no plugin's name: lower-case letters, digits and hyphens"
        )
    if not is_dataclass(spec.options):
        raise PluginError(f"the options of {spec.name} are no dataclass: {spec.options!r}")
    try:
        option_fields(spec.options)
        make_options(spec.options, {}, spec.name)
    except (TagatlasError, TypeError, NameError, AttributeError) as error:
        raise PluginError(f"the options of {spec.name} cannot be read: {error}") from error
    if isinstance(spec, RendererSpec) and not _are_texts(spec.files):
        raise PluginError(f"the files of {spec.name} are no texts by their paths: {spec.files!r}")


def _are_texts(files: object) -> bool:
    return isinstance(files, Mapping) and all(
        isinstance(path, str) and isinstance(what, str) for path, what in files.items()
    )


def _skip(plugins: Plugins, plugin: InstalledPlugin, error: BaseException, strict: bool) -> None:
    reason = " ".join(f"{type(error).__name__}: {error}".split())
    if strict:
        raise PluginError(f"plugin {plugin} is broken: {reason}") from error
    plugins.broken.append(BrokenPlugin(plugin, reason))


def _described(points: Iterable[EntryPoint]) -> list[tuple[InstalledPlugin, EntryPoint]]:
    """The built-in ones first, so that nobody displaces what they announce; then by name."""
    # A distribution's metadata, with its README, is parsed each time that it is asked for.
    metadata: dict[Distribution | None, tuple[str, str]] = {None: ("", "")}
    described = []
    for point in points:
        if point.dist is not None and point.dist not in metadata:
            read = point.dist.metadata
            metadata[point.dist] = (read["Name"], read["Version"])
        name, version = metadata[point.dist]
        described.append((InstalledPlugin(point.name, point.value, name, version), point))
    return sorted(
        described,
        key=lambda each: (each[0].distribution != OWN, each[0].name, each[0].distribution),
    )


def plugin_owner(kind: Kind[Spec, object], name: str) -> str:
    """The table of a plugin's settings in ``atlas.toml``, such as ``builder.bipartite``."""
    return f"{kind.key}.{name}"
