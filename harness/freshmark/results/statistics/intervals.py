"""Intervals of a difference, what is detectable, and fronts.

Sources: variances of unequal freedom combined as in Welch 1947 (doi 10.1093/biomet/34.1-2.28) and Satterthwaite 1946;
Holm 1979 (jstor 4615733).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import ndtri, stdtr, stdtrit

from freshmark.contract.arrays import BoolArray, FloatArray

LEVEL = 0.05
"""Share of cases in which what is equal may be called different."""

POWER = 0.8
"""Share of cases in which the smallest detectable difference is detected (Cohen 1988)."""


@dataclass(frozen=True, slots=True)
class Spread:
    """A variance of a mean, and how many degrees of freedom its estimate has."""

    variance: float
    freedom: float


def spread_over_seeds(values: FloatArray) -> Spread:
    """Of the mean over seeds of (seeds,) values. One seed tells nothing of it: zero, and the report says so."""
    seeds = len(values)
    return Spread(float(np.var(values, ddof=1)) / seeds, seeds - 1) if seeds > 1 else Spread(0.0, 0.0)


def combined(spreads: Sequence[Spread]) -> Spread:
    """The spread of a sum of independent parts; NaN where one is unknown."""
    variance = sum(part.variance for part in spreads)
    if not variance > 0:
        return Spread(variance, float("inf"))  # 0: it never moved; NaN: nobody knows
    below = sum(part.variance**2 / part.freedom for part in spreads if part.variance > 0)
    return Spread(variance, variance**2 / below)


def margin(spreads: Sequence[Spread], level: float = LEVEL) -> float:
    """Half the width of the 1 − level interval of a sum of independent parts; NaN where there is no saying."""
    spread = combined(spreads)
    if not spread.variance > 0:
        return spread.variance
    return student(spread.freedom, level) * float(np.sqrt(spread.variance))


def student(freedom: float, level: float = LEVEL) -> float:
    """How many standard errors an interval reaches: Student's t at 5 %, widened for a smaller level as a normal's is.

    t_ν(5 %) · z(level) / z(5 %): far tails of few degrees of freedom tell of Student's assumptions, not of data.
    """
    if freedom < 1:
        return float("inf")
    wider = ndtri(level / 2) / ndtri(LEVEL / 2) if level < LEVEL else 1.0
    return float(-stdtrit(freedom, max(level, LEVEL) / 2) * wider)


def p_value(difference: float, spread: Spread) -> float:
    """How often what is equal would differ by as much, either way, or more; 1 where there is no saying."""
    if difference == 0 or np.isnan(spread.variance) or spread.freedom < 1:
        return 1.0
    if spread.variance == 0:
        return 0.0
    return float(2 * stdtr(spread.freedom, -abs(difference) / np.sqrt(spread.variance)))


def detectable(spread: Spread, level: float = LEVEL) -> float:
    """The smallest difference that is detected in four of five cases: (t_{1−level/2} + t_{0.8}) · √variance."""
    if not spread.variance > 0:
        return spread.variance
    if spread.freedom < 1:
        return float("inf")
    beyond = float(stdtrit(spread.freedom, POWER))
    return (student(spread.freedom, level) + beyond) * float(np.sqrt(spread.variance))


def holm(p_values: Sequence[float]) -> list[float]:
    """p-values of several comparisons, each so raised that one in twenty *families* errs, not comparisons (Holm 1979).

    The j-th smallest of m becomes the largest of (m − i + 1) · p₍ᵢ₎, i ≤ j, at most 1.
    """
    count = len(p_values)
    order = np.argsort(p_values, kind="stable")
    raised = np.maximum.accumulate((count - np.arange(count)) * np.asarray(p_values, np.float64)[order])
    found = np.empty(count)
    found[order] = np.minimum(raised, 1.0)
    return [float(one) for one in found]


def distinguishable(difference: float, within: float) -> bool:
    """Whether a difference is larger than its margin; what has no margin is not."""
    return bool(abs(difference) > within)


def pareto(cost: FloatArray, value: FloatArray) -> BoolArray:
    """Which of n things no other beats: none is as cheap and better, or as good and cheaper. Higher values are better.

    cost, value: (n,); a NaN is on no front.
    """
    front = np.zeros(len(cost), np.bool_)
    best, at = -np.inf, np.nan
    for row in np.lexsort((-value, cost)):
        if np.isfinite(cost[row]) and (value[row] > best or (value[row] == best and cost[row] == at)):
            front[row], best, at = True, value[row], cost[row]
    return front
