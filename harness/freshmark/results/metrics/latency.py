"""Percentiles of durations, if there are enough samples for them."""

from __future__ import annotations

import math

import numpy as np
from scipy.stats import binom

from freshmark.contract.arrays import FloatArray
from freshmark.results.statistics.intervals import LEVEL

SURE = 0.99
"""The least probability that some sample lies beyond a percentile that is shown."""


def samples_needed(percentile: float) -> int:
    """The least n such that one of n samples lies beyond the percentile with probability 0.99: 459 for p99, 90 for p95.

    1 − pⁿ ≥ 0.99; with fewer, the percentile would be the largest sample.
    """
    return math.ceil(math.log(1 - SURE) / math.log(percentile / 100))


def percentile_of(durations: FloatArray, percentile: float) -> float:
    """The percentile of (n,) seconds, as one of the samples; NaN if there are too few."""
    if len(durations) < samples_needed(percentile):
        return float("nan")
    return float(np.percentile(durations, percentile, method="inverted_cdf"))


def interval_of(durations: FloatArray, percentile: float) -> tuple[float, float]:
    """The 95 % interval of the percentile, between two samples taken as independent; NaN if there are too few.

    The number of n samples below it is binomial (order statistics; David & Nagaraja 2003, section 7.1).
    """
    n = len(durations)
    if n < samples_needed(percentile):
        return float("nan"), float("nan")
    low, high = binom.ppf([LEVEL / 2, 1 - LEVEL / 2], n, percentile / 100).astype(int)
    ordered = np.sort(durations)
    return float(ordered[max(low - 1, 0)]), float(ordered[min(high, n - 1)])


def too_few(samples: int, percentile: float) -> str:
    """Why the percentile is not shown; empty if it is."""
    needed = samples_needed(percentile)
    return "" if samples >= needed else f"p{percentile:g} needs {needed} samples, there are {samples}"
