"""The decorator that compiles numeric kernels."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar, cast

import numba

_Kernel = TypeVar("_Kernel", bound=Callable[..., object])

# What lets sums of floats become SIMD loops; not the flags that assume NaN and infinity away.
_FAST_MATH = {"reassoc", "contract", "arcp", "nsz"}


def kernel(function: _Kernel) -> _Kernel:
    """Compile ``function`` on its first call, without the interpreter lock, and cache the result.

    numba keeps its cache beside the source, or else in the user's cache folder. Where neither
    can be written, the kernel is compiled anew in each process. Results are the same to the bit
    on machines of one kind; another processor may add in another order.
    """
    try:
        return _compiled(function, cache=True)
    except RuntimeError:  # numba found no folder for its cache
        return _compiled(function, cache=False)


def _compiled(function: _Kernel, *, cache: bool) -> _Kernel:
    # Python's check of each division for zero would keep loops from becoming SIMD loops.
    compile_later = numba.njit(cache=cache, nogil=True, fastmath=_FAST_MATH, error_model="numpy")
    return cast("_Kernel", compile_later(function))  # called as the function is
