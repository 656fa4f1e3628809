"""The tensors of a file of weights: read as data alone, and what they are known by.

Weights are known by their tensors, by name, type, shape and values, so that a file and its copy, a
safetensors file and a pickle, or a plain file and a training checkpoint of the same weights are one
model.
"""

from __future__ import annotations

import hashlib
import json
import pickle
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from tagatlas.errors import OptionError, StorageError
from tagatlas.toolkit import write_atomically

if TYPE_CHECKING:
    from torch import Tensor

SAFE = ".safetensors"
LONGEST_HEADER = 100_000_000
"""Bytes, as in the format's own library."""
CHUNK = 2**22
WRAPPER = "module."
"""Prefix of all names after a training on several devices."""

CHECKSUM = re.compile(r"[0-9a-f]{64}")
"""Name of a large file in the cache of the Hugging Face hub: its SHA-256."""
_TYPES = {
    "torch.float64": "F64",
    "torch.float32": "F32",
    "torch.float16": "F16",
    "torch.bfloat16": "BF16",
    "torch.int64": "I64",
    "torch.int32": "I32",
    "torch.int16": "I16",
    "torch.int8": "I8",
    "torch.uint8": "U8",
    "torch.bool": "BOOL",
}
"""PyTorch's names of types, and those of safetensors."""


def digest(path: Path, cache: Path) -> str:
    """What weights are known by, 64 hexadecimal digits.

    A file is read once: the digest is kept in the cache, under the file's checksum if it is in the
    cache of the Hugging Face hub, else under its place, size and times.

    Args:
        path: of safetensors, or of a pickle of weights alone.
        cache: the folder of kept digests; made if missing. Without it, files are read again.

    Raises:
        OptionError: it is none, or cannot be read.
    """
    kept = cache / _known_by(path)
    try:
        found = kept.read_text(encoding="ascii")
    except (OSError, UnicodeDecodeError):
        found = ""
    if not CHECKSUM.fullmatch(found):
        found = _digest_of_safe(path) if path.suffix == SAFE else _digest_of(read_pickle(path))
        _keep(kept, found)
    return found


def read_pickle(path: Path) -> Mapping[str, Tensor]:
    """The tensors of a pickle of PyTorch, by name; of a training checkpoint, those of its model.

    Raises:
        OptionError: it holds more than weights, or none.
    """
    import torch

    try:
        said = torch.load(path, map_location="cpu", weights_only=True)
    except pickle.UnpicklingError as error:
        raise OptionError(
            f"{path} holds more than weights, which could run code: save it as safetensors"
        ) from error
    except Exception as error:  # a file of another kind can cause any exception
        raise OptionError(f"{path} has no weights: {_one_line(error)}") from error
    if isinstance(said, dict) and isinstance(said.get("state_dict"), dict):  # of a training
        said = said["state_dict"]
    found = {
        str(name): each
        for name, each in (said.items() if isinstance(said, dict) else ())
        if isinstance(each, torch.Tensor)
    }
    if not found:
        raise OptionError(f"{path} has no weights")
    return found


def _known_by(path: Path) -> str:
    """A name for what a file holds now, without reading it."""
    real = path.resolve()
    if CHECKSUM.fullmatch(real.name) and real.parent.name == "blobs":
        return real.name
    try:
        facts = real.stat()
    except OSError as error:
        raise OptionError(f"{path} cannot be read: {error.strerror}") from error
    said = [str(real), facts.st_ino, facts.st_size, facts.st_mtime_ns, facts.st_ctime_ns]
    return hashlib.sha256(json.dumps(said).encode("utf-8", "replace")).hexdigest()


def _keep(path: Path, found: str) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with write_atomically(path) as file:
            file.write(found.encode())
    except (
        OSError,
        StorageError,
    ):  # full disk or no permission: the next run reads the weights again
        return


def _digest_of(tensors: Mapping[str, Tensor]) -> str:
    import torch

    total = hashlib.sha256()
    for name in sorted(tensors):
        tensor = tensors[name].detach().contiguous()
        kind = _TYPES.get(str(tensor.dtype), str(tensor.dtype))
        total.update(_headline(name, kind, list(tensor.shape)))
        total.update(tensor.flatten().view(torch.uint8).numpy())
    return total.hexdigest()


def _digest_of_safe(path: Path) -> str:
    """The same, of a safetensors file, without loading it."""
    total = hashlib.sha256()
    try:
        size = path.stat().st_size - 8
        with path.open("rb") as file:
            length = int.from_bytes(file.read(8), "little")
            _check(0 < length <= min(LONGEST_HEADER, size), "it is not in the format safetensors")
            header = json.loads(file.read(length))
            header.pop("__metadata__", None)
            for name in sorted(header):
                first, last = header[name]["data_offsets"]
                _check(0 <= first <= last <= size - length, "it is cut off")
                total.update(_headline(name, header[name]["dtype"], header[name]["shape"]))
                for part in _parts(file, 8 + length + first, last - first):
                    total.update(part)
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise OptionError(f"{path} has no weights: {_one_line(error)}") from error
    return total.hexdigest()


def _check(fine: bool, otherwise: str) -> None:
    if not fine:
        raise ValueError(otherwise)


def _headline(name: str, kind: str, shape: list[int]) -> bytes:
    return json.dumps([name.removeprefix(WRAPPER), kind, shape]).encode()


def _parts(file: BinaryIO, start: int, length: int) -> Iterator[bytes]:
    file.seek(start)
    while length and (part := file.read(min(CHUNK, length))):
        length -= len(part)
        yield part


def _one_line(error: Exception) -> str:
    return " ".join(str(error).split())[:200] or type(error).__name__
