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
    def of(
        cls,
        cost: FloatArray,
        cells: Sequence[FloatArray],
        kernels: Sequence[FloatArray] = (),
        *,
        trivial: float = TRIVIAL_SECONDS,
    ) -> RowCosts:
        """Costs of rows; the CPU seconds of each one's cells, and the times of their kernels."""
        return cls(cost, noise_of(cells, kernels), trivial)

    def alike(self, places: IntArray) -> BoolArray:
        """Which of these rows cost the same as the cheapest of them."""
        cost = self.cost[places]
        cheapest = cost.min()
        with np.errstate(invalid="ignore", divide="ignore"):  # inf − inf, 0 ÷ 0: equal, see the last line
            near = np.abs(np.log(cost / cheapest)) <= _TWO_SIDED * np.sqrt(2) * self.noise
            trivial = cost - cheapest <= self.trivial
        return np.asarray(near | trivial | (cost == cheapest))

    def drawn(self, draws: int) -> FloatArray:
        """(draws, rows) costs that other measurements might have given; rows that were not measured cost 0."""
        errors = np.random.default_rng(SEED + 2).standard_normal((draws, len(self.cost)))
        known = np.where(np.isfinite(self.cost), self.cost, 0.0)
        return np.asarray(known * np.exp(self.noise * errors))


def noise_of(cells: Sequence[FloatArray], kernels: Sequence[FloatArray] = ()) -> float:
    """Standard error of the logarithm of a row's cost, the same for every row: they share a machine.

    The largest of three: what seeds of a row differ by, pooled over rows; what the calibration kernel differed by
    from cell to cell; and ``NOISE``.

    Args:
        cells: of each row, the CPU seconds of its cells.
        kernels: of each row, seconds of the kernel around its cells; NaN where it was not timed.
    """
    fewest = min((len(row) for row in cells), default=1)
    own = [np.log(row[np.isfinite(row) & (row > 0)]) for row in cells]
    freedom = sum(max(len(row) - 1, 0) for row in own)
    squares = sum(float(np.square(row - row.mean()).sum()) for row in own if len(row))
    timed = np.concatenate([np.empty(0), *kernels])
    timed = np.log(timed[np.isfinite(timed) & (timed > 0)])
    machine = float(timed.var(ddof=1)) if len(timed) > 1 else 0.0
    seeds = squares / freedom if freedom else 0.0
    return max(float(np.sqrt(max(seeds, machine) / max(fewest, 1))), float(NOISE / (_TWO_SIDED * np.sqrt(2))))


def ratio_margin(ratio: float, noise: float) -> float:
    """Half the 95 % interval of the ratio of two costs, whose logarithms have this standard error each."""
    return ratio * _TWO_SIDED * float(np.sqrt(2)) * noise
