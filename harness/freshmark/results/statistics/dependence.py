"""The variance of a mean over a stream: windows that follow each other are alike, and so are the events of one user.

What is averaged comes as **influence**, (windows, groups, …) float64: what the events of a window by a group of users
add to the error of the mean, Σ (x − x̄) / n; it adds up to 0. Influences subtract: that of a difference, read on the
same events, is the difference of influences, and what windows and users have in common cancels.

Three variances are made of it. Over windows: the larger of that of a circular block bootstrap (Politis & Romano 1992,
after Künsch 1989, doi 10.1214/aos/1176347265), with blocks as long as the series' own persistence asks for, and that
which an AR(1) process of this persistence has (Andrews 1991, doi 10.2307/2938229). Over users: sums by group, clustered
(Liang & Zeger 1986, doi 10.1093/biomet/73.1.13). Both: V = V_windows + V_users − V_both, never below the larger of the
two (Cameron, Gelbach & Miller 2011, doi 10.1198/jbes.2010.07136).
"""

from __future__ import annotations

import numpy as np

from freshmark.contract.arrays import FloatArray
from freshmark.results.statistics.intervals import Spread

FEW_GROUPS = 10
"""With fewer groups of users than this nothing can be said of them, and only windows count."""

_LEAST = 6
"""Windows below which there is no saying how much they vary."""

_WORTH = 4.0
"""Independent windows that any number of windows is worth at the least: below, the tables of Student end."""

_HIGHEST = 0.97
"""Persistence above which no number of windows that fits a report would do."""

_CAUTION = 1.0
"""Standard errors that are added to an estimated persistence."""

_TAKEN = 3
"""Degrees of freedom that the mean and the trend cost."""


def without_trend(series: FloatArray) -> FloatArray:
    """(windows, …) series without the parabola through them: a gap that grows or bends is a finding, not noise."""
    time = np.linspace(-1.0, 1.0, len(series))
    powers = np.stack([time**power for power in range(_TAKEN)], axis=1)
    trend, _ = np.linalg.qr(powers)  # (windows, 3), orthonormal
    flat = series.reshape(len(series), -1)
    return np.asarray((flat - trend @ (trend.T @ flat)).reshape(series.shape))


def persistence(series: FloatArray) -> FloatArray:
    """How alike neighbours are: the lag-1 autocorrelation of (windows, …) detrended series, on the safe side.

    The estimate ρ is biased by about −(3 + 5ρ) / w (Kendall 1954, and two more for the trend); that is put back, and
    a standard error added.
    """
    rho, windows = _lag_one(series), len(series)
    safe = rho + (3 + 5 * rho) / windows + _CAUTION * np.sqrt(np.clip(1 - rho * rho, 0, 1) / windows)
    return np.asarray(np.clip(safe, 0.0, _HIGHEST))


def worth(series: FloatArray) -> float:
    """How many independent windows would say as much as these (windows,), were they an AR(1): w · (1 − ρ) / (1 + ρ)."""
    windows, flat = len(series), without_trend(series)
    rho = float(_lag_one(flat))
    rho = min(max(rho + (3 + 5 * rho) / windows, 0.0), _HIGHEST)
    return windows * (1 - rho) / (1 + rho)


def _lag_one(series: FloatArray) -> FloatArray:
    square = (series * series).sum(axis=0)
    cross = (series[1:] * series[:-1]).sum(axis=0)
    return np.asarray(np.divide(cross, square, out=np.zeros(np.shape(square)), where=square > 0))


def block_length(windows: int, rho: FloatArray | float = 0.0) -> FloatArray:
    """Windows a block: (6ρ²/(1−ρ²)²·w)^⅓, best for an AR(1) (Andrews 1991); at least ⌈w^⅓⌉, at most w/3."""
    best = np.ceil((6 * np.square(rho) / np.square(1 - np.square(rho)) * windows) ** (1 / 3))
    least = np.ceil(round(windows ** (1 / 3), 9))
    return np.asarray(np.clip(best, least, max(1, windows // 3)), np.float64)


def bootstrap_variance(series: FloatArray, length: FloatArray) -> FloatArray:
    """Of the sum of (windows, …) series under the circular block bootstrap, exactly: as if drawn without end.

    A block of L that starts anywhere sums what is up to L − 1 apart: V = Σₖ (1 − |k|/L) Σ_w u_w u_{w+k}, indices
    around the end. The bootstrap sees b = w/L blocks and divides by b, not b − 1: V is raised by b / (b − 1).
    """
    windows = len(series)
    power = np.square(np.abs(np.fft.rfft(series, axis=0)))
    products = np.fft.irfft(power, n=windows, axis=0)
    lag = np.minimum(np.arange(windows), windows - np.arange(windows)).reshape(-1, *[1] * (series.ndim - 1))
    blocks = windows / length
    return np.asarray((products * np.clip(1 - lag / length, 0, None)).sum(axis=0) * blocks / (blocks - 1))


def over_windows(series: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Variance of the sum of (windows, …) influences, and its degrees of freedom; NaN and 0 below six windows."""
    windows = len(series)
    if windows < _LEAST:
        return np.full(series.shape[1:], np.nan), np.zeros(series.shape[1:])
    series = without_trend(series)
    rho = persistence(series)
    # So many independent windows would say as much as these w, were they an AR(1).
    worth = np.maximum(windows * (1 - rho) / (1 + rho), _WORTH)
    square = (series * series).sum(axis=0) * windows / (windows - _TAKEN)
    alone = square * windows / (worth - 1)
    return np.maximum(alone, bootstrap_variance(series, block_length(windows, rho))), worth - 1


def over_users(table: FloatArray) -> tuple[FloatArray, FloatArray]:
    """V_users and V_both of (windows, groups, …) influences: sums by group, and by group and window, squared."""
    groups = table.shape[1]
    raised = groups / (groups - 1)
    return np.square(table.sum(axis=0)).sum(axis=0) * raised, np.square(table).sum(axis=(0, 1))


def two_way(table: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Variance and degrees of freedom of the sum of (windows, groups, …) influences, by windows and users."""
    windows, freedom = over_windows(table.sum(axis=1))
    if table.shape[1] < FEW_GROUPS:
        return windows, freedom
    users, both = over_users(table)
    joined = np.maximum(np.maximum(windows, users), windows + users - both)
    return joined, np.minimum(freedom, table.shape[1] - 1.0)


def spread_of(table: FloatArray) -> Spread:
    """Of one number whose influence is (windows, groups)."""
    variance, freedom = two_way(table)
    return Spread(float(variance), float(freedom))
