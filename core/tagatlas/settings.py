"""The settings file of an atlas: commands write it, users may edit it, comments are kept."""

from __future__ import annotations

from codecs import BOM_UTF16_BE, BOM_UTF16_LE
from collections.abc import Collection, Iterator, Mapping, Sequence
from difflib import get_close_matches
from pathlib import Path

import tomlkit
from tomlkit.exceptions import TOMLKitError
from tomlkit.items import Table

from tagatlas.errors import NotTrusted, OptionError, StorageError
from tagatlas.masking import masked
from tagatlas.options import OptionValue
from tagatlas_rendering.files import write_atomically
from tagatlas_trust import Asked, Trust

SOURCES_TABLE = "sources"
"""The table with the tables of single sources."""

_LARGEST = 1 << 18  # bytes of the file: reading takes seconds beyond

_HEADER = (
    "# Settings of this atlas. Commands write the options they were given; edit as you like.\n"
    "# Flags and TAGATLAS_ variables have precedence over this file, and for one source,\n"
    "# [sources.PATH.source.table] has precedence over [source.table].\n\n"
)


def _path(owner: str, source: str | None) -> list[str]:
    """Path of an owner's table: the names of the nested tables."""
    return (
        owner.split(".") if source is None else [SOURCES_TABLE, masked(source), *owner.split(".")]
    )


