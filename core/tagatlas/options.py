"""Options: one frozen dataclass per step or plugin; flags, settings and checks derive from it.

A field is declared once, in the dataclass::

    @dataclass(frozen=True)
    class PosterOptions:
        width: Annotated[int, Meta(ge=256, description="Width in pixels.")] = 4096

and becomes the flag ``--width``, the variable ``TAGATLAS_WIDTH`` and the key ``width`` in the
table of its owner in ``atlas.toml``.
"""

from __future__ import annotations

import dataclasses
import math
import typing
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache
from pathlib import Path, PurePath
from types import NoneType, UnionType

import msgspec

from tagatlas.contracts.marks import Mark
from tagatlas.errors import OptionError, TagatlasError
from tagatlas.masking import HIDDEN, hidden, hide

OptionValue = bool | int | float | str | list[str]
"""The type of an option's value in a settings file or from a flag."""

T = typing.TypeVar("T")


@dataclass(frozen=True)
class OptionField:
    """Description of one option, for help and flags.

    Attributes:
        name: the field's name, also its key in ``atlas.toml``.
        flag: the flag, without a value.
        help: one line.
        is_switch: whether it is a boolean.
        default: text of the default; empty for none.
        metavar: form of a value: ``NUMBER``, ``TEXT``, ``A,B,...`` or the choices.
        is_secret: whether it has no flag and is never stored.
        is_authority: whether a user has to accept its value in an atlas's settings: it is marked
            so, or has a name that says so.
    """

    name: str
    flag: str
    help: str
    is_switch: bool
    default: str
    metavar: str
    is_secret: bool = False
    is_authority: bool = False


def flag_of(name: str) -> str:
    """``url_column`` becomes ``--url-column``."""
    return "--" + name.replace("_", "-")


@cache  # reading annotations is slow, and each command asks for those of all plugins many times
def option_hints(options: type) -> Mapping[str, object]:
    """The annotations of an options dataclass by field, with their marks and descriptions."""
    return typing.get_type_hints(options, include_extras=True)


@cache
def option_fields(options: type) -> tuple[OptionField, ...]:
    """The options of an options dataclass, in the order of its fields."""
    hints = option_hints(options)
    return tuple(_option_field(field, hints[field.name]) for field in dataclasses.fields(options))


def _option_field(field: dataclasses.Field[object], hint: object) -> OptionField:
    plain, description = _strip_annotation(hint)
    members = [member for member in _members(plain) if member is not NoneType]
    is_secret = _is_marked(hint, Mark.SECRET)
    return OptionField(
        name=field.name,
        flag=flag_of(field.name),
        help=description,
        is_switch=members == [bool],
        default="" if is_secret else _default_text(field),
        metavar="|".join(map(_metavar, members)),
        is_secret=is_secret,
        is_authority=_is_marked(hint, Mark.AUTHORITY) or is_named_as_authority(field.name, members),
    )


_OF_TEXTS = frozenset(
    {
        *("address", "api", "archive", "checkpoint", "code", "command", "device", "dir"),
        *("directory", "endpoint", "executable", "file", "files", "folder", "folders", "font"),
        *("fonts", "header", "headers", "host", "hosts", "library", "location", "logo", "model"),
        *("module", "path", "paths", "proxy", "script", "server", "stylesheet", "template"),
        *("templates", "uri", "url", "urls", "vocabulary", "weights"),
    }
)
_OF_OTHERS = frozenset({"budget", "price", "prices", "private"})


def is_named_as_authority(name: str, members: Sequence[object]) -> bool:
    """Whether an option has the name of one that :attr:`Mark.AUTHORITY` is for.

    Args:
        name: of the option; one that ends in ``column`` is that of a table's column.
        members: its types, but for None.
    """
    words = set(name.lower().split("_"))
    if Path in members:
        return True
    is_text = any(each is str or typing.get_origin(each) is tuple for each in members)
    is_column = name.endswith(("_column", "_columns"))
    return bool(words & (_OF_TEXTS if is_text else _OF_OTHERS)) and not is_column


def _metavar(plain: object) -> str:
    if typing.get_origin(plain) is typing.Literal:
        return "|".join(str(choice) for choice in typing.get_args(plain))
    if typing.get_origin(plain) is tuple:
        return "A,B,..."
    if plain is Path:
        return "PATH"
    return "NUMBER" if plain in (int, float) else "TEXT"


def _members(plain: object) -> list[object]:
    """The types of a union, or the one type."""
    if typing.get_origin(plain) in (typing.Union, UnionType):
        return [_strip_annotation(member)[0] for member in typing.get_args(plain)]
    return [plain]


def _strip_annotation(hint: object) -> tuple[object, str]:
    """The type in ``Annotated[...]`` and the description in its metadata."""
    if typing.get_origin(hint) is not typing.Annotated:
        return hint, ""
    plain, *metadata = typing.get_args(hint)
    descriptions = [item.description for item in metadata if isinstance(item, msgspec.Meta)]
    return plain, next((text for text in descriptions if text), "")


class SecretText(str):
    """The value of a secret: text, which ``repr`` does not show."""

    __slots__ = ()

    def __repr__(self) -> str:
        """Asterisks."""
        return repr(HIDDEN)


def secrets_of(options: object) -> list[str]:
    """The secrets of an options instance, as texts; none if it is no such instance."""
    if not dataclasses.is_dataclass(options) or isinstance(options, type):
        return []
    names = [each.name for each in option_fields(type(options)) if each.is_secret]
    values = [getattr(options, name) for name in names]
    listed = [one for value in values for one in (value if isinstance(value, tuple) else [value])]
    return [str(one) for one in listed if one]


