"""Coding: rows become codes in order of first appearance, as the contract requires."""

from __future__ import annotations

import numpy as np
from freshmark import IntArray
from numpy.typing import NDArray


def coded(rows: IntArray, count: int) -> tuple[NDArray[np.int32], IntArray]:
    """Codes (n,) int32 in order of first appearance, and the row of each code; rows that never occur have no code.

    Args:
        rows: (n,) in [0, count).
        count: number of rows.
    """
    first = np.full(count, len(rows))
    first[rows[::-1]] = np.arange(len(rows))[::-1]  # the last assignment wins, so the first occurrence stays
    appeared = np.flatnonzero(first < len(rows))
    by_code: IntArray = appeared[np.argsort(first[appeared])].astype(np.int64)
    code = np.full(count, -1, np.int32)
    code[by_code] = np.arange(len(by_code), dtype=np.int32)
    return code[rows], by_code
