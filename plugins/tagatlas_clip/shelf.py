"""The models of open_clip and their weights."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path

import huggingface_hub
import open_clip
import torch
from huggingface_hub.errors import (
    EntryNotFoundError,
    HfHubHTTPError,
    LocalEntryNotFoundError,
)
from tenacity import (
    retry,
    retry_if_exception_type,
    stop_after_attempt,
    stop_after_delay,
    wait_exponential,
    wait_random,
)

from tagatlas import Model, ModelShelf
from tagatlas.errors import ModelMissing, OptionError
from tagatlas_clip.defaults import ON_CPU, ON_GPU
from tagatlas_clip.files import (
    CONFIG,
    HUB,
    HubFiles,
    Named,
    cached,
    locate,
    read_config,
    text_model_repository,
    tokenizer_repository,
    weights_of,
    with_tag,
)
from tagatlas_clip.model import ClipModel
from tagatlas_clip.weights import CHECKSUM

TOKENIZER_FILES = ("*token*", "vocab*", "merges.txt", "*.model", "config.json")
"""A repository's files of a tokenizer and of a text model's configuration."""


PATIENCE = 30.0
"""Timeout in seconds for a file's metadata from the hub; its client's default is 10."""

ENOUGH = 15.0
"""Seconds of trying after which there are no retries: the hub's client made its own by then."""


class OpenClipShelf(ModelShelf):
    """Every architecture of open_clip with its weights, and any ``hf-hub:OWNER/NAME``.

    Weights are in the cache of the Hugging Face hub, shared with open_clip and others.
    """

    def models(self) -> Sequence[Model]:
        """All models of open_clip, the defaults first."""
        first = [Named(*ON_CPU), Named(*ON_GPU)]
        others = (Named(model, tag) for model, tag in open_clip.list_pretrained())
        return [_model(named) for named in dict.fromkeys([*first, *others])]

    def find(self, name: str) -> Model:
        """The model of a name such as ``ViT-B-32/openai`` or ``hf-hub:OWNER/NAME``."""
        return _model(_known(name))

    def pull(self, name: str) -> Model:
        """Fetch weights, configuration and tokenizer; verify them, and load them once."""
        named = _known(name)
        try:
            weights = _fetch_all(named)
        except (HfHubHTTPError, OSError, ValueError) as error:
            raise ModelMissing(f"{named} could not be fetched: {_reason(error)}") from error
        verify(weights)
        ClipModel(locate(named), torch.device("cpu"), "fp32").embed_texts(["a photo."])
        return _model(named)


def verify(path: Path) -> None:
    """Check a file of the hub's cache against the SHA-256 in its name, if that is one.

    Raises:
        ModelMissing: it differs; it is deleted.
    """
    real = path.resolve()
    if not CHECKSUM.fullmatch(real.name):
        return
    with real.open("rb") as file:
        found = hashlib.file_digest(file, "sha256").hexdigest()
    if found != real.name:
        path.unlink()
        real.unlink(missing_ok=True)
        raise ModelMissing(f"{path.name} came damaged and was deleted: pull it again")


@retry(
    retry=retry_if_exception_type(LocalEntryNotFoundError),
    stop=stop_after_attempt(3) | stop_after_delay(ENOUGH),
    wait=wait_exponential(multiplier=0.5, max=8) + wait_random(0, 1),
    reraise=True,
)
def _fetch_all(named: Named) -> Path:
    """Fetch the missing files of a model; returns the path of its weights.

    If the hub does not answer, there are two retries, unless its client has retried for long.
    """
    if named.model.startswith(HUB):
        config, _ = read_config(_fetch(HubFiles(named.model.removeprefix(HUB), (CONFIG,))))
    else:
        config = open_clip.get_model_config(named.model)
    weights = _fetch(weights_of(named))
    others = [tokenizer_repository(config), text_model_repository(config)]
    for each in dict.fromkeys(filter(None, others)):
        huggingface_hub.snapshot_download(
            each,
            allow_patterns=list(TOKENIZER_FILES),
            ignore_patterns=["*.py", "*.pkl"],
            etag_timeout=PATIENCE,
        )
    return weights


def _fetch(files: HubFiles) -> Path:
    """The first of some files that the hub has."""
    for name in files.names[:-1]:
        try:
            return _download(files.repository, name)
        except LocalEntryNotFoundError:
            # The hub did not answer: that says nothing about what it has.
            raise
        except EntryNotFoundError:
            continue
    return _download(files.repository, files.names[-1])


def _download(repository: str, name: str) -> Path:
    return Path(huggingface_hub.hf_hub_download(repository, name, etag_timeout=PATIENCE))


def _reason(error: Exception) -> str:
    """The cause in a line: the hub's client does not name broken connections."""
    cause = error.__cause__ if isinstance(error, LocalEntryNotFoundError) else None
    return " ".join(str(cause or error).split())[:200] or type(error).__name__


def _known(name: str) -> Named:
    named = Named.parse(name)
    if named.model.startswith(HUB):
        return named
    if open_clip.get_model_config(named.model) is None:
        raise OptionError(f"open_clip has no model {named.model!r}: see tagatlas models list")
    return with_tag(named)


def _model(named: Named) -> Model:
    note = {ON_CPU: "default on a processor", ON_GPU: "default on a GPU"}
    return Model(
        str(named), cached(weights_of(named)), note.get((named.model, named.pretrained), "")
    )
