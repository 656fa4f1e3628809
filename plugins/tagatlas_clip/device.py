"""Available devices and their precisions."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext
from threading import Lock
from typing import Literal

from tagatlas.errors import OptionError

Precision = Literal["fp32", "bf16", "fp16"]


def choose_devices(named: str) -> tuple[str, ...]:
    """The selected devices by torch's names; all of the same kind.

    Args:
        named: ``auto``, ``cpu``, ``mps``, ``cuda`` or ``cuda:NUMBER``.

    Raises:
        OptionError: there is no such device here.
    """
    if named == "cpu":
        return (named,)
    import torch

    count = torch.cuda.device_count() if torch.cuda.is_available() else 0
    cuda = tuple(f"cuda:{index}" for index in range(count))
    has_mps = torch.backends.mps.is_available()
    if named == "auto":
        return cuda or (("mps",) if has_mps else ("cpu",))
    if named == "cuda" and cuda:
        return cuda
    there = ("cpu", *cuda, *(("mps",) if has_mps else ()))
    if named not in there:
        raise OptionError(f"there is no device {named!r} here; there is: {', '.join(there)}")
    return (named,)


def choose_precision(named: Literal["auto"] | Precision, device: str) -> Precision:
    """The precision to compute in: on a GPU by default the half precision it supports best."""
    if named != "auto":
        return named
    if device.startswith("cuda"):
        import torch

        return "bf16" if torch.cuda.is_bf16_supported(including_emulation=False) else "fp16"
    return "fp16" if device == "mps" else "fp32"


def autocast(device: str, precision: Precision) -> AbstractContextManager[object]:
    """The context in which a model runs in that precision, its weights in fp32."""
    if precision == "fp32":
        return FULL_FP32 if device.startswith("cuda") else nullcontext()
    import torch

    dtype = torch.bfloat16 if precision == "bf16" else torch.float16
    context: AbstractContextManager[object] = torch.autocast(device.partition(":")[0], dtype=dtype)
    return context


class FullFp32:
    """A context in which cuDNN computes in true fp32: by default it uses TF32.

    PyTorch has only one switch, for the whole process: it is off while any thread is inside, and
    then restored.
    """

    def __init__(self) -> None:
        self._lock = Lock()
        self._inside = 0
        self._before = True

    def __enter__(self) -> None:
        import torch

        with self._lock:
            if self._inside == 0:
                self._before = torch.backends.cudnn.allow_tf32
                torch.backends.cudnn.allow_tf32 = False
            self._inside += 1

    def __exit__(self, *error: object) -> None:
        import torch

        with self._lock:
            self._inside -= 1
            if self._inside == 0:
                torch.backends.cudnn.allow_tf32 = self._before


FULL_FP32 = FullFp32()
"""One instance for the one switch: models in several threads share it."""


def describe(device: str) -> str:
    """Description of the device, such as ``cuda:0 (NVIDIA H100, 80 GB)``."""
    import torch

    if device.startswith("cuda"):
        properties = torch.cuda.get_device_properties(device)
        return f"{device} ({properties.name}, {properties.total_memory / 1e9:.0f} GB)"
    return f"cpu ({torch.get_num_threads()} threads)" if device == "cpu" else device
