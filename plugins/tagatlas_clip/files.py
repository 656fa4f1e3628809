"""The files of a model on this machine. Nothing here uses the network.

open_clip, which is slow to import, is imported only for names that it knows.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from platformdirs import user_cache_path

from tagatlas.errors import ModelMissing, OptionError
from tagatlas_clip.activation import (
    KEY,
    activation_of_file,
    activation_of_repository,
    activation_of_tag,
)
from tagatlas_clip.data_only import check_architecture, check_tokenizer
from tagatlas_clip.weights import digest

HUB = "hf-hub:"
SAFE, PLAIN = "open_clip_model.safetensors", "open_clip_pytorch_model.bin"
"""open_clip's file names of weights, in a folder or in a repository of the hub."""
CONFIG = "open_clip_config.json"
TOKENIZER, TEXT_MODEL = "tokenizer_config.json", "config.json"
PREPROCESSING: Mapping[str, object] = {
    "mean": (0.48145466, 0.4578275, 0.40821073),
    "std": (0.26862954, 0.26130258, 0.27577711),
    "interpolation": "bicubic",
    "resize_mode": "shortest",
    "fill_color": 0,
}
"""What weights may say of the preprocessing of pictures, with open_clip's defaults."""
_WITHOUT_EFFECT = ("timm_model_pretrained", "hf_model_pretrained")
"""Settings of an architecture that count only where there are no weights."""


