"""Statistics that respect a stream: windows that follow each other are alike, and strategies saw the same events.

Sources: circular block bootstrap, Politis & Romano 1992 (after Künsch 1989, doi 10.1214/aos/1176347265); variances of
unequal freedom combined as in Welch 1947 (doi 10.1093/biomet/34.1-2.28) and Satterthwaite 1946.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from freshmark.contract.arrays import BoolArray, FloatArray, IntArray

DRAWS = 1000
"""Bootstrap replicates."""

SEED = 20_240_229
"""Of the bootstrap: the same tables give the same intervals."""


@dataclass(frozen=True, slots=True)
class Spread:
    """A variance of a mean, and how many degrees of freedom its estimate has."""

    variance: float
    freedom: float


def block_length(windows: int) -> int:
    """Windows a block: ⌈w^⅓⌉, the rate at which the bootstrap's error falls fastest (Hall, Horowitz & Jing 1995)."""
    return max(1, int(np.ceil(round(windows ** (1 / 3), 9))))


def resample(windows: int, draws: int = DRAWS) -> FloatArray:
    """How often each window is drawn: (draws, windows) float64, rows of a circular block bootstrap.

    Every strategy of a stream is read on the same rows, so that what windows have in common cancels in a difference.
    """
    length = block_length(windows)
    blocks = -(-windows // length)
    rng = np.random.default_rng(SEED)
    starts = rng.integers(0, windows, (draws, blocks))
    places = (starts[:, :, None] + np.arange(length)) % windows
    places = places.reshape(draws, -1)[:, :windows]
    offset = np.arange(draws)[:, None] * windows
    counts = np.bincount((places + offset).ravel(), minlength=draws * windows)
    return counts.reshape(draws, windows).astype(np.float64)


def replicates(times: FloatArray, sums: FloatArray, counts: IntArray, *, root: bool = False) -> FloatArray:
    """Means over resampled windows: (draws, cells).

    Args:
        times: (draws, windows), how often each window is drawn.
        sums: (windows, cells), what each window adds to the mean.
        counts: (windows,), events of each window.
        root: whether the number is the square root of that mean.
    """
    events = times @ counts.astype(np.float64)
    means = np.divide(times @ sums, events[:, None], out=np.full((len(times), sums.shape[1]), np.nan),
                      where=events[:, None] > 0)  # fmt: skip
    return np.asarray(np.sqrt(means) if root else means)


def spread_over_windows(replicated: FloatArray, windows: int) -> Spread:
    """Of a number whose bootstrap replicates are given, (draws,).

    The bootstrap sees w/L blocks and divides by that number, not by one less: its variance is raised accordingly.
    """
    blocks = windows / block_length(windows)
    if blocks < 2:  # noqa: PLR2004
        return Spread(float("nan"), 0.0)
    return Spread(float(np.nanvar(replicated)) * blocks / (blocks - 1), blocks - 1)


def spread_over_seeds(values: FloatArray) -> Spread:
    """Of the mean over seeds of (seeds,) values. One seed tells nothing of it: zero, and the report says so."""
    seeds = len(values)
    return Spread(float(np.var(values, ddof=1)) / seeds, seeds - 1) if seeds > 1 else Spread(0.0, 0.0)


def margin(spreads: Sequence[Spread]) -> float:
    """Half the width of the 95 % interval of a sum of independent parts; NaN where there is no saying."""
    variance = sum(part.variance for part in spreads)
    if not variance > 0:
        return variance  # 0: it never moved; NaN: nobody knows
    below = sum(part.variance**2 / part.freedom for part in spreads if part.variance > 0)
    return student(variance**2 / below) * float(np.sqrt(variance))


def student(freedom: float) -> float:
    """The t that a Student variable exceeds, either way, in 5 % of cases; between the rows of the table within 1 %."""
    if freedom < 1:
        return float("inf")
    return float(np.exp(np.interp(1 / freedom, 1 / _FREEDOM[::-1], np.log(_STUDENT[::-1]))))


_FREEDOM = np.array([1, 1.25, 1.5, 2, 3, 4, 5, 6, 8, 10, 15, 20, 30, 60, 1e9])
_STUDENT = np.array(
    [12.706, 8.028, 6.017, 4.303, 3.182, 2.776, 2.571, 2.447, 2.306, 2.228, 2.131, 2.086, 2.042, 2.000, 1.960]
)


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
