"""Settings that nothing reads: variables, and tables of ``atlas.toml``."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from difflib import get_close_matches

from tagatlas.errors import PluginError
from tagatlas.plugins import (
    COMMANDS,
    IMAGE_STORES,
    KINDS,
    STRICT_VARIABLE,
    Plugins,
    make_product,
    plugin_owner,
)
from tagatlas.settings import SOURCES_TABLE, SettingsFile
from tagatlas.step_options import STEPS, plugin_owners, step_names
from tagatlas_options.names import OptionNames, Owner
from tagatlas_trust import DATA_VARIABLE, TRUST_VARIABLE

_PREFIX = "TAGATLAS_"
_VARIABLES = (
    DATA_VARIABLE,
    STRICT_VARIABLE,
    TRUST_VARIABLE,
    f"{_PREFIX}MAP",
    f"{_PREFIX}MAX_FAILURES",
)
"""Variables that are not those of options."""

_NO_TABLE = "settings in no table"


def unread_variables(plugins: Plugins, environment: Mapping[str, str]) -> str:
    """Variables with tagatlas's prefix that nothing reads, in one line; empty if none.

    Third-party plugins may read further ones that begin with their names.

    Args:
        plugins: the installed ones.
        environment: of the process.
    """
    given = sorted({each for each in environment if each.startswith(_PREFIX)} - {*_VARIABLES})
    if not given:  # then no command of a plugin need be made
        return ""
    known = _variables(plugins, commands_owners(plugins))
    others = tuple(f"{_PREFIX}{name}_".replace("-", "_").upper() for name in _strangers(plugins))
    unread = [each for each in given if each not in known and not each.startswith(others)]
    return f"nothing reads {_listed(unread, known)}" if unread else ""


def unread_tables(settings: SettingsFile, plugins: Plugins) -> str:
    """Tables of an atlas's settings that nothing reads, in one line; empty if none.

    Args:
        settings: the atlas's.
        plugins: the installed ones.
    """
    known = {"store", *STEPS}
    known |= {plugin_owner(kind, name) for kind in KINDS for name in plugins.of_kind(kind)}
    unread = [each for each in _tables(settings) if each not in known]
    if unread:
        known |= {owner.table for owner in commands_owners(plugins)}
        unread = [each for each in unread if each not in known]
    return f"{settings.path}: nothing reads {_listed(unread, known)}" if unread else ""


def commands_owners(plugins: Plugins) -> list[Owner]:
    """Owners of the options of plugins' commands; makes the commands to find out."""
    found: list[Owner] = []
    for entry in plugins.of_kind(COMMANDS).values():
        with suppress(PluginError):  # said where it is used
            command = make_product(COMMANDS, entry.spec, entry.plugin, plugins)
            names = getattr(command, "names", None)
            found += names.owners if isinstance(names, OptionNames) else []
    return found


def _variables(plugins: Plugins, further: Sequence[Owner]) -> set[str]:
    owners = [*further, *plugin_owners(plugins, IMAGE_STORES)]
    names = step_names(plugins, *STEPS, further=owners)
    single = (option.name for owner in names.owners for option in owner.fields)
    return {*_VARIABLES, *(f"{_PREFIX}{name}".upper() for name in (*names, *single))}


def _strangers(plugins: Plugins) -> Iterator[str]:
    for kind in KINDS:
        for name, entry in plugins.of_kind(kind).items():
            if not entry.plugin.is_built_in:
                yield name


def _tables(settings: SettingsFile) -> Iterator[str]:
    """The tables that hold settings, those of single sources by their general names."""
    for path in settings.table_paths():
        inner = path[2:] if path[:1] == (SOURCES_TABLE,) else path
        is_free = inner[:2] == ("fetch", "hosts") or inner[:1] == ("plugin",)
        if not is_free:
            yield ".".join(inner) or _NO_TABLE


def _listed(unread: Iterable[str], known: Collection[str]) -> str:
    """Names, each with the most similar known one."""
    said = []
    for name in dict.fromkeys(unread):
        close = get_close_matches(name, known, n=1)
        said.append(f"{name} (did you mean {close[0]}?)" if close else name)
    return ", ".join(said)
