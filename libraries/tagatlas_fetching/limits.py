"""Which setting stood against an address, and whether it still would.

An outcome keeps the name of the option and its value, as ``max_bytes=1000``: what a setting
refused is tried again when the setting has changed so that it may pass.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from importlib.util import find_spec

from tagatlas_fetching.hosts import HostManners
from tagatlas_fetching.options import FetchOptions

HEADERS = "headers"
"""What a host is told, which may decide whether it gives the picture."""

DECODERS: Mapping[str, str] = {"heic": "pi_heif", "tiff": "imagecodecs"}
"""Modules of the extras that decode more; whether one is installed counts as a setting."""

REMEDIES: Mapping[str, str] = {
    "allow_private": "add --allow-private",
    "robots": "--no-robots fetches them all the same",
    "max_bytes": "raise --max-bytes",
    "max_pixels": "raise --max-pixels",
    "timeout": "raise --timeout",
    "decode_limit": "raise --decode-limit",
    "min_speed": "lower --min-speed",
    "headers": "--referer host or --header may open what is guarded",
    **{extra: f"pip install 'tagatlas[{extra}]'" for extra in DECODERS},
}
"""What to do about each setting."""

_ROOMIER = frozenset({"max_bytes", "max_pixels", "timeout", "decode_limit"})
"""Limits that let more through the higher they are."""


def refused_by(setting: str, options: FetchOptions, manners: HostManners) -> str:
    """The setting and how it is set, as an outcome keeps it; values of headers are not kept.

    Args:
        setting: the name of an option, :data:`HEADERS` or one of :data:`DECODERS`; empty for
            none.
        options: as they were.
        manners: those towards the host, as they were.
    """
    match setting:
        case "":
            return ""
        case "headers":
            return f"{HEADERS}={json.dumps(sorted(_told(options, manners)))}"
        case _ if setting in DECODERS:
            return setting
    return f"{setting}={getattr(options, setting)}"


def would_pass(stood_against: str, options: FetchOptions, manners: HostManners) -> bool:
    """Whether what a setting refused may pass now.

    Args:
        stood_against: from :func:`refused_by`; what cannot be read stands for no change.
        options: as they are now.
        manners: those towards the host, as they are now.
    """
    setting, _, value = stood_against.partition("=")
    try:
        match setting:
            case "allow_private":
                return options.allow_private
            case "robots":
                return not options.robots
            case "headers":
                return not _told(options, manners) <= set(json.loads(value))
            case _ if setting in DECODERS:
                return find_spec(DECODERS[setting]) is not None
            case "min_speed":
                return options.min_speed < float(value)
            case _ if setting in _ROOMIER:
                return bool(getattr(options, setting) > float(value))
    except (ValueError, TypeError):
        return False
    return False


def setting_of(stood_against: str) -> str:
    """The setting of what :func:`refused_by` gave; empty for none."""
    return stood_against.partition("=")[0]


def _told(options: FetchOptions, manners: HostManners) -> set[str]:
    """The headers sent to a host by their names alone: their values may be secrets."""
    told = {name.lower() for name in manners.headers}
    if manners.referer:
        told.add(f"referer: {manners.referer}")
    if options.user_agent or options.contact:
        told.add(f"user-agent: {options.user_agent or options.contact}")
    return told
