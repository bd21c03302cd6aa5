"""How much each window, and each group of users, contributes to the error of a metric: the input of ``dependence``."""

from __future__ import annotations

import numpy as np

from freshmark.contract.arrays import AnyArray, FloatArray, IntArray
from freshmark.contract.metric import Metric
from freshmark.contract.outcomes import Outcomes
from freshmark.results.metrics.measured import Measured
from freshmark.results.metrics.segments import Division
from freshmark.results.statistics.dependence import FEW_GROUPS

GROUPS = 64
"""Users are dealt, in order of appearance, into this many groups: sums by group are as good as sums by user."""


def groups_of(user: AnyArray) -> tuple[IntArray, int]:
    """The group of each event's user, (n,) int64, and the number of groups; one if there are too few users."""
    groups = min(int(user.max(initial=-1)) + 1, GROUPS)
    if groups < FEW_GROUPS:
        return np.zeros(len(user), np.int64), 1
    return np.asarray(user.astype(np.int64) % groups), groups


def influence_of(metric: Metric, outcomes: Outcomes, measured: Measured, division: Division) -> FloatArray:
    """Of the metric over all events: (windows, groups) float64, Σ (x − x̄) / n of each window and group.

    A root moves with the mean x̄ below it, 1 / (2√x̄) as much. A metric that is not a mean over events is read as the
    mean of its windows' values, weighted by their events: one group.
    """
    windows = division.windows
    if metric.each is None:
        # A window where it is not defined (clicks alone, for AUC) has no share; its value is not 0.
        counts = np.where(np.isnan(measured.value[0, :-1]), 0, measured.count[0, :-1])
        values = np.asarray(np.nan_to_num(measured.value[0, :-1]) * counts, np.float64)
        return centred(values[:, None], counts[:, None])
    group, groups = groups_of(np.zeros(len(outcomes)) if outcomes.user is None else outcomes.user)
    cell, size = division.window * groups + group, windows * groups
    values = np.asarray(metric.each(outcomes), np.float64)
    sums = np.bincount(cell, weights=values, minlength=size).astype(np.float64).reshape(windows, groups)
    influence = centred(sums, np.bincount(cell, minlength=size).reshape(windows, groups))
    if metric.root:
        value = float(measured.value[0, -1])
        return np.asarray(influence / (2 * value)) if value else influence
    return influence


def centred(sums: FloatArray, counts: AnyArray) -> FloatArray:
    """(windows, groups) sums over events, and their counts → Σ (x − x̄) / n; it adds up to 0."""
    events = int(counts.sum())
    return np.asarray((sums - counts * (sums.sum() / events)) / events) if events else np.zeros(sums.shape)
