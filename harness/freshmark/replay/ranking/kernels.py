"""The counting loops, compiled if numba is installed, the same in NumPy if not.

A kernel works row by row, and the arithmetic of a row does not depend on the number of rows: that is why batches
change no number. Ranks are counted, never sorted: with 50,000 items a count takes 5 µs, a sort 2 ms.
"""

from __future__ import annotations

import numpy as np

from freshmark.contract.arrays import AnyArray
from freshmark.contract.compiling import COMPILED, compiling


def _rank_row(
    scores: AnyArray, item: int, candidates: int, had: AnyArray, mark: AnyArray, stamp: int
) -> float:  # pragma: no cover - compiled
    """Rank of ``item`` among ``range(candidates)`` without the items the user had; NaN if a score is not finite.

    scores: (m,) of the items that the model knows; all others rank below them, tied
    had: items the user had, with repetitions; empty if the stream repeats
    mark, stamp: (m,) int64 scratch, and a number never used in it before, so that it need not be cleared
    """
    known = min(len(scores), candidates)
    own = scores[item if item < known else 0] if known else np.inf
    greater = 0
    equal = 0
    finite = 0
    for j in range(known):
        s = scores[j]
        greater += s > own
        equal += s == own
        finite += (s - s) == 0
    if finite < known:
        return np.nan
    had_known = 0
    had_unknown = 0
    for h in range(len(had)):
        j = had[h]
        if j != item and j < candidates and mark[j] != stamp:
            mark[j] = stamp
            if j >= known:
                had_unknown += 1
            else:
                had_known += 1
                greater -= scores[j] > own
                equal -= scores[j] == own
    if item >= candidates:
        return np.inf
    if item < known:
        return 1.0 + greater + 0.5 * (equal - 1)
    return 1.0 + (known - had_known) + 0.5 * (candidates - known - had_unknown - 1)


def _rank_row_numpy(scores: AnyArray, item: int, candidates: int, had: AnyArray, mark: AnyArray, stamp: int) -> float:
    """The same in NumPy."""
    del mark, stamp
    known = min(len(scores), candidates)
    row = scores[:known]
    if not np.isfinite(row).all():
        return float("nan")
    if item >= candidates:
        return float("inf")
    others = np.unique(had)
    others = others[(others < candidates) & (others != item)]
    had_scores = row[others[others < known]]
    if item >= known:
        unknown = candidates - known - np.count_nonzero(others >= known) - 1
        return 1.0 + (known - len(had_scores)) + 0.5 * float(unknown)
    own = row[item]
    greater = np.count_nonzero(row > own) - np.count_nonzero(had_scores > own)
    equal = np.count_nonzero(row == own) - np.count_nonzero(had_scores == own)
    return 1.0 + float(greater) + 0.5 * float(equal - 1)


# "reassoc" lets the inner product run in SIMD lanes. One loop scores the true item and all others alike, so that equal
# rows of the table give equal scores.
def _dot_row(user: AnyArray, items: AnyArray, bias: AnyArray, out: AnyArray) -> None:  # pragma: no cover - compiled
    for j in range(len(out)):
        total = bias[j] if len(bias) else np.float32(0)
        for d in range(len(user)):
            total += user[d] * items[j, d]
        out[j] = total


def _dot_row_numpy(user: AnyArray, items: AnyArray, bias: AnyArray, out: AnyArray) -> None:
    """The same in NumPy: one row at a time, so that the batch size changes no bit."""
    np.dot(items[: len(out)], user, out=out)
    if len(bias):
        out += bias[: len(out)]


def _place_in_list(
    items: AnyArray, item: int, candidates: int, had: AnyArray, depth: int, mark: AnyArray, stamp: int
) -> float:  # pragma: no cover - compiled
    """Position of ``item`` in a list without the items the user had; inf: not in it; NaN: the list is invalid.

    Two stamps are used: ``stamp`` for the items the user had, ``stamp + 1`` for those already in the list.
    """
    for h in range(len(had)):
        if had[h] != item:
            mark[had[h]] = stamp
    place = 0
    found = np.inf
    for p in range(len(items)):
        j = items[p]
        if j == -1:
            continue
        if j < 0 or j >= candidates or mark[j] == stamp + 1:
            return np.nan
        new = mark[j] != stamp
        mark[j] = stamp + 1
        if new:
            place += 1
            if j == item and place <= depth:
                found = place
    return found


rank_row = compiling()(_rank_row) if COMPILED else _rank_row_numpy
dot_row = compiling(fastmath={"reassoc", "contract", "nsz"})(_dot_row) if COMPILED else _dot_row_numpy
place_in_list = compiling()(_place_in_list)


@compiling()
def rank_scores(
    scores: AnyArray, at: int, item: AnyArray, candidates: AnyArray, had: AnyArray, begin: AnyArray, end: AnyArray,
    mark: AnyArray, stamp: int, out: AnyArray,
) -> int:  # fmt: skip
    """Ranks of the events from ``at`` on: scores (n, m), or (1, m) if all rows are equal.

    item, candidates, begin, end cover the whole stream; ``out`` (n,) is filled. Gives the first invalid row, or -1.
    """
    same = len(scores) == 1
    for q in range(len(out)):
        e = at + q
        row = scores[0] if same else scores[q]
        out[q] = rank_row(row, item[e], candidates[e], had[begin[e] : end[e]], mark, stamp + q)
        if np.isnan(out[q]):
            return q
    return -1


@compiling()
def rank_factors(
    user: AnyArray, items: AnyArray, bias: AnyArray, at: int, item: AnyArray, candidates: AnyArray, had: AnyArray,
    begin: AnyArray, end: AnyArray, mark: AnyArray, stamp: int, row: AnyArray, out: AnyArray,
) -> int:  # fmt: skip
    """The same by inner products; ``row`` (≥ m,) is scratch, so that n × m scores are never stored."""
    for q in range(len(out)):
        e = at + q
        known = min(len(items), candidates[e])
        dot_row(user[q], items, bias, row[:known])
        out[q] = rank_row(row[:known], item[e], candidates[e], had[begin[e] : end[e]], mark, stamp + q)
        if np.isnan(out[q]):
            return q
    return -1


@compiling()
def rank_lists(
    lists: AnyArray, depth: int, at: int, item: AnyArray, candidates: AnyArray, had: AnyArray, begin: AnyArray,
    end: AnyArray, mark: AnyArray, stamp: int, out: AnyArray,
) -> int:  # fmt: skip
    """The same for lists (n, ≤k)."""
    for q in range(len(out)):
        e = at + q
        out[q] = place_in_list(lists[q], item[e], candidates[e], had[begin[e] : end[e]], depth, mark, stamp + 2 * q)
        if np.isnan(out[q]):
            return q
    return -1
