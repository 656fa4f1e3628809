"""The decorator that compiles numeric kernels."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar, cast

import numba

_Kernel = TypeVar("_Kernel", bound=Callable[..., object])

# The flags that let sums of floats become SIMD loops; not those that assume no NaN or infinity.
_FAST_MATH = {"reassoc", "contract", "arcp", "nsz"}


def kernel(function: _Kernel) -> _Kernel:
    """Compile ``function`` on its first call, without the interpreter lock, and cache the result.

    numba keeps its cache beside the source, or else in the user's cache folder. If neither can
    be written, the kernel is compiled again in each process. Results are identical to the bit on
    the same processor type; another may add in another order.
    """
    try:
        return _compiled(function, cache=True)
    except RuntimeError:  # numba found no folder for its cache
        return _compiled(function, cache=False)


def _compiled(function: _Kernel, *, cache: bool) -> _Kernel:
    # Python's check for division by zero would prevent SIMD loops.
    compile_later = numba.njit(cache=cache, nogil=True, fastmath=_FAST_MATH, error_model="numpy")
    return cast("_Kernel", compile_later(function))  # called as the function is
