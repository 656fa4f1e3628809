"""``tagatlas info``."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from tagatlas.cli.arguments import AtlasArgument
from tagatlas.cli.flags import Choices, Section
from tagatlas.cli.outcome import Outcome
from tagatlas.cli.sections import (
    fetch_sections,
    map_sections,
    plugins_at_hand,
    render_sections,
    source_sections,
    tag_sections,
)
from tagatlas.masking import masked
from tagatlas.options import make_options, option_values
from tagatlas.wording import count

if TYPE_CHECKING:
    from tagatlas.pipeline.info import AtlasInfo, MapInfo
    from tagatlas.settings import SettingsFile

_REASONS = 5


@dataclass(frozen=True)
class Setting:
    """A setting that is not its default: its name in ``atlas.toml``, and what decides it."""

    name: str
    value: bool | int | float | str | None
    origin: str


def command() -> Callable[..., Outcome]:
    """The command."""
    return run


def run(atlas: AtlasArgument) -> Outcome:
    """Say what is in an atlas."""
    from tagatlas.atlas import open_atlas
    from tagatlas.pipeline.info import describe_atlas

    plugins = plugins_at_hand()
    sections = [
        *source_sections(plugins),
        *fetch_sections(plugins),
        *tag_sections(plugins),
        *map_sections(plugins),
        *render_sections(plugins),
    ]
    with open_atlas(atlas, plugins, write=False) as opened:
        found = describe_atlas(opened)
        file = opened.settings
        settings = [each for section in sections for each in _settings(section, file)]
        settings += [
            each
            for source in file.sources()
            for section in source_sections(plugins)
            for each in _settings_of_source(section, file, source)
        ]
    facts = {**asdict(found), "settings": [asdict(each) for each in settings]}
    return Outcome(facts, _lines(found, settings))


def _settings(section: Section, file: SettingsFile) -> list[Setting]:
    """The settings of one owner that are not their defaults."""
    choices = Choices({})
    variables = choices.variables(section.owner, section.options)
    chosen = option_values(choices.options(section.owner, section.options, file))
    defaults = option_values(make_options(section.options, {}, section.owner))
    return [
        Setting(
            f"{section.owner}.{name}",
            masked(value) if isinstance(value, str) else value,
            variables.get(name, file.path.name),
        )
        for name, value in chosen.items()
        if value != defaults[name]
    ]


def _settings_of_source(section: Section, file: SettingsFile, source: str) -> list[Setting]:
    """What was chosen of one owner for one source alone."""
    own = file.values(section.owner, source)
    chosen = option_values(make_options(section.options, own, section.owner))
    return [
        Setting(
            f"{section.owner}.{name}",
            masked(value) if isinstance(value, str) else value,
            f"{file.path.name}, for {source}",
        )
        for name, value in chosen.items()
        if name in own
    ]


def _lines(found: AtlasInfo, settings: list[Setting]) -> list[str]:
    lines = [
        f"source {each.number}: {each.location}: {each.recognised}; "
        f"{count(each.records, 'record')}, added {each.added_at}"
        for each in found.sources
    ]
    lines.append(f"addresses: {found.addresses:,}")
    statuses: dict[str, list[str]] = {}
    for each in found.statuses:
        reason = f"{each.addresses:,} {each.reason}".rstrip()
        statuses.setdefault(each.status, []).append(reason)
    for status, reasons in statuses.items():
        rest = f"; {len(reasons) - _REASONS:,} more reasons" if len(reasons) > _REASONS else ""
        lines.append(f"  {status}: {'; '.join(reasons[:_REASONS])}{rest}")
    lines.append(f"images: {found.images:,} distinct, {found.near:,} of them look like another one")
    if found.unused:
        lines.append(
            f"unused: {count(found.unused, 'image')} that no record leads to; tagatlas "
            "doctor --clean removes them"
        )
    for backend in found.backends:
        spent = "" if backend.dollars is None else f"; spent up to ${backend.dollars:,.4f}"
        lines.append(f"backend {backend.name}: {_counts(backend.images)}{spent}")
        lines.append(f"  {backend.fingerprint}")
    lines += [_map_line(each) for each in found.maps]
    lines += [f"setting: {each.name} = {each.value} ({each.origin})" for each in settings]
    if not settings:
        lines.append("settings: all at their defaults")
    parts = ", ".join(f"{name} {size / 1e6:,.1f}" for name, size in found.bytes.items())
    return [*lines, f"on disk: {sum(found.bytes.values()) / 1e6:,.1f} MB: {parts}"]


def _map_line(each: MapInfo) -> str:
    if not each.builder:
        return f"map {each.name} of {each.backend}: {each.state}, with tagatlas map"
    older = {
        "older": "older than what it should show: tagatlas map renews it",
        "current": "current",
    }
    rendered = "rendered" if each.rendered else "not rendered"
    return (
        f"map {each.name} of {each.backend} by {each.builder}: {count(each.images, 'image')} in "
        f"{count(each.clusters, 'cluster')}, made {each.made_at}, {older[each.state]}, {rendered}"
    )


def _counts(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{number:,} {status}" for status, number in counts.items()) or "no image"
