"""Specs, by which plugins announce themselves: one frozen dataclass per kind of plugin."""

from __future__ import annotations

import warnings
from dataclasses import InitVar, dataclass, field
from importlib import import_module
from typing import TYPE_CHECKING, TypeVar

from tagatlas.errors import PluginError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import click

    from tagatlas.contracts.clusterer import Clusterer
    from tagatlas.contracts.layout import Layout
    from tagatlas.contracts.models import ModelShelf
    from tagatlas.contracts.network import GraphBuilder
    from tagatlas.contracts.recovery import Recovery
    from tagatlas.contracts.renderer import Renderer
    from tagatlas.contracts.source import Source
    from tagatlas.contracts.store import ImageStore
    from tagatlas.contracts.tagger import Tagger

MadeT = TypeVar("MadeT")


@dataclass(frozen=True)
class NoOptions:
    """Options of a plugin that has none."""


@dataclass(frozen=True, kw_only=True)
class Spec:
    """Fields common to all kinds of plugins.

    Attributes:
        name: as the user types it; lower-case letters, digits and hyphens.
        summary: one line for lists and help.
        extra: the pip extra of the plugin's own distribution that it needs, such as
            ``"tagatlas[clip]"``; None if a plain install is enough.
        needs: the required top-level modules of that extra; only those that its factory does
            not import. If one is not installed, the user gets an error before any work.
        packages: distributions whose versions may change its results, such as
            ``("umap-learn",)``: those installed are stored with each map it makes, and listed in
            methods texts beside its own distribution.
        options: a frozen dataclass whose fields all have defaults. A field's type is bool, int,
            float, str, pathlib.Path, tuple[str, ...], a Literal of strings, or one of these or
            None; ``Annotated[..., msgspec.Meta(description=..., ge=..., le=...)]`` gives help
            text and bounds, and a :class:`~tagatlas.Mark` in it further properties, such as
            that it is a secret. Flags, settings file and validation are derived from it.
        factory: makes the plugin's object; called only when the plugin is used, with an
            instance of ``options``. A class or a function, or its place as
            ``"module:Class"``: then that module is imported only when the plugin is used.
    """

    name: str
    summary: str
    factory: Callable[..., object] | str
    extra: str | None = None
    needs: tuple[str, ...] = ()
    packages: tuple[str, ...] = ()
    options: type = NoOptions


@dataclass(frozen=True, kw_only=True)
class SourceSpec(Spec):
    """Announces a source.

    Attributes:
        accepts: whether the source reads such a location; checks its form and at most whether
            a file or folder exists.
    """

    accepts: Callable[[str], bool]
    factory: Callable[..., Source] | str


@dataclass(frozen=True, kw_only=True)
class ImageStoreSpec(Spec):
    """Announces an image store. ``factory`` gets the options, then the atlas's folder."""

    factory: Callable[..., ImageStore] | str


@dataclass(frozen=True, kw_only=True)
class RecoverySpec(Spec):
    """Announces a recovery. It is used only where the user names it."""

    factory: Callable[..., Recovery] | str


@dataclass(frozen=True, kw_only=True)
class TaggerSpec(Spec):
    """Announces a tagger.

    Attributes:
        models: makes the :class:`~tagatlas.ModelShelf` for ``tagatlas models``, in one of the
            forms of ``factory``; None if the tagger has no models to choose from.
        embeds_images: whether its results come with embeddings, with default options.
        embeds_texts: whether it is a :class:`~tagatlas.TextEmbedder`.
    """

    factory: Callable[..., Tagger] | str
    models: Callable[[], ModelShelf] | str | None = None
    embeds_images: bool = False
    embeds_texts: bool = False


@dataclass(frozen=True, kw_only=True)
class GraphBuilderSpec(Spec):
    """Announces a graph builder. Its object describes the networks: ``describe``."""

    factory: Callable[..., GraphBuilder] | str


@dataclass(frozen=True, kw_only=True)
class LayoutSpec(Spec):
    """Announces a layout. Its object describes the method: ``describe``."""

    factory: Callable[..., Layout] | str


@dataclass(frozen=True, kw_only=True)
class ClustererSpec(Spec):
    """Announces a clusterer. Its object describes the method: ``describe``."""

    factory: Callable[..., Clusterer] | str


@dataclass(frozen=True, kw_only=True)
class RendererSpec(Spec):
    """Announces a renderer.

    Attributes:
        default: whether ``tagatlas render`` writes this format by default.
        last: whether it shows files of other renderers, and so runs after them.
        files: the files it writes that people open, with descriptions for a list: by their
            paths in the map's folder, such as ``"map.svg": "the poster as vectors"``; a folder
            of many ends in a slash. Pages list those that exist.
        order: of its files among those of other renderers: the lowest first, then by name.
        download: text of the viewer's download button for the first of its files, such as
            ``"Poster (SVG)"``; empty if the viewer does not offer it.
        widget: a function, as ``"module:function"``, that makes a
            :class:`~tagatlas.MapWidget` of a map, to show maps in notebooks; of several, that
            of the lowest order is used. Empty if there is none.
        viewer: of older plugins, not read: a viewer of maps now has a ``widget``, and its own
            command in place of ``tagatlas view``.
    """

    factory: Callable[..., Renderer] | str
    default: bool = True
    last: bool = False
    files: Mapping[str, str] = field(default_factory=dict)
    order: int = 100
    download: str = ""
    widget: str = ""
    viewer: InitVar[bool] = False

    def __post_init__(self, viewer: bool) -> None:
        """Tell a plugin's author what replaces ``viewer``."""
        if viewer:
            text = f"{self.name}: nothing reads viewer=True: name a widget, announce a command"
            warnings.warn(text, DeprecationWarning, stacklevel=3)


@dataclass(frozen=True, kw_only=True)
class CommandSpec(Spec):
    """Announces a command of the command line.

    Attributes:
        factory: makes the command; called with the installed plugins when the command is run or
            its help is shown. Its options are its own, so that ``options`` stays as it is.
        function: the same from Python, as ``"module:function"``; empty if there is none. If the
            entry point has the command's name, the function is also an attribute of
            :mod:`tagatlas`, with underscores in place of hyphens, unless that is the name of a
            module of tagatlas.
        after: the command that it follows in the help; empty for the end.
    """

    factory: Callable[..., click.Command] | str
    function: str = ""
    after: str = ""


def is_place(text: str) -> bool:
    """Whether a text has the form ``"module:name"``."""
    module, _, name = text.partition(":")
    return name.isidentifier() and all(part.isidentifier() for part in module.split("."))


def loaded(place: Callable[..., MadeT] | str) -> Callable[..., MadeT]:
    """The class or function given in a spec, directly or as ``"module:name"``.

    Raises:
        ImportError: the module cannot be imported.
        PluginError: there is no such name in it, or the text is no place.
    """
    if not isinstance(place, str):
        return place
    if not is_place(place):
        raise PluginError(f'{place!r} is no place: write "module:name"')
    module, _, name = place.partition(":")
    found: Callable[..., MadeT] | None = getattr(import_module(module), name, None)
    if found is None:
        raise PluginError(f"there is no {name!r} in the module {module}")
    return found
