"""Metric and MetricFamily: numbers computed after a run from what became of each test event."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Literal, TypeAlias, get_args

import numpy as np

from freshmark.contract.arrays import AnyArray, FloatArray, IntArray, Task
from freshmark.contract.outcomes import Outcomes as Outcomes  # noqa: PLC0414  (a metric is a function of them)
from freshmark.errors import UsageError

Better: TypeAlias = Literal["higher", "lower"]

AT_K = "@K"
"""How the name of a family ends: ``hr@K`` stands for ``hr@1``, ``hr@2`` …"""


@dataclass(frozen=True, slots=True)
class Metric:
    """A function of outcomes, with its formula and source in the docstring of the function.

    Give exactly one of the three ways to compute it. Whichever it is, the metric is computed by window and segment.

    tasks: for which it is defined
    better: whether ``higher`` or ``lower`` is better
    each: outcomes → (n,) numbers, the value of each event; the metric is their mean
    root: with ``each``: the metric is the square root of the mean (RMSE)
    whole: outcomes → float, for what is not a mean over events (AUC, F1)
    by_group: outcomes, (n,) int64 group in range(groups), groups → (groups,) numbers, NaN where it is not defined:
        ``whole`` for every group in one pass, instead of or in addition to it

    Raises:
        UsageError: none or two of the ways are given, or ``better`` is neither ``higher`` nor ``lower``.
    """

    name: str
    tasks: frozenset[Task]
    better: Better
    each: Callable[[Outcomes], AnyArray] | None = None
    whole: Callable[[Outcomes], float] | None = None
    by_group: Callable[[Outcomes, IntArray, int], AnyArray] | None = None
    root: bool = False

    def __post_init__(self) -> None:
        if (self.each is None) == (self.whole is None and self.by_group is None) or (self.root and self.each is None):
            raise UsageError(
                f"metric {self.name!r} must have either `each` (perhaps with `root`), or `whole` or `by_group`",
                code="FM307",
            )
        if self.better not in get_args(Better):
            raise UsageError(
                f"metric {self.name!r} cannot have better={self.better!r}", remedy='"higher" or "lower"', code="FM307"
            )

    @property
    def sign(self) -> int:
        """1 where higher is better, else −1."""
        return 1 if self.better == "higher" else -1

    @property
    def documented(self) -> Callable[..., Any]:
        """The function whose docstring documents the metric."""
        function = self.each or self.by_group or self.whole
        assert function is not None  # noqa: S101  (checked when it was built)
        return function

    def of_mean(self, mean: Any) -> Any:
        """The metric, given the mean of ``each``: a number or an array."""
        return np.sqrt(mean) if self.root else mean

    def __call__(self, outcomes: Outcomes) -> float:
        """The metric over all these outcomes; NaN where there are none."""
        if self.whole is not None:
            return self.whole(outcomes)
        if self.each is not None:
            values = np.asarray(self.each(outcomes), np.float64)
            return float(self.of_mean(values.mean())) if len(values) else float("nan")
        return float(self.of_groups(outcomes, np.zeros(len(outcomes), np.int64), 1)[0])

    def of_groups(self, outcomes: Outcomes, group: IntArray, groups: int) -> FloatArray:
        """The metric of every group: (groups,) float64, NaN for a group without events.

        Args:
            outcomes: of n events.
            group: (n,) int64 in range(groups).
            groups: how many there are.
        """
        if self.each is not None:
            count = np.bincount(group, minlength=groups)
            sums = np.bincount(group, np.asarray(self.each(outcomes), np.float64), groups)
            mean = np.divide(sums, count, out=np.full(groups, np.nan), where=count > 0)
            return np.asarray(self.of_mean(mean), np.float64)
        if self.by_group is not None:
            return np.asarray(self.by_group(outcomes, group, groups), np.float64)
        order = np.argsort(group, kind="stable")
        stops = np.cumsum(np.bincount(group, minlength=groups))
        starts = np.concatenate([[0], stops[:-1]])
        members = [outcomes.rows(order[start:stop]) for start, stop in zip(starts, stops, strict=True)]
        return np.array([self(some) if len(some) else np.nan for some in members])


@dataclass(frozen=True, slots=True)
class MetricFamily:
    """Metrics that differ in K alone: ``hr@K`` gives ``hr@1``, ``hr@10`` … up to the recorded depth.

    name: ends in ``@K``
    at: K → Metric; its docstring documents the family. The metric is renamed to the family's name at this K.

    Raises:
        UsageError: the name does not end in ``@K``.
    """

    name: str
    at: Callable[[int], Metric]

    def __post_init__(self) -> None:
        if not self.name.removesuffix(AT_K) or not self.name.endswith(AT_K):
            raise UsageError(f"{self.name!r} is not the name of a family of metrics", remedy="hits@K", code="FM307")

    @property
    def documented(self) -> Callable[..., Any]:
        """The function whose docstring documents the family."""
        return self.at

    def named(self, k: int) -> str:
        """``hr@25`` for K = 25."""
        return f"{self.name.removesuffix(AT_K)}@{k}"

    def __call__(self, k: int) -> Metric:
        """The metric at this K."""
        return replace(self.at(k), name=self.named(k))
