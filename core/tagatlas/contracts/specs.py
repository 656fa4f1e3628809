"""What a plugin announces: one frozen dataclass per kind of plugin."""

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
    """What every kind of plugin announces.

    Attributes:
        name: what the user types; lower-case letters, digits and hyphens.
        summary: one line for lists and help.
        extra: the pip extra of the plugin's own distribution that it needs, such as
            ``"tagatlas[clip]"``; None if a plain install is enough.
        needs: the top-level modules of that extra without which it can do nothing; only
            those that its factory does not import. Where one is not installed, the user is told
            before any work.
        options: a frozen dataclass whose fields all have defaults. A field's type is bool, int,
            float, str, pathlib.Path, tuple[str, ...], a Literal of strings, or one of these or
            None; ``Annotated[..., msgspec.Meta(description=..., ge=..., le=...)]`` gives help
            text and bounds, and a :class:`~tagatlas.Mark` in it says what else there is to
            know of it, such as that it is a secret. Flags, settings file and validation are
            derived from it.
        factory: makes the plugin's object; called only when the plugin is used, with an
            instance of ``options``. A class or a function, or where one is, as
            ``"module:Class"``: then that module is imported only when the plugin is used.
    """

    name: str
    summary: str
    factory: Callable[..., object] | str
    extra: str | None = None
    needs: tuple[str, ...] = ()
    options: type = NoOptions


@dataclass(frozen=True, kw_only=True)
class SourceSpec(Spec):
    """Announces a source.

    Attributes:
        accepts: whether the source reads such a location; looks at its form and at most at
            whether a file or folder is there.
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
        models: makes what ``tagatlas models`` lists and fetches, in one of the forms of
            ``factory``; None where the tagger has no models to choose from.
        embeds_images: whether its results come with embeddings, with the options as they are by
            default.
        embeds_texts: whether it is a :class:`~tagatlas.contracts.TextEmbedder`.
    """

    factory: Callable[..., Tagger] | str
    models: Callable[[], ModelShelf] | str | None = None
    embeds_images: bool = False
    embeds_texts: bool = False


@dataclass(frozen=True, kw_only=True)
class GraphBuilderSpec(Spec):
    """Announces a graph builder. What it says of its networks, its object does: ``describe``."""

    factory: Callable[..., GraphBuilder] | str


@dataclass(frozen=True, kw_only=True)
class LayoutSpec(Spec):
    """Announces a layout. What it says of itself, its object does: ``describe``."""

    factory: Callable[..., Layout] | str


@dataclass(frozen=True, kw_only=True)
class ClustererSpec(Spec):
    """Announces a clusterer. What it says of itself, its object does: ``describe``."""

    factory: Callable[..., Clusterer] | str


@dataclass(frozen=True, kw_only=True)
class RendererSpec(Spec):
    """Announces a renderer.

    Attributes:
        default: whether ``tagatlas render`` writes this format without being asked.
        last: whether it shows what the other renderers wrote, and so runs after them.
        files: the files it writes that people open, and what each is, in words for a list: by
            their paths in the map's folder, such as ``"map.svg": "the poster as vectors"``; a
            folder of many ends in a slash. Pages list those that are there.
        order: of its files among those of other renderers: the lowest first, then by name.
        download: what the button says by which the viewer offers the first of its files, such as
            ``"Poster (SVG)"``; empty where the viewer does not offer it.
        widget: a function, as ``"module:function"``, that makes a
            :class:`~tagatlas.MapWidget` of a map: maps show themselves in notebooks by it; of
            several by that of the lowest order. Empty where there is none.
        viewer: of older plugins, and not read: what shows maps has a ``widget``, and a command
            of its own in place of ``tagatlas view``.
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
        """Say to who wrote a plugin what has taken the place of ``viewer``."""
        if viewer:
            text = f"{self.name}: nothing reads viewer=True: name a widget, announce a command"
            warnings.warn(text, DeprecationWarning, stacklevel=3)


@dataclass(frozen=True, kw_only=True)
class CommandSpec(Spec):
    """Announces a command of the command line.

    Attributes:
        factory: makes the command; called with the installed plugins when the command is run or
            its help is shown. Its options are its own, so that ``options`` stays as it is.
        function: the same from Python, as ``"module:function"``; empty where there is none. Where
            the entry point is named as the command it is an attribute of :mod:`tagatlas`, too,
            with underscores in place of hyphens.
        after: the command that it follows in the help; empty for the end.
    """

    factory: Callable[..., click.Command] | str
    function: str = ""
    after: str = ""


def loaded(place: Callable[..., MadeT] | str) -> Callable[..., MadeT]:
    """The class or function that a spec gives itself, or names as ``"module:name"``.

    Raises:
        ImportError: the module cannot be imported.
        PluginError: there is no such name in it.
    """
    if not isinstance(place, str):
        return place
    module, _, name = place.partition(":")
    found: Callable[..., MadeT] | None = getattr(import_module(module), name, None)
    if found is None:
        raise PluginError(f"there is no {name!r} in the module {module}")
    return found
