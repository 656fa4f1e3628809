"""Whether flags, settings and checks can be made of what a plugin announces."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import is_dataclass

from tagatlas.contracts import RendererSpec, Spec
from tagatlas.errors import PluginError, TagatlasError
from tagatlas.options import make_options, option_fields


def check_spec(spec: Spec) -> None:
    """Make sure that flags, settings and checks can be made of what a plugin announces.

    Raises:
        PluginError: its name, its needs, its options or its files are none.
    """
    if not re.fullmatch("[a-z0-9]+(-[a-z0-9]+)*", spec.name):
        raise PluginError(
            f"{spec.name!r} is no plugin's name: lower-case letters, digits and hyphens"
        )
    needs: object = spec.needs
    if not isinstance(needs, tuple) or not all(map(_is_module, needs)):
        raise PluginError(f"what {spec.name} needs is no tuple of top-level modules: {needs!r}")
    if not is_dataclass(spec.options):
        raise PluginError(f"the options of {spec.name} are no dataclass: {spec.options!r}")
    try:
        option_fields(spec.options)
        make_options(spec.options, {}, spec.name)
    except (TagatlasError, TypeError, NameError, AttributeError) as error:
        raise PluginError(f"the options of {spec.name} cannot be read: {error}") from error
    if isinstance(spec, RendererSpec) and not _are_texts(spec.files):
        raise PluginError(f"the files of {spec.name} are no texts by their paths: {spec.files!r}")


def _are_texts(files: object) -> bool:
    return isinstance(files, Mapping) and all(
        isinstance(path, str) and isinstance(what, str) for path, what in files.items()
    )


def _is_module(name: object) -> bool:
    return isinstance(name, str) and name.isidentifier()
