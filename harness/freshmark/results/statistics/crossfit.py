"""A gain without the winner's curse: estimated where it did not choose.

The best of many rows owes some of its lead to luck. Windows are cut into contiguous blocks, and seeds into halves: on
everything but one block (and one half) the best row is chosen, on that block (and half) its gain over the baseline is
read; the gains are added up (cross-fitting; Chernozhukov et al. 2018, doi 10.1111/ectj.12097).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from freshmark.contract.arrays import FloatArray, IntArray
from freshmark.results.statistics.amounts import MOST_ERROR
from freshmark.results.statistics.dependence import over_windows
from freshmark.results.statistics.intervals import Spread, margin

TINY = 1e-300
FOLDS = 6
"""Blocks of windows: long enough that neighbouring blocks know little of each other."""


@dataclass(frozen=True, slots=True)
class Gain:
    """A share by which a choice is better than its baseline, its 95 % interval, and the naive share."""

    value: float
    low: float
    high: float
    naive: float


def cross_fitted(sums: Sequence[FloatArray], baseline: FloatArray, *, more: bool, candidates: IntArray) -> Gain:
    """The gain of choosing the best over the baseline, as a share of the baseline.

    Args:
        sums: of each row (seeds, windows), what each window adds to its amount with each seed
        baseline: (seeds, windows), likewise
        more: whether larger amounts are better
        candidates: places of the rows that may be chosen
    """
    windows = baseline.shape[1]
    fold = _folds(windows)
    sign = 1.0 if more else -1.0
    chosen, against = np.zeros(windows), baseline.mean(axis=0)
    halves = [_halves(len(row)) for row in sums]
    parts = 2 if all(len(half) > 1 for half in halves) else 1
    for block in range(FOLDS):
        inside = fold == block
        for part in range(parts):
            scores = [
                sign * sums[place][halves[place][1 - part if parts > 1 else 0]][:, ~inside].mean(axis=0).sum()
                for place in candidates
            ]
            best = int(candidates[int(np.argmax(scores))])
            chosen[inside] += sums[best][halves[best][part]][:, inside].mean(axis=0) / parts
    whole = float(against.sum())
    naive = max(sign * (float(sums[place].mean(axis=0).sum()) - whole) for place in candidates) / whole
    value = sign * (float(chosen.sum()) - whole) / whole
    if not chosen.sum() > 0:  # nothing is left of what could be lost: its logarithm does not exist
        return Gain(value, float("nan"), float("nan"), naive)
    # Of the logarithm of the ratio: what each window adds to it.
    ratio = float(chosen.sum()) / whole
    variance, freedom = over_windows(chosen / chosen.sum() - against / whole)
    luck = max(_luck(sums[place]) for place in candidates) + _luck(baseline)
    reach = np.minimum(
        MOST_ERROR, margin([Spread(float(variance), float(freedom)), Spread(luck, float(max(len(baseline) - 1, 1)))])
    )
    low, high = sorted(sign * (ratio * float(np.exp(end)) - 1) for end in (-reach, reach))
    return Gain(value, low, high, naive)


def _folds(windows: int) -> IntArray:
    """(windows,) the block of each."""
    return np.asarray(np.arange(windows) * FOLDS // windows, np.int64)


def _halves(seeds: int) -> list[IntArray]:
    """Two halves of the seeds, or all of them where there is one."""
    places = np.arange(seeds)
    return [places[::2], places[1::2]] if seeds > 1 else [places]


def _luck(sums: FloatArray) -> float:
    """Variance of the logarithm of the mean over seeds of the whole amount."""
    whole = sums.sum(axis=1)
    return float(whole.var(ddof=1) / len(whole) / max(whole.mean(), TINY) ** 2) if len(whole) > 1 else 0.0
