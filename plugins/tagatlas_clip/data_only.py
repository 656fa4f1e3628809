"""Model folders and repositories are data: what could run code that came with them is refused.

open_clip passes parts of a configuration on to timm and transformers, which can fetch models of
other places, and load Python code of a folder or compiled code of the hub if a configuration says
so. A configuration is therefore checked before, and only plain values of known names go on.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path

from tagatlas.errors import OptionError

OWN_TOKENIZER = ("additional_special_tokens", "clean", "reduction_mask")
"""Settings of open_clip's tokenizer that a configuration may have."""
HUB_TOKENIZER = ("clean", "language", "strip_sep_token")
"""Settings of a tokenizer of the hub that a configuration may have."""

_TIMM_NAME = re.compile(r"[A-Za-z0-9_]+(\.[A-Za-z0-9_]+)?")
_CODE = ("auto_map", "custom_pipelines", "trust_remote_code")
"""Keys by which a configuration names code or asks for it."""


def check_architecture(config: Mapping[str, object], where: object) -> None:
    """Make sure that an architecture names only models whose code is installed.

    Args:
        config: open_clip's ``model_cfg``.
        where: the configuration, for messages.

    Raises:
        OptionError: it names a model of another place, or sets what could load code.
    """
    _refuse_code(config, where)
    vision, text = config.get("vision_cfg"), config.get("text_cfg")
    for part in (vision, text):
        if not isinstance(part, Mapping):
            raise OptionError(f"{where} is no configuration of a model: {part!r} is no table")
        _refuse_code(part, where)
    timm = vision.get("timm_model_name") if isinstance(vision, Mapping) else None
    if timm is not None and not (isinstance(timm, str) and _TIMM_NAME.fullmatch(timm)):
        raise OptionError(f"{where} takes its image model from {timm!r}, which is not read")
    if isinstance(text, Mapping):
        tokenizer_settings(text, where)


def tokenizer_settings(text: Mapping[str, object], where: object) -> dict[str, object]:
    """The settings of the tokenizer in the text part of an architecture.

    Raises:
        OptionError: there is one that could load code or files.
    """
    settings = text.get("tokenizer_kwargs") or {}
    allowed = HUB_TOKENIZER if text.get("hf_tokenizer_name") else OWN_TOKENIZER
    if not isinstance(settings, Mapping):
        raise OptionError(f"{where} has no table of settings for its tokenizer: {settings!r}")
    for name in settings:
        if name not in allowed:
            raise OptionError(
                f"{where} sets {name!r} for its tokenizer, which is not passed on: it could load"
                " code or files"
            )
    return dict(settings)


def check_tokenizer(folder: Path) -> None:
    """Make sure that a tokenizer's folder names no code.

    Raises:
        OptionError: it does.
    """
    for path in sorted(folder.glob("*.json")):
        if path.name in ("tokenizer_config.json", "config.json", "processor_config.json"):
            _refuse_code(read_table(path), path)


def plain_text_config(path: Path) -> dict[str, object]:
    """The configuration of a text model of the hub, reduced to values that its class knows.

    Raises:
        OptionError: it names code, or is of a kind that open_clip has no use for.
    """
    from open_clip.hf_configs import arch_dict
    from transformers import CONFIG_MAPPING

    said = read_table(path)
    _refuse_code(said, path)
    kind = said.get("model_type")
    if not isinstance(kind, str) or kind not in arch_dict:
        raise OptionError(
            f"{path} is of the kind {kind!r}; text models are of: {', '.join(arch_dict)}"
        )
    known = CONFIG_MAPPING[kind]().to_dict()
    return {"model_type": kind} | {name: said[name] for name in said if name in known}


def read_table(path: Path) -> dict[str, object]:
    """A file of JSON with a table.

    Raises:
        OptionError: it is none.
    """
    try:
        said = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise OptionError(f"{path} cannot be read: {error}") from error
    if not isinstance(said, dict):
        raise OptionError(f"{path} has no table of settings")
    return said


def _refuse_code(said: Mapping[str, object], where: object) -> None:
    for name in _CODE:
        if said.get(name):
            raise OptionError(
                f"{where} names code that came with the model ({name}): it is not run"
            )
