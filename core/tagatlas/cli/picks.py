"""What a command will work with: settled, checked and remembered before any work begins."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TypeVar

from tagatlas.atlas import Atlas
from tagatlas.cli.flags import Choices
from tagatlas.contracts import GraphBuilder, Layout, Recovery, Renderer, Source, Spec, Tagger
from tagatlas.errors import EmptyMap, InputError, MissingDependency, ModelMissing, UsageError
from tagatlas.plugins import (
    GRAPH_BUILDERS,
    LAYOUTS,
    RECOVERIES,
    RENDERERS,
    SOURCES,
    TAGGERS,
    Chosen,
    Kind,
    plugin_owner,
)

OptionsT = TypeVar("OptionsT")
ProductT = TypeVar("ProductT")

_REFUSALS = (UsageError, InputError, EmptyMap, MissingDependency, ModelMissing)
"""What is raised where a choice is at fault, and before anything costs money."""


class Picks:
    """The options and plugins that a command asks for, and which owners they belong to."""

    def __init__(self, atlas: Atlas, choices: Choices) -> None:
        self._atlas = atlas
        self._choices = choices
        self._picked: dict[str, object] = {}
        self._source: str | None = None
        self._before: str | None = None
        self._of_source: set[str] = set()

    def options(self, owner: str, options: type[OptionsT]) -> OptionsT:
        """The options of a step.

        Raises:
            OptionError: a value that an option does not take.
        """
        chosen = self._choices.options(owner, options, self._atlas.settings)
        self._picked[owner] = chosen
        return chosen

    def source(self, location: str, replaces: str | None = None) -> Chosen[Source]:
        """The source plugin: the one that was named, or the one that accepts the location.

        Its options are those of this source, or of the one that it replaces.
        """
        from tagatlas.pipeline.add import chosen_for, identity_of, source_for
        from tagatlas.pipeline.options import AddOptions

        settings = self._atlas.settings
        self._source = identity_of(location)
        self._before = chosen_for(self._atlas, location, replaces)
        adding = self._choices.options("add", AddOptions, settings, self._before or self._source)
        self._picked["add"] = adding
        named = adding.source
        known = [each.location for each in self._atlas.catalog.records.sources()]
        name = named or source_for(location, self._atlas.plugins, known)
        self._of_source = {"add", plugin_owner(name)}
        return self._plugin(SOURCES, name, self._before or self._source)

    def recoveries(self, names: tuple[str, ...]) -> list[Chosen[Recovery]]:
        """The recoveries of those names."""
        return [self._plugin(RECOVERIES, name) for name in names]

    def tagger(self, name: str) -> Chosen[Tagger]:
        """The backend of that name."""
        return self._plugin(TAGGERS, name)

    def builder(self, name: str) -> Chosen[GraphBuilder]:
        """The graph builder of that name."""
        return self._plugin(GRAPH_BUILDERS, name)

    def layout(self, name: str) -> Chosen[Layout]:
        """The layout of that name."""
        return self._plugin(LAYOUTS, name)

    def renderers(self, names: tuple[str, ...] = ()) -> list[Chosen[Renderer]]:
        """The renderers of those names; of none, all that write without being asked."""
        known = self._atlas.plugins.of_kind(RENDERERS)
        wanted = names or tuple(name for name, entry in known.items() if entry.spec.default)
        chosen = [self._plugin(RENDERERS, name) for name in wanted]
        return sorted(chosen, key=lambda renderer: known[renderer.name].spec.last)

    def check(self) -> None:
        """Refuse flags that nothing uses.

        Raises:
            OptionError: a typed flag belongs to a plugin that is not in use.
        """
        self._choices.require_use(set(self._picked))

    def settle(self, *owners: str) -> None:
        """Check all picks, and write the typed flags to the atlas's settings.

        Args:
            owners: whose flags are written; none means all.

        Raises:
            OptionError: a typed flag belongs to a plugin that is not in use.
        """
        self.check()
        if self._before is not None and (not owners or self._of_source.intersection(owners)):
            self._atlas.settings.move_source(self._before, self._source)
        for owner, chosen in self._picked.items():
            if owner in owners or not owners:
                source = self._source if owner in self._of_source else None
                self._choices.remember(owner, chosen, self._atlas.settings, source)

    @contextmanager
    def settled(self, *owners: str) -> Iterator[None]:
        """:meth:`settle` for the length of a ``with`` block, and for good unless it fails.

        A choice that is refused must not stand in the way of the next command, so it is taken
        back. Work that ends for another reason, such as a budget that is used up, or that is
        interrupted, goes on with what was typed.
        """
        before = self._atlas.settings.text
        self.settle(*owners)
        try:
            yield
        except _REFUSALS:
            self._atlas.settings.put_back(before)
            raise

    def _plugin(
        self, kind: Kind[Spec, ProductT], name: str, source: str | None = None
    ) -> Chosen[ProductT]:
        owner = plugin_owner(name)
        options = self._atlas.plugins.get(kind, name).options
        values = self._choices.values(owner, options, self._atlas.settings, source)
        chosen = self._atlas.plugins.choose(kind, name, values)
        self._picked[owner] = chosen.options
        return chosen
