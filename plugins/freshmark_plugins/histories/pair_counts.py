"""PairCounts: how often item b went with item a, for every pair that did; rows grow from sparse to dense.

All rows lie in one array of int32 cells. A row takes a power of two of them::

    sparse:  | keys: b, or −1 | counts |      a hash table, at most three quarters full
    dense:   | counts of b = 0, 1, 2 …  |      as soon as the cells suffice for every item

A row that is full moves to twice the cells; the place that it leaves is taken by the next row of that size. Memory is
8 to 11 bytes a pair while pairs are few, and never above 4 bytes times items², rounded up to powers of two.
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
    """The arrays that the compiled loops work on.

    cells: (c,) int32
    start: (m,) int64, the first cell of each row
    power: (m,) int64, log2 of its cells; 0 for no row yet
    used: (m,) int64, pairs in it
    dense: (m,) int64, 1 for dense
    free: (POWERS,) int64, the first cell of an abandoned place of each size, which holds that of the next, in
        eights; −1 for none
    tail: (1,) int64, cells given out so far
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
        """Have a row, at first empty, for each of so many items."""
        cells, start, power, used, dense, free, tail = self.rows
        start, power, used, dense = (with_room(column, items) for column in (start, power, used, dense))
        self.rows = Rows(cells, start, power, used, dense, free, tail)

    def make_room(self, cells: int) -> None:
        """Have that many cells not given out yet."""
        needed = int(self.rows.tail[0]) + cells
        self.rows = self.rows._replace(cells=with_room(self.rows.cells, needed))

    def count(self, a: IntArray, b: IntArray, by: int) -> None:
        """Count each pair (a, b) that often; there are rows for every a, and columns for as many b as rows."""
        done = 0
        while done < len(a):
            done, cells = _add_each(self.rows, a, b, by, done)
            self.make_room(cells)

    def row(self, item: int, items: int) -> FloatArray:
        """(items,) how often each went with this one."""
        out = np.zeros(items)
        accumulate(self.rows, item, 1.0, out)
        return out

    def state(self) -> Mapping[str, AnyArray]:
        """The cells given out, and where each row lies."""
        rows = self.rows
        return {"pairs": rows.cells[: rows.tail[0]], "starts": rows.start, "powers": rows.power, "used": rows.used}


@compiled
def _add_each(rows: Rows, a: IntArray, b: IntArray, by: int, begin: int) -> tuple[int, int]:
    """Count from ``begin`` on; where it had to stop, and how many cells it needs to go on."""
    for pair in range(begin, len(a)):
        needed = room(rows, a[pair], 1)
        if rows.tail[0] + needed > len(rows.cells):
            return pair, needed
        add(rows, a[pair], b[pair], by, len(rows.power))
    return len(a), 0


@compiled
def room(rows: Rows, item: int, pairs: int) -> int:
    """Cells that suffice for so many new pairs in this row, however it has to grow."""
    if rows.dense[item]:
        return 4 * len(rows.power) + 16
    return int(1 << (rows.power[item] + 2)) + 16 * pairs + 64


@compiled
def add(rows: Rows, a: int, b: int, by: int, items: int) -> None:
    """Count the pair (a, b); there must be ``room``. ``items`` is how many there are by now."""
    while True:
        if rows.dense[a]:
            if b < 1 << rows.power[a]:
                rows.cells[rows.start[a] + b] += by
                return
        elif rows.power[a]:
            half = 1 << (rows.power[a] - 1)
            slot = place(rows.cells, rows.start[a], half, b)
            new = rows.cells[slot] == -1
            if not new or 4 * (rows.used[a] + 1) <= 3 * half:
                rows.cells[slot] = b
                rows.cells[slot + half] += by
                rows.used[a] += new
                return
        enlarge(rows, a, items)


@compiled
def place(cells: NDArray[np.int32], start: int, half: int, b: int) -> int:
    """The cell that holds the key b, or where it would go."""
    slot = (b * 2654435769 >> 8) & (half - 1)  # Fibonacci hashing: codes of one basket follow each other
    while cells[start + slot] != -1 and cells[start + slot] != b:
        slot = (slot + 1) & (half - 1)
    return start + slot


@compiled
def count_of(rows: Rows, a: int, b: int) -> int:
    """How often b went with a."""
    size = 1 << rows.power[a]
    if rows.dense[a]:
        return int(rows.cells[rows.start[a] + b]) if b < size else 0
    if not rows.power[a]:
        return 0
    slot = place(rows.cells, rows.start[a], size // 2, b)
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
                to = place(cells, start, size // 2, b)
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
def accumulate_each(rows: Rows, asked: IntArray, out: FloatArray) -> None:
    """Add to each row of ``out`` (n, m) the counts of the row that is asked for; none where there is no such row."""
    for query in range(len(asked)):
        if asked[query] < len(rows.power):
            accumulate(rows, asked[query], 1.0, out[query])
