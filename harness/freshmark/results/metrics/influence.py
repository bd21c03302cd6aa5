"""What events of a window, by a group of users, add to the error of a number: ``dependence`` makes variances of it."""

from __future__ import annotations

import numpy as np

from freshmark.contract.arrays import AnyArray, FloatArray, IntArray
from freshmark.contract.metric import Metric, Outcomes
from freshmark.results.metrics.registry import ROOTS
from freshmark.results.metrics.segments import Measured
from freshmark.results.statistics.dependence import FEW_GROUPS

GROUPS = 64
"""Users are dealt, in order of appearance, into so many groups: sums by group know as much as sums by user."""


def groups_of(user: AnyArray) -> tuple[IntArray, int]:
    """The group of each event's user, (n,) int64, and how many there are; one where users are too few."""
    groups = min(int(user.max(initial=-1)) + 1, GROUPS)
    if groups < FEW_GROUPS:
        return np.zeros(len(user), np.int64), 1
    return np.asarray(user.astype(np.int64) % groups), groups


def influence_of(
    metric: Metric, outcomes: Outcomes, measured: Measured, *, window: IntArray, user: AnyArray
) -> FloatArray:
    """Of the metric over all events: (windows, groups) float64, Σ (x − x̄) / n of each window and group.

    A root moves with the mean x̄ below it, 1 / (2√x̄) as much. A metric that is no mean over events is read as the mean
    of its windows' values, weighted by their events: one group.
    """
    windows = measured.value.shape[1] - 1
    each = metric.each or ROOTS.get(metric.name)
    if each is None:
        # A window where it is not defined, of clicks alone say, has no share in it: it is no window of 0.
        counts = np.where(np.isnan(measured.value[0, :-1]), 0, measured.count[0, :-1])
        values = np.asarray(np.nan_to_num(measured.value[0, :-1]) * counts, np.float64)
        return centred(values[:, None], counts[:, None])
    group, groups = groups_of(user)
    place, size = window * groups + group, windows * groups
    weights = np.asarray(each(outcomes), np.float64)
    sums = np.bincount(place, weights=weights, minlength=size).astype(np.float64).reshape(windows, groups)
    found = centred(sums, np.bincount(place, minlength=size).reshape(windows, groups))
    if metric.each is None:
        root = float(measured.value[0, -1])
        return np.asarray(found / (2 * root)) if root else found
    return found


def centred(sums: FloatArray, counts: AnyArray) -> FloatArray:
    """(windows, groups) sums over events, and their counts → Σ (x − x̄) / n; it adds up to 0."""
    events = int(counts.sum())
    return np.asarray((sums - counts * (sums.sum() / events)) / events) if events else np.zeros(sums.shape)
