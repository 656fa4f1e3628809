"""A chosen plugin with its options; made when needed."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from importlib.util import find_spec
from typing import Generic, TypeVar

from tagatlas.contracts import Spec
from tagatlas.masking import masked
from tagatlas.options import option_fields, secrets_kept
from tagatlas.plugins.kinds import Kind, plugin_owner

OWN = "tagatlas"
"""The distribution whose plugins are built in."""

_HOSTS = frozenset({"address", "api", "archive", "endpoint", "host", "proxy", "server", "url"})
"""Words in the names of options that say which host a plugin asks."""

ProductT_co = TypeVar("ProductT_co", covariant=True)
ProductT = TypeVar("ProductT")


@dataclass(frozen=True)
class InstalledPlugin:
    """A plugin as its distribution's metadata announces it, without any import.

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

    @property
    def is_built_in(self) -> bool:
        """Whether it is part of tagatlas."""
        return self.distribution == OWN

    def __str__(self) -> str:
        """Its name in messages."""
        return f"{self.name} ({self.distribution or 'unknown'} {self.version})".replace(" )", ")")


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
    def label(self) -> str:
        """Its name in messages."""
        return plugin_label(self.kind, self.name, self.plugin)

    @property
    def owner(self) -> str:
        """The table of its options in ``atlas.toml``."""
        return plugin_owner(self.kind, self.name)

    def unusual_hosts(self) -> list[str]:
        """The hosts that it asks in place of its own default ones, a line each."""
        lines = []
        for option in option_fields(self.spec.options):
            value = getattr(self.options, option.name)
            is_host = isinstance(value, str) and ("://" not in value or value.startswith("http"))
            is_about_hosts = not _HOSTS.isdisjoint(option.name.split("_")) and option.is_authority
            if is_about_hosts and is_host and value not in ("", option.default):
                instead = f", not {option.default}" if option.default else ""
                lines.append(f"{self.label} asks {masked(value)} ({option.name}){instead}")
        return lines

    @cached_property
    def product(self) -> ProductT_co:
        """The plugin's object; made once, when first needed.

        Faults in its methods are raised as :class:`~tagatlas.errors.PluginError`.

        Raises:
            MissingDependency, PluginError: see :meth:`make`.
        """
        return self.make()

    def require_modules(self) -> None:
        """Check that its required modules are installed.

        Raises:
            MissingDependency: one is not.
        """
        if not all(map(find_spec, self.spec.needs)):
            from tagatlas_guards import missing

            raise missing(self.label, self.spec.extra or ", ".join(self.spec.needs))

    def make_now(self) -> None:
        """Make :attr:`product` now, so that errors are raised before any work.

        Raises:
            MissingDependency, PluginError: see :meth:`make`.
        """
        getattr(self, "product")  # noqa: B009 - for what it does

    def make(self, *further: object) -> ProductT_co:
        """Call the plugin's factory.

        Args:
            further: further arguments of the kind's factory.

        Raises:
            MissingDependency: the plugin's optional packages are not installed.
            PluginError: the factory failed, or returned an object of another class.
        """
        from tagatlas_guards import guarded  # with all contracts

        self.require_modules()
        with secrets_kept(self.options):
            made = make_product(self.kind, self.spec, self.plugin, self.options, *further)
        return guarded(made, self.label, own=self.plugin.is_built_in, options=self.options)


def make_product(
    kind: Kind[Spec, ProductT], spec: Spec, plugin: InstalledPlugin, *arguments: object
) -> ProductT:
    """Call the factory of a spec.

    Args:
        kind: of plugin.
        spec: what it announced.
        plugin: that announced it.
        arguments: of the factory.

    Raises:
        MissingDependency: the plugin's optional packages are not installed.
        PluginError: the factory failed, or returned an object of another class.
    """
    from tagatlas_guards import make

    return make(
        spec.factory,
        kind.product,
        plugin_label(kind, spec.name, plugin),
        arguments=arguments,
        extra=spec.extra,
        own=plugin.is_built_in,
    )


def plugin_label(kind: Kind[Spec, object], name: str, plugin: InstalledPlugin) -> str:
    """A spec's name in messages; third-party ones with their distribution."""
    if plugin.is_built_in:
        return f"{kind.name} {name}"
    origin = f"{plugin.distribution} {plugin.version}".strip() or plugin.module or "unknown"
    return f"{kind.name} {name} ({origin})"
