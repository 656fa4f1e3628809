"""Devices out of memory."""

from __future__ import annotations

import torch

SAID = (
    "out of memory",
    "can't allocate memory",
    "could not create a",  # oneDNN's way to say so: "a primitive", "a memory object"
)


def is_out_of_memory(error: RuntimeError) -> bool:
    """Whether an allocator was out of memory: that of CUDA, of MPS, or of the CPU."""
    said = str(error)
    return isinstance(error, torch.OutOfMemoryError) or any(words in said for words in SAID)


def free_memory(device: torch.device) -> None:
    """Release cached memory."""
    if device.type == "cuda":
        torch.cuda.empty_cache()
    elif device.type == "mps":
        torch.mps.empty_cache()
