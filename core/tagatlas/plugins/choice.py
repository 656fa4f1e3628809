"""A plugin that was chosen, with its options; made when it is needed."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Generic, TypeVar

from tagatlas.contracts import Spec, loaded
from tagatlas.errors import MissingDependency, PluginError, TagatlasError
from tagatlas.plugins.kinds import Kind, plugin_owner

ProductT_co = TypeVar("ProductT_co", covariant=True)
ProductT = TypeVar("ProductT")


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
        return make_product(self.kind, self.spec, self.options, *further)


def make_product(kind: Kind[Spec, ProductT], spec: Spec, *arguments: object) -> ProductT:
    """Call the factory of a spec.

    Args:
        kind: of plugin.
        spec: what it announced.
        arguments: of the factory.

    Raises:
        MissingDependency: the plugin's optional packages are not installed.
        PluginError: the factory failed, or returned something else than it must.
    """
    try:
        made = loaded(spec.factory)(*arguments)
    except ImportError as error:
        if spec.extra is None:
            raise PluginError(f"{spec.name} cannot be imported: {error}") from error
        raise MissingDependency(f"{spec.name} needs: pip install '{spec.extra}'") from error
    except TagatlasError:
        raise
    except Exception as error:
        text = " ".join(f"{type(error).__name__}: {error}".split())
        raise PluginError(f"{kind.name} {spec.name} cannot be made: {text}") from error
    if not isinstance(made, kind.product):
        raise PluginError(
            f"{spec.name}: its factory made {made!r}, which is no {kind.product.__name__}"
        )
    return made