@dataclass(frozen=True)
class ModelFiles:
    """A model on this machine.

    Attributes:
        name: as ``tagatlas models`` lists it, or of the folder or file of a local one.
        config: the architecture, as open_clip's ``model_cfg``.
        preprocessing: the weights' preprocessing of pictures, if not open_clip's default.
        checkpoint: the weights.
        tokenizer: the folder with the tokenizer's files; None for open_clip's own.
        text_model: the folder with the configuration of a text model from the hub; None for
            open_clip's own.
        notes: remarks for the user.
    """

    name: str
    config: Mapping[str, object]
    preprocessing: Mapping[str, object]
    checkpoint: Path
    tokenizer: Path | None
    text_model: Path | None = None
    notes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Refuse what could run code.

        Raises:
            OptionError: a part of it could.
        """
        check_architecture(self.config, self.name)
        if self.tokenizer is not None:
            check_tokenizer(self.tokenizer)

    @property
    def text_config(self) -> Mapping[str, Any]:
        """The text part of the architecture."""
        return text_config(self.config)

    def digest(self) -> str:
        """Digest of weights and settings, 16 hexadecimal digits.

        Neither names nor places count, nor settings that say what is true without them.

        Raises:
            OptionError: the file has no weights.
        """
        config = {key: value for key, value in self.config.items() if key != KEY or value}
        for part in ("vision_cfg", "text_cfg"):
            config[part] = _with_effect(config[part])
        preprocessing = {**PREPROCESSING, **self.preprocessing}
        said = json.dumps([config, preprocessing], sort_keys=True)
        known_by = digest(self.checkpoint, Path(user_cache_path("tagatlas")) / "clip-weights")
        return hashlib.sha256((said + known_by).encode()).hexdigest()[:16]


def _with_effect(part: object) -> object:
    if not isinstance(part, Mapping):
        return part
    return {
        key: value
        for key, value in part.items()
        if value is not None and key not in _WITHOUT_EFFECT
    }


@dataclass(frozen=True)
class Named:
    """A requested model.

    Attributes:
        model: an architecture, ``hf-hub:OWNER/NAME``, or a path.
        pretrained: a tag of the architecture, the path of a file, or empty.
    """

    model: str
    pretrained: str = ""

    def __str__(self) -> str:
        return f"{self.model}/{self.pretrained}" if self.pretrained else self.model

    @classmethod
    def parse(cls, text: str) -> Named:
        """The model of a name such as ``ViT-B-32/openai`` or ``hf-hub:timm/ViT-B-16-SigLIP2``."""
        if text.startswith(HUB):
            return cls(text)
        model, _, tag = text.partition("/")
        return cls(model, tag)


def with_tag(named: Named) -> Named:
    """The same with a tag, if there is only one.

    Raises:
        OptionError: the architecture or the tag is unknown, or there are several tags.
    """
    import open_clip

    tags = open_clip.list_pretrained_tags_by_model(named.model)
    if not tags:
        raise OptionError(
            f"no weights are known for --model {named.model}: give --pretrained FILE, or see"
            " tagatlas models list"
        )
    if not named.pretrained and len(tags) == 1:
        return Named(named.model, tags[0])
    if named.pretrained not in tags:
        if "/" in named.pretrained or "\\" in named.pretrained:
            raise OptionError(f"--pretrained {named.pretrained}: there is no such file")
        given = f"no {named.pretrained!r}" if named.pretrained else "several weights"
        raise OptionError(
            f"{named.model} has {given}; choose --pretrained: {', '.join(tags)}, or a file"
        )
    return named


def locate(named: Named) -> ModelFiles:
    """Find a model's files.

    Raises:
        OptionError: there is no such model.
        ModelMissing: it is not on this machine.
    """
    if named.model.startswith(HUB):
        return _of_hub(named)
    path = Path(named.model)
    if path.is_dir():
        return _of_folder(path, named.pretrained)
    if path.suffix == ".json" and path.is_file():
        return _of_config(path, named.pretrained)
    return _of_open_clip(named)


def _of_open_clip(named: Named) -> ModelFiles:
    import open_clip

    # A name with a colon would be read from another place.
    config = None if ":" in named.model else open_clip.get_model_config(named.model)
    if config is None:
        if "/" in named.model or "\\" in named.model:
            raise OptionError(f"--model {named.model}: there is no such folder or file")
        raise OptionError(f"open_clip has no model {named.model!r}: see tagatlas models list")
    note = ""
    if named.pretrained and Path(named.pretrained).is_file():
        checkpoint = Path(named.pretrained)
        name = f"{named.model}/{checkpoint.name}"
        quick, note = activation_of_file(named.model, checkpoint)
    else:
        named = with_tag(named)
        checkpoint = _cached(weights_of(named), named)
        name = str(named)
        quick = activation_of_tag(named.model, named.pretrained)
    return ModelFiles(
        name,
        {**config, KEY: quick},
        preprocessing_of(named),
        checkpoint,
        _tokenizer_of(config, named),
        _text_model_of(config, named),
        (note,) if note else (),
    )


def preprocessing_of(named: Named) -> dict[str, object]:
    """The weights' preprocessing of pictures.

    That of the tag; for a file, that of the architecture's tags if all of them agree: weights of
    the same architecture were then trained on pictures of the same form.
    """
    import open_clip

    tags = open_clip.list_pretrained_tags_by_model(named.model)
    if named.pretrained in tags:
        tags = [named.pretrained]
    settings = [
        {
            key: value
            for key, value in open_clip.get_pretrained_cfg(named.model, tag).items()
            if key in PREPROCESSING
        }
        for tag in tags
    ]
    return settings[0] if settings and all(each == settings[0] for each in settings) else {}


@dataclass(frozen=True)
class HubFiles:
    """Files of one repository of the hub; of several names, the first existing one."""

    repository: str
    names: tuple[str, ...]


def weights_of(named: Named) -> HubFiles:
    """Location from which open_clip gets the weights of a tag, or of a model of the hub."""
    if named.model.startswith(HUB):
        return HubFiles(named.model.removeprefix(HUB), (SAFE, PLAIN))
    import open_clip

    where = open_clip.get_pretrained_cfg(named.model, named.pretrained)["hf_hub"]
    repository, _, file = where.rpartition("/")
    if not file:
        return HubFiles(repository, (SAFE, PLAIN))
    return HubFiles(repository, (f"{Path(file).stem}.safetensors", file))


def tokenizer_repository(config: Mapping[str, object]) -> str | None:
    """The repository of the tokenizer; None for open_clip's own."""
    name = text_config(config).get("hf_tokenizer_name")
    return str(name) if name else None


def text_model_repository(config: Mapping[str, object]) -> str | None:
    """The repository of the text model; None for open_clip's own."""
    name = text_config(config).get("hf_model_name")
    return str(name) if name else None


