"""Which devices there are, and what they compute in."""

from __future__ import annotations

import re
from contextlib import AbstractContextManager, nullcontext
from typing import Literal

import torch

from tagatlas.errors import OptionError

Precision = Literal["fp32", "bf16", "fp16"]


def choose_devices(named: str) -> tuple[torch.device, ...]:
    """The devices that a user means; all have the same kind.

    Args:
        named: ``auto``, ``cpu``, ``mps``, ``cuda`` or ``cuda:NUMBER``.

    Raises:
        OptionError: there is no such device here.
    """
    cuda = torch.cuda.device_count() if torch.cuda.is_available() else 0
    has_mps = torch.backends.mps.is_available()
    if named == "auto":
        named = "cuda" if cuda else "mps" if has_mps else "cpu"
    number = re.fullmatch(r"cuda:(\d+)", named)
    if named == "cuda" and cuda:
        return tuple(torch.device("cuda", index) for index in range(cuda))
    if number and int(number[1]) < cuda:
        return (torch.device(named),)
    if named == "cpu" or (named == "mps" and has_mps):
        return (torch.device(named),)
    there = ["cpu", *(f"cuda:{index}" for index in range(cuda)), *(["mps"] if has_mps else [])]
    raise OptionError(f"there is no device {named!r} here; there is: {', '.join(there)}")


def choose_precision(named: Literal["auto"] | Precision, device: torch.device) -> Precision:
    """What to compute in: on a GPU, unless told, the half that it is made for."""
    if named != "auto":
        return named
    if device.type == "cuda":
        return "bf16" if torch.cuda.is_bf16_supported(including_emulation=False) else "fp16"
    return "fp16" if device.type == "mps" else "fp32"


def autocast(device: torch.device, precision: Precision) -> AbstractContextManager[object]:
    """The context in which a model runs in that precision, its weights in fp32."""
    if precision == "fp32":
        return nullcontext()
    dtype = torch.bfloat16 if precision == "bf16" else torch.float16
    context: AbstractContextManager[object] = torch.autocast(device.type, dtype=dtype)
    return context


def describe(device: torch.device) -> str:
    """The device in words, such as ``cuda:0 (NVIDIA H100, 80 GB)``."""
    if device.type != "cuda":
        threads = f" ({torch.get_num_threads()} threads)" if device.type == "cpu" else ""
        return f"{device}{threads}"
    properties = torch.cuda.get_device_properties(device)
    return f"{device} ({properties.name}, {properties.total_memory / 1e9:.0f} GB)"