def without_secrets(text: str, options: object) -> str:
    """A text with the secrets of an options instance masked."""
    return hidden(text, secrets_of(options))


@contextmanager
def secrets_kept(options: object) -> Iterator[None]:
    """Mask the secrets of an options instance in tagatlas's errors within the block."""
    try:
        yield
    except TagatlasError as error:
        hide_secrets(error, options)
        raise


def hide_secrets(error: BaseException, options: object) -> None:
    """Mask the secrets of an options instance in an error, and in those that led to it."""
    hide(error, secrets_of(options))


def _is_marked(hint: object, mark: Mark) -> bool:
    return typing.get_origin(hint) is typing.Annotated and mark in typing.get_args(hint)


def _default_text(field: dataclasses.Field[object]) -> str:
    if field.default is None or field.default is dataclasses.MISSING:
        return ""
    if isinstance(field.default, tuple):
        return ",".join(str(item) for item in field.default)
    return str(field.default)


def make_options(
    options: type[T],
    values: Mapping[str, object],
    owner: str,
    called: Callable[[str], str] = flag_of,
) -> T:
    """Make an instance of an options dataclass; every value is checked.

    Args:
        options: the dataclass.
        values: by field name; text is converted to the field's type (``"3"``, ``"true"``), a
            comma-separated text to a tuple, a path to text; missing options keep their
            defaults.
        owner: the step or plugin, for the error's text.
        called: function from an option's name to the place of its value, for the error's text.

    Raises:
        OptionError: an unknown name, or a value that the field does not take; no number may be
            infinite.
    """
    kind: type = options
    fields = {field.name: field for field in option_fields(kind)}
    for name in values:
        if name not in fields:
            close = get_close_matches(name, fields, n=1)
            known = ", ".join(fields) or "none"
            hint = f"did you mean {close[0]}?" if close else f"it has: {known}"
            raise OptionError(f"{owner} has no option {name!r}; {hint}")
    hints = option_hints(kind)
    prepared = {}
    for name, value in values.items():
        prepared[name] = _plain(value)
        if isinstance(value, str | PurePath) and _takes_tuple(hints[name]):
            prepared[name] = _split_list(value) if isinstance(value, str) else [str(value)]
    try:
        made = msgspec.convert(prepared, options, strict=False, dec_hook=_decode)
    except msgspec.ValidationError as error:
        message, _, path = str(error).partition(" - at `$.")
        name = path.rstrip("`").split("[")[0]
        place = called(name) if name in fields else owner
        said = _expected(message.replace("`", ""), hints.get(name))
        if name in fields and fields[name].is_secret:
            raise OptionError(f"{place} ({owner}): {said}") from None
        raise OptionError(f"{place} ({owner}): {said}; given: {values.get(name)!r}") from error
    for name in values:
        if not _is_finite(getattr(made, name)):
            given = "" if fields[name].is_secret else f"; given: {values[name]!r}"
            raise OptionError(f"{called(name)} ({owner}): Expected a finite number{given}")
    return _with_unshown(made, [name for name in prepared if fields[name].is_secret])


def _with_unshown(options: T, secrets: Sequence[str]) -> T:
    """The options, frozen or not, with their secrets as :class:`SecretText`."""
    for name in secrets:
        value = getattr(options, name)
        if isinstance(value, str):
            object.__setattr__(options, name, SecretText(value))
        elif isinstance(value, tuple):
            object.__setattr__(options, name, tuple(map(SecretText, value)))
    return options


def _is_finite(value: object) -> bool:
    """Whether a value has no number that is infinite or none."""
    if isinstance(value, tuple):
        return all(map(_is_finite, value))
    return not isinstance(value, float) or math.isfinite(value)


def _expected(message: str, hint: object) -> str:
    """The message of msgspec about a value, with the choices if there are any."""
    members = [_strip_annotation(each)[0] for each in _members(_strip_annotation(hint)[0])]
    if [each for each in members if each is not NoneType] == [bool]:
        return "Expected true or false"
    if message.startswith("Invalid enum value"):
        listed = [each for member in members for each in (member, *typing.get_args(member))]
        choices = [each for each in listed if typing.get_origin(each) is typing.Literal]
        return f"Expected {'|'.join(map(_metavar, choices))}"
    return message


def _plain(value: object) -> object:
    """Convert a value from Python to the form it has in settings: paths become text."""
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return str(value) if isinstance(value, PurePath) else value


def _decode(kind: type, value: object) -> object:
    """Decode the one option type that msgspec does not know."""
    if kind is Path and isinstance(value, str):
        return Path(value)
    raise TypeError(f"no option can be a {kind.__name__}")


def _takes_tuple(hint: object) -> bool:
    return any(typing.get_origin(each) is tuple for each in _members(_strip_annotation(hint)[0]))


def _split_list(text: str) -> list[str]:
    return [item.strip() for item in text.split(",") if item.strip()]


def option_values(options: object) -> dict[str, bool | int | float | str | None]:
    """The values of an options instance by name, as they are stored; tuples as text.

    Secrets are not among them.
    """
    if not dataclasses.is_dataclass(options) or isinstance(options, type):
        raise TypeError(f"{options!r} is no instance of an options dataclass")
    values: dict[str, bool | int | float | str | None] = {}
    for field in option_fields(type(options)):
        if field.is_secret:
            continue
        value = getattr(options, field.name)
        if isinstance(value, tuple):
            value = ",".join(str(item) for item in value)
        plain = value is None or isinstance(value, bool | int | float | str)
        values[field.name] = value if plain else str(value)
    return values