class SettingsFile:
    """``atlas.toml``: a table per step (``fetch``, ``map``) or plugin (``renderer.poster``).

    Settings for a single source are in such tables within ``sources.LOCATION``.
    """

    def __init__(self, path: Path, trust: Trust | None = None) -> None:
        """Read the file; a missing one counts as empty.

        Args:
            path: of the file, in the atlas's folder.
            trust: what the user has accepted of the atlas; None for everything.

        Raises:
            OptionError: it is not valid TOML, or cannot be read; the text says where.
        """
        self.path = path
        self.trust = trust or Trust(None, everything=True)
        text = _read(path) if path.exists() else _HEADER
        try:
            self._document = tomlkit.parse(text)
        except (TOMLKitError, ValueError, RecursionError) as error:  # or no such moment
            raise OptionError(f"{path} is no valid TOML: {error}; mend or delete it") from error

    def values(self, owner: str, source: str | None = None) -> dict[str, object]:
        """The settings of one owner, by option name.

        Args:
            owner: a dotted table name, such as ``fetch`` or ``renderer.poster``.
            source: location of a source, for the settings of that source only.

        Raises:
            OptionError: the owner's name is not that of a table.
        """
        table: object = self._document
        for part in _path(owner, source):
            if not isinstance(table, Mapping):
                raise OptionError(f"{self.path}: {owner} must be a table")
            table = table.get(part, {})
        if not isinstance(table, Mapping):
            raise OptionError(f"{self.path}: {owner} must be a table")
        return {
            name: value.unwrap() if hasattr(value, "unwrap") else value
            for name, value in table.items()
            if not isinstance(value, Mapping)
        }

    def options_of(
        self, owner: str, names: Collection[str], source: str | None = None
    ) -> dict[str, object]:
        """The settings of a step or a plugin with options of these names.

        Old files have one table ``plugin.NAME`` for the plugins of all kinds with that name; a
        plugin's own table has precedence.

        Raises:
            OptionError: a setting has another name, such as that of an option that a newer
                version of the plugin no longer has; or see :meth:`values`.
        """
        own = self.values(owner, source)
        for name in own:
            if name not in names:
                close = get_close_matches(name, names, n=1)
                hint = f"did you mean {close[0]}?" if close else "take the line out"
                table = ".".join(_path(owner, source))
                raise OptionError(
                    f"{self.path}: [{table}] has {name}, and there is no such option; {hint}"
                )
        _, is_plugin, plugin = owner.rpartition(".")
        shared = self.values(f"plugin.{plugin}", source) if is_plugin else {}
        return {name: value for name, value in shared.items() if name in names} | own

    def require(self, asked: Asked) -> None:
        """Make sure that the user has accepted what the file asks for.

        Raises:
            NotTrusted: not so; the text says what it is, and how to accept it.
        """
        if not self.trust.accepts(asked):
            raise NotTrusted(
                f"{self.path} asks for {asked.place} = {masked(asked.shown)}, which you have not "
                f"accepted: tagatlas trust {self.path.parent} lists what it asks for and accepts it"
            )

    def require_trust(self, doing: str) -> None:
        """Make sure that the user trusts the atlas.

        Args:
            doing: what needs it, after "and": ``fetching asks the network``.

        Raises:
            NotTrusted: not so; the text says what to do.
        """
        if not self.trust.is_trusted:
            folder = self.path.parent
            raise NotTrusted(
                f"{folder} is not trusted on this machine, and {doing}: tagatlas trust {folder} "
                "lists what it asks for and accepts it"
            )

    def tables(self, owner: str) -> dict[str, dict[str, object]]:
        """The subtables of an owner's table, by name, such as those of single hosts.

        Args:
            owner: a dotted table name, such as ``fetch.hosts``.

        Raises:
            OptionError: the owner's name is not that of a table of tables.
        """
        table: object = self._document.unwrap()
        for part in owner.split("."):
            table = table.get(part, {}) if isinstance(table, Mapping) else None
        if not isinstance(table, Mapping) or not all(
            isinstance(inner, Mapping) for inner in table.values()
        ):
            raise OptionError(f"{self.path}: {owner} must hold tables, such as [{owner}.name]")
        return {str(name): dict(inner) for name, inner in table.items()}

    def table_paths(self) -> list[tuple[str, ...]]:
        """The tables that hold a setting, each as the names of the tables that lead to it.

        An empty one stands for settings that are in no table.
        """
        return list(_paths(self._document.unwrap(), ()))

    def update(
        self, owner: str, values: Mapping[str, OptionValue], source: str | None = None
    ) -> None:
        """Write settings of one owner; the rest of the file is unchanged.

        Args:
            owner: as in :meth:`values`.
            values: by option name.
            source: as in :meth:`values`.

        Raises:
            StorageError: the file cannot be written; it is unchanged.
        """
        if not values:
            return
        table = self._table(_path(owner, source))
        for name, value in values.items():
            table[name] = value
        self._write(self.text)

    def move_options(self, old: str, new: str, names: Collection[str]) -> None:
        """Move settings of a step to another owner, as older files need.

        The other's own settings have precedence. The file is written with the next update.

        Args:
            old: the step's table.
            new: the other's.
            names: of the options.
        """
        before = self._document.get(old)
        moved = [name for name in names if isinstance(before, Table) and name in before]
        if not isinstance(before, Table) or not moved:
            return
        table = self._table(new.split("."))
        for name in moved:
            setting = before.pop(name)
            if name not in table:
                table[name] = setting
        if not before.as_string().strip():
            del self._document[old]

    def _table(self, path: Sequence[str]) -> tomlkit.TOMLDocument | Table:
        """The table of that path, made if missing."""
        table: tomlkit.TOMLDocument | Table = self._document
        for part in path:
            inner = table.get(part)
            if not isinstance(inner, Table):
                inner = tomlkit.table()
                table[part] = inner
            table = inner
        return table

    def sources(self) -> list[str]:
        """The sources that have settings, as they are named in the file."""
        return list(self.tables(SOURCES_TABLE))

    def move_source(self, old: str, new: str | None) -> None:
        """Move the settings of one source to another; None deletes them.

        Raises:
            StorageError: the file cannot be written; it is unchanged.
        """
        tables = self._document.get(SOURCES_TABLE)
        if not isinstance(tables, Table) or masked(old) not in tables or old == new:
            return
        chosen = tables.pop(masked(old))
        if new is not None:
            tables[masked(new)] = chosen
        elif not tables:
            del self._document[SOURCES_TABLE]
        self._write(self.text)

    @property
    def text(self) -> str:
        """The settings as TOML."""
        return tomlkit.dumps(self._document)

    def put_back(self, text: str) -> None:
        """Restore the settings to a :attr:`text` from before an update.

        Raises:
            StorageError: the file cannot be written; it is unchanged.
        """
        if text == self.text:
            return
        self._document = tomlkit.parse(text)
        if text != _HEADER:
            self._write(text)
            return
        try:
            self.path.unlink(missing_ok=True)
        except OSError as error:
            raise StorageError(f"cannot delete {self.path}: {error.strerror}") from error

    def _write(self, text: str) -> None:
        with write_atomically(self.path) as file:
            file.write(text.encode())


def _read(path: Path) -> str:
    """The text of the file. Editors on Windows begin one with a byte order mark."""
    try:
        with path.open("rb") as file:
            data = file.read(_LARGEST + 1)
        is_utf16 = data.startswith((BOM_UTF16_LE, BOM_UTF16_BE))
        text = data.decode("utf-16" if is_utf16 else "utf-8-sig")
    except OSError as error:
        raise OptionError(f"cannot read {path}: {error.strerror}") from error
    except UnicodeError as error:
        raise OptionError(f"{path} is no text in UTF-8: save it as UTF-8, or delete it") from error
    if len(data) > _LARGEST:
        raise OptionError(f"{path} has more than {_LARGEST:,} bytes: settings are shorter")
    return text.replace("\r\n", "\n")


def _paths(table: Mapping[str, object], path: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    if not all(isinstance(value, Mapping) for value in table.values()):
        yield path
    for name, value in table.items():
        if isinstance(value, Mapping):
            yield from _paths(value, (*path, name))
