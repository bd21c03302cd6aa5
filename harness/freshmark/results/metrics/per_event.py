"""Metrics that are means over events, so that they can be computed for any set of events."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from freshmark.contract.arrays import AnyArray, FloatArray
from freshmark.contract.metric import Metric
from freshmark.contract.outcomes import Outcomes
from freshmark.errors import UsageError


@dataclass(frozen=True, slots=True)
class PerEventMetric:
    """A metric that is a mean over events, or the root of one.

    each: outcomes → (n,) float64, the value of each event
    root: whether the metric is the square root of the mean
    sign: 1 where higher is better, else −1
    """

    name: str
    each: Callable[[Outcomes], AnyArray]
    root: bool
    sign: int

    def of_mean(self, mean: Any) -> Any:
        """The metric, given the mean of ``each``."""
        return np.sqrt(mean) if self.root else mean


def per_event_metric(metric: Metric) -> PerEventMetric:
    """The metric as a mean over events.

    Raises:
        UsageError: it is not one (AUC, F1).
    """
    if metric.each is None:
        raise UsageError(
            f"{metric.name} is not a mean over events", remedy="a metric that is, such as the task's main metric"
        )
    return PerEventMetric(metric.name, metric.each, metric.root, metric.sign)


def mean_of(values: Any) -> float:
    """The mean of the values that are not NaN; NaN if none is left, ∞ if one is ∞."""
    known = np.asarray(values, np.float64)
    known = known[~np.isnan(known)]
    return float(known.mean()) if len(known) else float("nan")


def ratio(above: Any, below: Any) -> FloatArray:
    """Above ÷ below; NaN where below is 0."""
    above, below = np.broadcast_arrays(np.asarray(above, np.float64), np.asarray(below, np.float64))
    return np.asarray(np.divide(above, below, out=np.full(above.shape, np.nan), where=below != 0))
