"""Metric and Outcomes: a number computed afterwards from what became of each test event."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from freshmark.contract.arrays import AnyArray, FloatArray, IntArray, Task


@dataclass(frozen=True, slots=True)
class Outcomes:
    """What became of n test events.

    rank: (n,) float64, rank of the true item among all candidates, 1 is best, mid-rank for ties, inf is a miss (rank)
    prediction: (n,) float64, probability of a click (click), rating (rate), or probability of the true class (classify)
    label: (n,) float64 (click, rate) or int64 (classify)
    predicted: (n,) int64, the class that got the highest probability (classify)
    candidates: (n,) int64, how many items were candidates (rank)
    """

    task: Task
    rank: FloatArray | None = None
    prediction: FloatArray | None = None
    label: AnyArray | None = None
    predicted: IntArray | None = None
    candidates: IntArray | None = None


@dataclass(frozen=True, slots=True)
class Metric:
    """A function of outcomes, with its formula and source in the docstring of the function.

    tasks: for which it is defined
    better: whether ``higher`` or ``lower`` is better
    each: outcomes → (n,) float64 to be averaged; every window and segment is then a mean
    whole: outcomes → float, for what is no mean (AUC, F1); exactly one of the two is given
    """

    name: str
    tasks: frozenset[Task]
    better: Literal["higher", "lower"]
    each: Callable[[Outcomes], FloatArray] | None = None
    whole: Callable[[Outcomes], float] | None = None

    def __call__(self, outcomes: Outcomes) -> float:
        """The metric over all these outcomes; NaN where there are none."""
        if self.whole is not None:
            return self.whole(outcomes)
        if self.each is None:
            raise TypeError(f"metric {self.name!r} has neither `each` nor `whole`")
        values = self.each(outcomes)
        return float(values.mean()) if len(values) else float("nan")
