"""Loops compiled by numba where it is installed, and the same loops in Python where it is not.

The loops do their arithmetic in float64 and integers whichever runs them, so that both give the same bits.
"""

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
"""Whether the loops are compiled; without numba they give the same numbers, some hundred times slower."""


def compiled(kernel: Kernel) -> Kernel:
    """``numba.njit`` with its cache on disk, or the function as it is where numba is absent."""
    if numba is None:
        return kernel
    try:
        return cast("Kernel", numba.njit(cache=True, nogil=True)(kernel))
    except RuntimeError:  # neither the package's folder nor the user's cache can be written
        return cast("Kernel", numba.njit(nogil=True)(kernel))
