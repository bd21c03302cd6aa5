"""Loops compiled by numba if it is installed, and the same loops in Python if not."""

from __future__ import annotations

from collections.abc import Callable
from types import ModuleType
from typing import Any, TypeVar, cast

Kernel = TypeVar("Kernel", bound=Callable[..., Any])

numba: ModuleType | None
try:
    import numba
except ImportError:
    numba = None

COMPILED = numba is not None
"""Whether loops are compiled; without numba they are a hundred times slower."""


def compiling(**options: Any) -> Callable[[Kernel], Kernel]:
    """``numba.njit`` with its cache on disk; without numba the function is left as it is.

    A loop gives the same bits either way if its arithmetic is in float64 and integers: ``float()`` of a float32 is a
    float64 in Python and none in numba.
    """

    def compiled(kernel: Kernel) -> Kernel:
        if numba is None:
            return kernel
        try:
            return cast("Kernel", numba.njit(cache=True, nogil=True, **options)(kernel))
        except RuntimeError:  # neither the package's folder nor the user's cache can be written
            return cast("Kernel", numba.njit(nogil=True, **options)(kernel))

    return compiled
