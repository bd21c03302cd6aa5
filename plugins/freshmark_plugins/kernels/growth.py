"""Arrays whose first axis grows as users and items appear, without knowing how many will come."""

from __future__ import annotations

import numpy as np
from freshmark import AnyArray, IntArray


def with_room(array: AnyArray, rows: int, fill: float = 0) -> AnyArray:
    """The array with room for that many rows: itself, or a copy at least half as large again; new rows hold ``fill``.

    Adding one row at a time then costs O(1) each. The caller keeps how many rows are in use.
    """
    if rows <= len(array):
        return array
    larger = np.full((max(rows, 3 * len(array) // 2, 16), *array.shape[1:]), fill, array.dtype)
    larger[: len(array)] = array
    return larger


def row_count(codes: AnyArray) -> int:
    """How many rows it takes to hold these codes: the largest, plus one; 0 where there are none."""
    return int(codes.max()) + 1 if len(codes) else 0


def bincount(codes: AnyArray, rows: int) -> IntArray:
    """(rows,) int64, how often each code occurs."""
    return np.bincount(codes, minlength=rows)
