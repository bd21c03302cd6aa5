"""Counts of ordered pairs of items (a, b), for every pair that occurred; rows grow from sparse to dense.

All rows share one array of int32 cells. A row takes a power of two of them::

    sparse:  | keys: b, or −1 | counts |      a hash table, at most three quarters full
    dense:   | counts of b = 0, 1, 2 …  |      once the cells suffice for every item

A full row moves to twice the cells; the cells it leaves are reused by the next row of that size. Memory is
8 to 11 bytes per pair while pairs are few, and never above 4 bytes times items², rounded up to powers of two.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
from freshmark import AnyArray, FloatArray, IntArray
from numpy.typing import NDArray

from freshmark_plugins.kernels.compiled import compiled
from freshmark_plugins.kernels.growth import with_room

SMALLEST = 3  # 8 cells: four keys, four counts
POWERS = 40


class Rows(NamedTuple):
    """The arrays of the compiled loops.

    cells: (c,) int32
    start: (m,) int64, the first cell of each row
    power: (m,) int64, log2 of its cells; 0: no row yet
    used: (m,) int64, pairs in it
    dense: (m,) int64, 1: dense
    free: (POWERS,) int64, a free list per size: the first cell of a freed block, which holds that of the next one,
        divided by 8; −1: none
    tail: (1,) int64, cells allocated so far
    """

    cells: NDArray[np.int32]
    start: IntArray
    power: IntArray
    used: IntArray
    dense: IntArray
    free: IntArray
    tail: IntArray


class PairCounts:
    """Counts of ordered pairs of items, int32."""

    def __init__(self) -> None:
        none = np.zeros(0, np.int64)
        self.rows = Rows(
            np.zeros(1 << 12, np.int32), none, none, none, none, np.full(POWERS, -1), np.zeros(1, np.int64)
        )

    def grow(self, items: int) -> None:
        """Add empty rows, up to this number of items."""
        cells, start, power, used, dense, free, tail = self.rows
        start, power, used, dense = (with_room(column, items) for column in (start, power, used, dense))
        self.rows = Rows(cells, start, power, used, dense, free, tail)

    def make_room(self, cells: int) -> None:
        """Have at least this many unallocated cells."""
        needed = int(self.rows.tail[0]) + cells
        self.rows = self.rows._replace(cells=with_room(self.rows.cells, needed))

    def count(self, a: IntArray, b: IntArray, by: int) -> None:
        """Add ``by`` to each pair (a, b); rows for every a and b must exist."""
        done = 0
        while done < len(a):
            done, cells = _add_each(self.rows, a, b, by, done)
            self.make_room(cells)

    def row(self, item: int, items: int) -> FloatArray:
        """(items,) counts of the pairs of this item."""
        out = np.zeros(items)
        accumulate(self.rows, item, 1.0, out)
        return out

    def state(self) -> Mapping[str, AnyArray]:
        """The allocated cells, and where each row lies."""
        rows = self.rows
        return {"pairs": rows.cells[: rows.tail[0]], "starts": rows.start, "powers": rows.power, "used": rows.used}


@compiled
def _add_each(rows: Rows, a: IntArray, b: IntArray, by: int, begin: int) -> tuple[int, int]:
    """Count from ``begin``; returns where it stopped, and the cells needed to continue."""
    for pair in range(begin, len(a)):
        needed = room(rows, a[pair], 1)
        if rows.tail[0] + needed > len(rows.cells):
            return pair, needed
        add(rows, a[pair], b[pair], by, len(rows.power))
    return len(a), 0


@compiled
def room(rows: Rows, item: int, pairs: int) -> int:
    """An upper bound of the cells that this many new pairs need in this row."""
    if rows.dense[item]:
        return 4 * len(rows.power) + 16
    return int(1 << (rows.power[item] + 2)) + 16 * pairs + 64


@compiled
def add(rows: Rows, a: int, b: int, by: int, items: int) -> None:
    """Add to the pair (a, b), after ``room`` was made; ``items``: number of items so far."""
    while True:
        if rows.dense[a]:
            if b < 1 << rows.power[a]:
                rows.cells[rows.start[a] + b] += by
                return
        elif rows.power[a]:
            half = 1 << (rows.power[a] - 1)
            slot = slot_of(rows.cells, rows.start[a], half, b)
            new = rows.cells[slot] == -1
            if not new or 4 * (rows.used[a] + 1) <= 3 * half:
                rows.cells[slot] = b
                rows.cells[slot + half] += by
                rows.used[a] += new
                return
        enlarge(rows, a, items)


@compiled
def slot_of(cells: NDArray[np.int32], start: int, half: int, b: int) -> int:
    """The cell that holds the key b, or where to insert it."""
    slot = (b * 2654435769 >> 8) & (half - 1)  # Fibonacci hashing, because codes of one basket are often consecutive
    while cells[start + slot] != -1 and cells[start + slot] != b:
        slot = (slot + 1) & (half - 1)
    return start + slot


@compiled
def count_of(rows: Rows, a: int, b: int) -> int:
    """The count of the pair (a, b)."""
    size = 1 << rows.power[a]
    if rows.dense[a]:
        return int(rows.cells[rows.start[a] + b]) if b < size else 0
    if not rows.power[a]:
        return 0
    slot = slot_of(rows.cells, rows.start[a], size // 2, b)
    return int(rows.cells[slot + size // 2]) if rows.cells[slot] == b else 0


@compiled
def enlarge(rows: Rows, a: int, items: int) -> None:
    """Move a row to twice the cells."""
    cells = rows.cells
    old, old_power, was_dense = rows.start[a], rows.power[a], rows.dense[a]
    power = max(old_power + 1, SMALLEST)
    size = 1 << power
    start = rows.free[power]
    if start >= 0:
        rows.free[power] = int(cells[start]) * 8
    else:
        start = rows.tail[0]
        rows.tail[0] += size
    rows.start[a], rows.power[a], rows.dense[a] = start, power, was_dense or size >= items
    for cell in range(start, start + size):  # loops: slices take numba seconds to compile
        cells[cell] = 0 if rows.dense[a] or cell >= start + size // 2 else -1
    if not old_power:
        return
    half = 1 << (old_power - 1)
    if was_dense:
        for b in range(2 * half):
            cells[start + b] = cells[old + b]
    else:
        for slot in range(old, old + half):
            b = int(cells[slot])
            if b >= 0 and rows.dense[a]:
                cells[start + b] = cells[slot + half]
            elif b >= 0:
                to = slot_of(cells, start, size // 2, b)
                cells[to] = b
                cells[to + size // 2] = cells[slot + half]
    cells[old] = rows.free[old_power] // 8  # −1 // 8 is −1
    rows.free[old_power] = old


@compiled
def accumulate(rows: Rows, a: int, weight: float, out: FloatArray) -> None:
    """``out[b] += weight · count(a, b)`` for every b below ``len(out)``."""
    start, size = rows.start[a], 1 << rows.power[a]
    if rows.dense[a]:
        for b in range(min(size, len(out))):
            out[b] += weight * rows.cells[start + b]
    elif rows.power[a]:
        for slot in range(start, start + size // 2):
            b = rows.cells[slot]
            if 0 <= b < len(out):
                out[b] += weight * rows.cells[slot + size // 2]


@compiled
def accumulate_each(rows: Rows, requested: IntArray, out: FloatArray) -> None:
    """Add to each row of ``out`` (n, m) the counts of the requested row, if it exists."""
    for query in range(len(requested)):
        if requested[query] < len(rows.power):
            accumulate(rows, requested[query], 1.0, out[query])