def text_config(config: Mapping[str, object]) -> Mapping[str, Any]:
    """The text part of an architecture, of JSON types."""
    found = config["text_cfg"]
    return found if isinstance(found, Mapping) else {}


def cached(files: HubFiles) -> Path | None:
    """Path of one of the files in the hub's cache; None if missing."""
    import huggingface_hub

    for name in files.names:
        found = huggingface_hub.try_to_load_from_cache(files.repository, name)
        if isinstance(found, str):
            return Path(found)
    return None


def _cached(files: HubFiles, named: Named) -> Path:
    found = cached(files)
    if found is None:
        raise ModelMissing(f"{named} is not on this machine: tagatlas models pull {named}")
    return found


def _tokenizer_of(config: Mapping[str, object], named: Named) -> Path | None:
    return _folder_of(tokenizer_repository(config), TOKENIZER, "tokenizer", named)


def _text_model_of(config: Mapping[str, object], named: Named) -> Path | None:
    return _folder_of(text_model_repository(config), TEXT_MODEL, "text model", named)


def _folder_of(repository: str | None, file: str, what: str, named: Named) -> Path | None:
    """The folder of a repository's file in the hub's cache."""
    if repository is None:
        return None
    found = cached(HubFiles(repository, (file,)))
    if found is None:
        asked = Named(named.model) if Path(named.pretrained).is_file() else named
        raise ModelMissing(
            f"the {what} of {named.model} is not on this machine: tagatlas models pull {asked}"
        )
    return found.parent


def _of_hub(named: Named) -> ModelFiles:
    repository = named.model.removeprefix(HUB)
    config, preprocessing = read_config(_cached(HubFiles(repository, (CONFIG,)), named))
    checkpoint = _cached(weights_of(named), named)
    quick = bool(config.get(KEY)) or activation_of_repository(repository)
    return ModelFiles(
        named.model,
        {**config, KEY: quick},
        preprocessing,
        checkpoint,
        _tokenizer_of(config, named),
        _text_model_of(config, named),
    )


def _of_folder(folder: Path, pretrained: str) -> ModelFiles:
    if not (folder / CONFIG).is_file():
        raise OptionError(f"--model {folder} has no {CONFIG}")
    config, preprocessing = read_config(folder / CONFIG)
    weights = [Path(pretrained)] if pretrained else [folder / name for name in (SAFE, PLAIN)]
    checkpoint = next((path for path in weights if path.is_file()), None)
    if checkpoint is None:
        wanted = pretrained or f"{folder / SAFE}"
        raise OptionError(f"there are no weights at {wanted}: give --pretrained FILE")
    tokenizer = None if tokenizer_repository(config) is None else folder
    text_model = _text_model_of(config, Named(str(folder)))
    return ModelFiles(
        folder.resolve().name, config, preprocessing, checkpoint, tokenizer, text_model
    )


def _of_config(path: Path, pretrained: str) -> ModelFiles:
    config, preprocessing = read_config(path)
    checkpoint = Path(pretrained)
    if not checkpoint.is_file():
        raise OptionError(f"--model {path} needs its weights: --pretrained FILE")
    tokenizer = None if tokenizer_repository(config) is None else path.parent
    text_model = _text_model_of(config, Named(str(path)))
    return ModelFiles(path.name, config, preprocessing, checkpoint, tokenizer, text_model)


def read_config(path: Path) -> tuple[dict[str, object], dict[str, object]]:
    """The architecture and the preprocessing of a configuration file of open_clip's.

    Raises:
        OptionError: it is not a configuration.
    """
    try:
        said = json.loads(path.read_text(encoding="utf-8"))
        config = said.get("model_cfg", said)
        missing = [key for key in ("embed_dim", "vision_cfg", "text_cfg") if key not in config]
    except (OSError, ValueError, AttributeError, TypeError) as error:
        raise OptionError(f"{path} is no configuration of a model: {error}") from error
    if missing:
        raise OptionError(f"{path} is no configuration of a model: it has no {missing[0]}")
    preprocessing = said.get("preprocess_cfg", {})
    return config, {key: preprocessing[key] for key in PREPROCESSING if key in preprocessing}
