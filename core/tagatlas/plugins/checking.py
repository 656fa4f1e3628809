"""Checks that flags, settings and validation can be derived from a plugin's spec."""

from __future__ import annotations

import re
import types
import typing
from collections.abc import Mapping
from dataclasses import MISSING, fields, is_dataclass
from pathlib import Path
from typing import Annotated, Literal, get_args, get_origin

import msgspec

from tagatlas.contracts import RendererSpec, Spec
from tagatlas.contracts.marks import Mark
from tagatlas.contracts.specs import is_place
from tagatlas.errors import PluginError, TagatlasError
from tagatlas.options import OptionField, make_options, option_fields, option_hints

_KEYS = re.compile(
    r"(?:^|_)(?:\w*(?:api|access|secret|auth)key|key|pass|pwd|pat|auth|authorization|bearer|cookie"
    r"|jwt|\w*(?:token|secret|passw(?:or)?d|passphrase|credential|credentials))(?:_|$)"
)
"""Finds the names of options that hold a secret."""

_PLACES = ("factory", "function", "models", "widget")
"""Fields of specs that may name a class or function as text."""


def check_spec(spec: Spec) -> None:
    """Check that flags, settings and validation can be derived from a spec.

    Raises:
        PluginError: its name, needs, packages, places, options or files are not valid.
    """
    if not re.fullmatch("[a-z0-9]+(-[a-z0-9]+)*", spec.name):
        raise PluginError(
            f"{spec.name!r} is no plugin's name: lower-case letters, digits and hyphens"
        )
    needs: object = spec.needs
    if not isinstance(needs, tuple) or not all(map(_is_module, needs)):
        raise PluginError(f"what {spec.name} needs is no tuple of top-level modules: {needs!r}")
    packages: object = spec.packages
    if not isinstance(packages, tuple) or not all(
        isinstance(each, str) and each for each in packages
    ):
        raise PluginError(f"the packages of {spec.name} are no tuple of names: {packages!r}")
    _check_places(spec)
    _check_options(spec.name, spec.options)
    if isinstance(spec, RendererSpec) and not _are_texts(spec.files):
        raise PluginError(f"the files of {spec.name} are no texts by their paths: {spec.files!r}")


def _check_places(spec: Spec) -> None:
    """Check that what a spec names as text has the form of a place."""
    for name in _PLACES:
        given: object = getattr(spec, name, None)
        if not given and name != "factory":
            continue
        if not callable(given) and not (isinstance(given, str) and is_place(given)):
            raise PluginError(
                f'the {name} of {spec.name} is neither a function nor "module:name": {given!r}'
            )


def _check_options(owner: str, options: object) -> None:
    if is_dataclass(options) and not isinstance(options, type):
        name = type(options).__name__
        raise PluginError(f"the options of {owner} are an instance: give the class, {name}")
    if not isinstance(options, type) or not is_dataclass(options):
        raise PluginError(f"the options of {owner} are no dataclass: {options!r}")
    for field in fields(options):
        if field.init and field.default is MISSING and field.default_factory is MISSING:
            raise PluginError(
                f"the options of {owner} cannot be read: {field.name} needs a default"
            )
    try:
        option_fields(options)
        make_options(options, {}, owner)
    except (TagatlasError, TypeError, NameError, AttributeError) as error:
        raise PluginError(f"the options of {owner} cannot be read: {error}") from error


def _are_texts(files: object) -> bool:
    return isinstance(files, Mapping) and all(
        isinstance(path, str) and isinstance(what, str) for path, what in files.items()
    )


def _is_module(name: object) -> bool:
    return isinstance(name, str) and name.isidentifier()


def spec_faults(spec: Spec) -> list[str]:
    """Faults of a usable plugin's options, as its conformance suite would find them."""
    faults = []
    instance = spec.options()
    made_with = getattr(spec.options, "__dataclass_params__", None)
    if made_with is not None and not made_with.frozen:
        faults.append(f"the options of {spec.name} are not frozen")
    unmarked = unmarked_authorities(spec.options)
    for option in option_fields(spec.options):
        hint, value = option_hints(spec.options)[option.name], getattr(instance, option.name)
        if not is_option_type(hint):
            faults.append(f"no flag can be made of the type of {option.name} of {spec.name}")
        elif not fits(value, hint):
            faults.append(f"the default of {option.name} of {spec.name} does not fit: {value!r}")
        if is_unmarked_key(option):
            faults.append(f"{option.name} of {spec.name} is to be marked as a secret")
        if option.name in unmarked:
            faults.append(f"{option.name} of {spec.name} is to be marked as an authority")
    return faults


def is_unmarked_key(option: OptionField) -> bool:
    """Whether an option has the name of a secret but is not marked as one."""
    is_text = option.metavar in ("TEXT", "PATH", "A,B,...") and not option.is_switch
    has_name = _KEYS.search(option.name.lower()) is not None
    return is_text and has_name and not option.is_secret


def unmarked_authorities(options: type) -> list[str]:
    """The options of a dataclass that have the name of an authority but are not marked as one."""
    return [
        option.name
        for option in option_fields(options)
        if option.is_authority
        and not option.is_secret
        and Mark.AUTHORITY not in get_args(option_hints(options)[option.name])
    ]


def fits(value: object, hint: object) -> bool:
    """Whether a default is within its type and bounds."""
    try:
        msgspec.convert(value, hint, dec_hook=_as_it_is)
    except (msgspec.ValidationError, TypeError):
        return False
    return True


def is_option_type(hint: object) -> bool:
    """Whether an option may have this annotation."""
    if get_origin(hint) is Annotated:
        return is_option_type(get_args(hint)[0])
    if get_origin(hint) in (types.UnionType, typing.Union):
        members = [member for member in get_args(hint) if member is not types.NoneType]
        return len(members) == 1 and is_option_type(members[0])
    if get_origin(hint) is Literal:
        return all(isinstance(value, str) for value in get_args(hint))
    if get_origin(hint) is tuple:
        item, *rest = get_args(hint)
        return rest == [...] and (
            item is str or (get_origin(item) is Literal and is_option_type(item))
        )
    return hint in (bool, int, float, str, Path)


def _as_it_is(expected: type, value: object) -> object:
    """Accept values of types that msgspec does not know, such as paths."""
    if not isinstance(value, expected):
        raise TypeError(f"{value!r} is no {expected.__name__}")
    return value
