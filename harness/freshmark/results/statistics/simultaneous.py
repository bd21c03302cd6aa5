"""How far apart the best and another must be, when the best was picked after looking.

Of k equal rows, some pair of the k(k−1)/2 will look different; the best and the worst are that pair. An interval holds
for all pairs at once if the largest of all their errors keeps within it (single-step maximum, Westfall & Young 1993;
Romano & Wolf 2005, doi 10.1111/j.1468-0262.2005.00615.x). Its distribution comes from a circular block bootstrap that
draws the same windows for every row, so that rows which move together count as nearly one.
"""

from __future__ import annotations

import numpy as np
from scipy.special import ndtr

from freshmark.contract.arrays import FloatArray
from freshmark.results.statistics.bootstrap import SEED, drawn_windows
from freshmark.results.statistics.dependence import block_length, without_trend
from freshmark.results.statistics.intervals import LEVEL

DRAWS = 1000
"""Bootstrap replicates."""


def resample(windows: int, draws: int = DRAWS) -> FloatArray:
    """How often each window is drawn: (draws, windows) float64, in blocks as long as so many windows ask for."""
    return drawn_windows(windows, int(block_length(windows)), draws)


def errors(series: FloatArray, seed_variance: FloatArray) -> FloatArray:
    """Replicated errors of k rows, (draws, k).

    Args:
        series: (windows, k), each row's influence by window.
        seed_variance: (k,), of the mean over seeds.
    """
    luck = np.random.default_rng(SEED + 1).standard_normal((DRAWS, series.shape[1]))
    return np.asarray(resample(len(series)) @ without_trend(series) + luck * np.sqrt(seed_variance))


def level_of_each(replicated: FloatArray) -> float:
    """The level at which each of all pairs must be judged, so that in 5 % of cases any of them errs.

    replicated: (draws, k) errors. 0.05 for two rows; never below 0.05 ÷ pairs, Bonferroni's.
    """
    rows = replicated.shape[1]
    pairs = rows * (rows - 1) // 2
    if pairs <= 1:
        return LEVEL
    largest = np.zeros(len(replicated))
    nothing = 1e-12 * max(float(np.abs(replicated).max()), 1e-300)
    for row in range(rows - 1):
        apart = replicated[:, row + 1 :] - replicated[:, row : row + 1]
        apart -= apart.mean(axis=0)
        scale = apart.std(axis=0)
        moves = scale > nothing
        if moves.any():
            np.maximum(largest, np.abs(apart[:, moves] / scale[moves]).max(axis=1), out=largest)
    bound = float(np.quantile(largest, 1 - LEVEL))
    # As a probability, not as a bound: with few windows each pair has Student's tails, not the bootstrap's thin ones.
    return float(np.clip(2 * ndtr(-bound), LEVEL / pairs, LEVEL))
