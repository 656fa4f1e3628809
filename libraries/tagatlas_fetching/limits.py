"""The setting that refused an address, and whether it still would.

An outcome keeps the name of the option and its value, as ``max_bytes=1000``: the address is tried
again when the setting has changed so that it may pass.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from importlib.util import find_spec

from tagatlas_fetching.hosts import HostPolicy
from tagatlas_fetching.options import FetchOptions

HEADERS = "headers"
"""Stands for the headers of a request, which may decide whether a host gives the picture."""

DECODERS: Mapping[str, str] = {"heic": "pi_heif", "tiff": "imagecodecs"}
"""Modules of the extras for more formats; whether one is installed counts as a setting."""

REMEDIES: Mapping[str, str] = {
    "allow_private": "add --allow-private",
    "robots": "--no-robots fetches them anyway",
    "max_bytes": "raise --max-bytes",
    "max_pixels": "raise --max-pixels",
    "timeout": "raise --timeout",
    "decode_limit": "raise --decode-limit",
    "min_speed": "lower --min-speed",
    "headers": "--referer host or --header may give access",
    **{extra: f"pip install 'tagatlas[{extra}]'" for extra in DECODERS},
}
"""Remedy for each setting, for messages."""

_ROOMIER = frozenset({"max_bytes", "max_pixels", "timeout", "decode_limit"})
"""Limits that allow more the higher they are."""


def refused_by(setting: str, options: FetchOptions, policy: HostPolicy) -> str:
    """A setting and its value as text for an outcome; values of headers are not kept.

    Args:
        setting: the name of an option, :data:`HEADERS` or one of :data:`DECODERS`; empty for
            none.
        options: as they were.
        policy: of the host, as it was.
    """
    match setting:
        case "":
            return ""
        case "headers":
            return f"{HEADERS}={json.dumps(sorted(_sent(options, policy)))}"
        case _ if setting in DECODERS:
            return setting
    return f"{setting}={getattr(options, setting)}"


def would_pass(stood_against: str, options: FetchOptions, policy: HostPolicy) -> bool:
    """Whether an address that a setting refused may pass now.

    Args:
        stood_against: from :func:`refused_by`; unreadable text counts as no change.
        options: as they are now.
        policy: of the host, as it is now.
    """
    setting, _, value = stood_against.partition("=")
    try:
        match setting:
            case "allow_private":
                return options.allow_private
            case "robots":
                return not options.robots
            case "headers":
                return not _sent(options, policy) <= set(json.loads(value))
            case _ if setting in DECODERS:
                return find_spec(DECODERS[setting]) is not None
            case "min_speed":
                return options.min_speed < float(value)
            case _ if setting in _ROOMIER:
                return bool(getattr(options, setting) > float(value))
    except (ValueError, TypeError):
        return False
    return False


def _sent(options: FetchOptions, policy: HostPolicy) -> set[str]:
    """The headers sent to a host, by name only: their values may be secrets."""
    sent = {name.lower() for name in policy.headers}
    if policy.referer:
        sent.add(f"referer: {policy.referer}")
    if options.user_agent or options.contact:
        sent.add(f"user-agent: {options.user_agent or options.contact}")
    return sent
