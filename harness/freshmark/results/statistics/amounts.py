"""Amounts: values as what may be lost, so that a share of them means the same at every level.

NDCG of 0.03 is judged on itself, accuracy of 0.97 on its errors, a loss on itself: the amount of a metric within
[0, 1] is min(v, 1 − v). Where it is positive for every row, errors are taken of its logarithm: a gain in proportion
to the level then has no variance from the level (the delta method for a ratio of means; Cochran 1977, ch. 6).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from freshmark.contract.arrays import FloatArray

MOST_ERROR = 50.0
"""Of a logarithm: where a handful of windows say nothing, a factor of e⁵⁰ says so as well as infinity."""

_HALF = 0.5


@dataclass(frozen=True, slots=True)
class Scale:
    """How values of one metric on one stream become amounts.

    more: whether a larger amount is better
    errors: whether the amount is 1 − value
    unit: 0 where errors are relative to each row's own amount; else the one amount that all are relative to
    """

    more: bool
    errors: bool = False
    unit: float = 0.0

    @classmethod
    def of(cls, values: Sequence[float], *, higher: bool) -> Scale:
        """The scale on which finite values of one metric are judged; the best of them decides."""
        known = np.asarray(values, np.float64)
        if not len(known):
            return cls(higher)
        if known.min() < 0:  # a metric with a sign: no share of a row's own amount means anything
            return cls(higher, unit=float(np.abs(known.max() if higher else known.min())) or 1.0)
        if not higher:
            return cls(more=False)
        if known.max() > _HALF and known.max() <= 1:
            return cls(more=False, errors=True)
        return cls(more=True)

    def amount(self, value: float) -> float:
        """What may be lost, or is lost."""
        return 1.0 - value if self.errors else value

    def relative(self, influence: FloatArray, value: float) -> FloatArray:
        """Influence on a value → on its logarithmic amount; zeros where the amount is 0, and so never moves."""
        unit = self.unit or abs(self.amount(value))
        sign = -1.0 if self.errors else 1.0
        return influence * (sign / unit) if unit > 0 else np.zeros_like(influence)

    def between(self, one: float, other: float) -> float:
        """The amount at which a difference of two logarithms counts: the geometric mean of theirs."""
        return self.unit or float(np.sqrt(abs(self.amount(one)) * abs(self.amount(other))))

    def regrets(self, amounts: FloatArray, errors: FloatArray) -> FloatArray:
        """Regret of each row in each replicate, as a share of the best one's amount: (draws, rows) float64, ≥ 0.

        Args:
            amounts: (rows,)
            errors: (draws, rows), of the logarithms; in units of ``unit`` where there is one
        """
        moved = self._moved(amounts, errors)
        best = self._best(moved)
        if self.unit:
            return np.asarray(np.abs(moved - best) / self.unit)
        with np.errstate(divide="ignore", invalid="ignore"):
            share = np.abs(moved - best) / best
        return np.asarray(np.where(moved == best, 0.0, share))

    def losses(self, amounts: FloatArray, errors: FloatArray) -> FloatArray:
        """The same in units of the metric."""
        moved = self._moved(amounts, errors)
        return np.asarray(np.abs(moved - self._best(moved)))

    def best_of(self, amounts: FloatArray) -> int:
        """The row with the best amount; the first of equals."""
        return int(np.argmax(amounts) if self.more else np.argmin(amounts))

    def _moved(self, amounts: FloatArray, errors: FloatArray) -> FloatArray:
        if self.unit:
            return np.asarray(amounts + errors * self.unit)
        return np.asarray(amounts * np.exp(np.clip(errors, -MOST_ERROR, MOST_ERROR)))

    def _best(self, moved: FloatArray) -> FloatArray:
        return np.asarray(moved.max(axis=1, keepdims=True) if self.more else moved.min(axis=1, keepdims=True))
