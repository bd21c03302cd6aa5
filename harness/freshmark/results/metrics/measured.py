"""A metric of one cell, by segment and window."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from freshmark.contract.arrays import AnyArray, FloatArray, IntArray
from freshmark.contract.metric import Metric
from freshmark.contract.outcomes import Outcomes
from freshmark.results.metrics.segments import Division


@dataclass(frozen=True, slots=True)
class Measured:
    """A metric of one cell. Rows are segments, ``all`` first; the last column is the whole, over all windows.

    segments: names of the rows
    value, count: (segments, windows + 1) float64 and int64; the value is NaN where it is not defined
    sums: (windows,) float64, the share of each window in the mean over all events (of squares, for a root)
    root: whether the metric is the square root of that mean
    """

    segments: tuple[str, ...]
    value: FloatArray
    count: IntArray
    sums: FloatArray
    root: bool = False

    def of(self, segment: str) -> float:
        """The metric in this segment, over all windows."""
        return float(self.value[self.segments.index(segment), -1])


def measure(metric: Metric, outcomes: Outcomes, division: Division) -> Measured:
    """The metric by segment and window of the outcomes' events."""
    counts = division.counts
    if metric.each is None:
        values = _by_group(metric, outcomes, division)
        return Measured(division.names, values, counts, np.nan_to_num(values[0, :-1]) * counts[0, :-1])
    sums = _sums(np.asarray(metric.each(outcomes), np.float64), division)
    whole = np.concatenate([sums, sums.sum(axis=1, keepdims=True)], axis=1)
    means = np.divide(whole, counts, out=np.full(whole.shape, np.nan), where=counts > 0)
    return Measured(division.names, np.asarray(metric.of_mean(means)), counts, sums[0], metric.root)


def unmeasured(division: Division) -> Measured:
    """What stands for a metric that failed: no values."""
    counts = division.counts
    return Measured(division.names, np.full(counts.shape, np.nan), counts, np.zeros(division.windows))


def _sums(values: FloatArray, division: Division) -> FloatArray:
    """(segments, windows) sums over events."""
    windows = division.windows
    parts = [np.bincount(division.window, values, windows)[None]]
    for one in division.assignments:
        inside = one.group >= 0
        cell = one.group[inside] * windows + division.window[inside]
        parts.append(np.bincount(cell, values[inside], len(one.groups) * windows).reshape(-1, windows))
    return np.concatenate(parts).astype(np.float64)


def _by_group(metric: Metric, outcomes: Outcomes, division: Division) -> FloatArray:
    """(segments, windows + 1) of a metric that is not a mean over events."""
    windows = division.windows
    parts = [np.append(metric.of_groups(outcomes, division.window, windows), metric(outcomes))[None]]
    for one in division.assignments:
        inside = one.group >= 0
        members, group, groups = outcomes.rows(inside), one.group[inside], len(one.groups)
        by_window = metric.of_groups(members, group * windows + division.window[inside], groups * windows)
        whole = metric.of_groups(members, group, groups)
        parts.append(_with_column(by_window.reshape(groups, windows), whole))
    return np.concatenate(parts)


def _with_column(table: AnyArray, column: AnyArray) -> AnyArray:
    return np.concatenate([table, column[:, None]], axis=1)
