"""Costs of rows, and which of them are alike: nobody gives up accuracy for the noise of a clock."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from freshmark.contract.arrays import BoolArray, FloatArray, IntArray
from freshmark.results.statistics.bootstrap import SEED

NOISE = 0.1
"""Share by which two measurements of one cost differ at the least: clocks, caches, neighbours."""

TRIVIAL_SECONDS = 5.0
"""CPU seconds a million events, 5 µs each: a difference below costs less than writing the request to a log."""

USUAL_CPU_HOUR = 0.05
"""Money for a core for an hour, where a price list does not say."""

_TWO_SIDED = 1.96


@dataclass(frozen=True)
class RowCosts:
    """Of rows: (rows,) arrays.

    cost: mean over cells, for a million events; inf where it was not measured
    noise: standard error of its logarithm, the same for every row
    trivial: a difference below which costs are alike
    """

    cost: FloatArray
    noise: float = NOISE
    trivial: float = TRIVIAL_SECONDS

    @classmethod
    def of(cls, cost: FloatArray, cells: Sequence[FloatArray], *, trivial: float = TRIVIAL_SECONDS) -> RowCosts:
        """Costs of rows, and the CPU seconds of each one's cells, whose noise is pooled: they share a machine."""
        squares, freedom = 0.0, 0
        for row in cells:
            known = np.log(row[np.isfinite(row) & (row > 0)])
            if len(known) > 1:
                squares, freedom = squares + float(np.square(known - known.mean()).sum()), freedom + len(known) - 1
        fewest = min((len(row) for row in cells), default=1)
        spread = np.sqrt(squares / freedom / fewest) if freedom else 0.0
        return cls(cost, max(float(spread), NOISE / (_TWO_SIDED * np.sqrt(2))), trivial)

    def alike(self, places: IntArray) -> BoolArray:
        """Which of these rows cost the same as the cheapest of them."""
        cost = self.cost[places]
        cheapest = cost.min()
        with np.errstate(invalid="ignore", divide="ignore"):  # inf − inf, 0 ÷ 0: equal, see the last line
            near = np.abs(np.log(cost / cheapest)) <= _TWO_SIDED * np.sqrt(2) * self.noise
            trivial = cost - cheapest <= self.trivial
        return np.asarray(near | trivial | (cost == cheapest))

    def margin(self, place: int) -> tuple[float, float]:
        """The 95 % interval of a row's cost."""
        reach = float(np.exp(_TWO_SIDED * self.noise))
        return float(self.cost[place]) / reach, float(self.cost[place]) * reach

    def drawn(self, draws: int) -> FloatArray:
        """(draws, rows) costs that other measurements might have given; rows that were not measured cost 0."""
        errors = np.random.default_rng(SEED + 2).standard_normal((draws, len(self.cost)))
        known = np.where(np.isfinite(self.cost), self.cost, 0.0)
        return np.asarray(known * np.exp(self.noise * errors))
