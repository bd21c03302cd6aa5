"""PerEventMetric: a metric as the mean of per-event values, so that it can be computed for any set of events."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from freshmark.contract.arrays import FloatArray
from freshmark.contract.metric import Metric, Outcomes
from freshmark.errors import UsageError
from freshmark.results.metrics.registry import ROOTS


@dataclass(frozen=True, slots=True)
class PerEventMetric:
    """A metric that is a mean over events, or the root of one.

    each: outcomes → (n,) float64, what each event gives
    root: whether the metric is the square root of the mean
    sign: 1 where higher is better, else -1
    """

    name: str
    each: Callable[[Outcomes], FloatArray]
    root: bool
    sign: int

    def number(self, mean: Any) -> Any:
        """The metric, from the mean of what events give."""
        return np.sqrt(mean) if self.root else mean


def per_event_metric(metric: Metric) -> PerEventMetric:
    """The per-event form of a metric.

    Raises:
        UsageError: it is not a mean over events (AUC, F1).
    """
    each = metric.each or ROOTS.get(metric.name)
    if each is None:
        raise UsageError(f"{metric.name} is no mean over events", remedy="a metric that is, such as the main one")
    return PerEventMetric(metric.name, each, metric.each is None, 1 if metric.better == "higher" else -1)


def mean_of(values: Any) -> float:
    """The mean of those that are known; NaN where none is, ∞ where one is."""
    known = np.asarray(values, np.float64)
    known = known[~np.isnan(known)]
    return float(known.mean()) if len(known) else float("nan")


def ratio(above: Any, below: Any) -> FloatArray:
    """Above ÷ below; NaN where below is 0."""
    above, below = np.broadcast_arrays(np.asarray(above, np.float64), np.asarray(below, np.float64))
    return np.asarray(np.divide(above, below, out=np.full(above.shape, np.nan), where=below != 0))
