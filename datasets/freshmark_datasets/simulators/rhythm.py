"""The daily and weekly rhythm: when simulated events happen."""

from __future__ import annotations

import numpy as np
from freshmark import FloatArray, IntArray

from freshmark_datasets.simulators.draws import Draws

HOUR = 3600
DAY = 24 * HOUR
START = 1_704_067_200
"""Seconds since 1970 at which simulated streams begin: 2024-01-01T00:00:00Z, a Monday."""

# The shape of a consumer site: a fifth of the mean at night, a rise to noon, a peak in the evening. Tables, because the
# last bit of a sine depends on the machine. Each has mean 1.
BY_HOUR = np.array(
    [
        *(0.50, 0.35, 0.25, 0.20, 0.20, 0.25, 0.45, 0.70, 0.90, 1.00, 1.10, 1.20),
        *(1.30, 1.25, 1.20, 1.20, 1.25, 1.35, 1.50, 1.70, 1.90, 1.85, 1.45, 0.95),
    ]
)
BY_DAY = np.array([0.90, 0.88, 0.90, 0.94, 1.02, 1.22, 1.14])  # Monday first


def rate(hours: int, diurnal: float, weekly: float) -> FloatArray:
    """(hours,) relative rate of each hour since the start, mean about 1.

    Args:
        hours: how many.
        diurnal: 0 (day and night alike) … 1 (the whole table).
        weekly: 0 … 1, likewise for the days of the week.
    """
    hour = np.arange(hours)
    of_day = 1.0 + diurnal * (BY_HOUR[hour % 24] - 1.0)
    of_week = 1.0 + weekly * (BY_DAY[hour // 24 % 7] - 1.0)
    relative: FloatArray = of_day * of_week
    return relative


def times(draws: Draws, events: int, *, span_days: float, diurnal: float, weekly: float) -> IntArray:
    """(events,) int64, whole seconds since the start, never decreasing: a Poisson process conditioned on its count."""
    span = int(span_days * DAY)
    hours = -(-span // HOUR)
    edges = np.minimum(np.arange(hours + 1) * HOUR, span)
    mass = np.concatenate([[0.0], np.cumsum(rate(hours, diurnal, weekly) * np.diff(edges))])
    moments = np.sort(draws.uniform("calendar", events)) * mass[-1]
    seconds: IntArray = np.interp(moments, mass, edges).astype(np.int64)
    return seconds
