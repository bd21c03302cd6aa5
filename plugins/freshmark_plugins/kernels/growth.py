"""Arrays whose first axis grows as users and items appear."""

from __future__ import annotations

import numpy as np
from freshmark import AnyArray, IntArray


def with_room(array: AnyArray, rows: int, fill: float = 0) -> AnyArray:
    """The array with room for this many rows: itself, or a copy at least 1.5 times as large, padded with ``fill``.

    Adding rows one at a time then costs O(1) each. The caller counts the rows in use.
    """
    if rows <= len(array):
        return array
    larger = np.full((max(rows, 3 * len(array) // 2, 16), *array.shape[1:]), fill, array.dtype)
    larger[: len(array)] = array
    return larger


def row_count(codes: AnyArray) -> int:
    """The largest code plus one: the rows that these codes need; 0 without codes."""
    return int(codes.max()) + 1 if len(codes) else 0


def bincount(codes: AnyArray, rows: int) -> IntArray:
    """(rows,) int64, how often each code occurs."""
    return np.bincount(codes, minlength=rows)
