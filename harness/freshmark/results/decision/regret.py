"""The one rule: what a choice may lose, and whether that is shown to be little enough.

Regret of a row = best of all − this row, in a joint bootstrap over windows and seeds (``statistics.bootstrap``). A row
is **shown** to be good enough where the 95 % bound of its regret is within the tolerance.

* Settled: some rows are shown. The cheapest of them is chosen; costs that are alike count as equal, and then the better
  row wins.
* Not settled: no row is shown. The row with the least expected regret is the best bet.
* No choice is ever beaten by a row that is both better and cheaper; where such a row is not shown itself, the choice
  falls on it and is not settled.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from copy import copy
from dataclasses import dataclass

import numpy as np

from freshmark.contract.arrays import BoolArray, FloatArray
from freshmark.errors import UsageError
from freshmark.results.costs.noise import RowCosts
from freshmark.results.naming import format_number
from freshmark.results.statistics.amounts import Scale
from freshmark.results.statistics.bootstrap import Replicates, Row, replicated
from freshmark.results.statistics.intervals import LEVEL

TRIED_SEEDS = (2, 3, 5, 7, 10, 15, 20, 30, 50)
_TRIED_LENGTHS = (1.5, 2.0, 3.0, 5.0, 10.0)
_NUMBER = re.compile(r"(?P<amount>\d+(?:\.\d+)?|\.\d+)\s*(?P<share>%?)")


@dataclass(frozen=True, slots=True)
class Tolerance:
    """How much worse than the best a choice may be.

    amount: a share of min(v, 1 − v) where relative (of v itself for losses), else in units of the metric
    """

    amount: float = 0.02
    relative: bool = True

    @classmethod
    def parse(cls, text: str) -> Tolerance:
        """``"2%"`` is relative, ``"0.005"`` absolute.

        Raises:
            UsageError: it is neither, not above 0, or a share of 100 % or more.
        """
        match = _NUMBER.fullmatch(text.strip())
        amount = float(match["amount"]) / (100 if match["share"] else 1) if match else 0.0
        if match is None or not amount > 0 or (match["share"] and amount >= 1):
            remedy = "a share above 0 % and below 100 %, for example 2%, or 0.005 in units of the metric"
            raise UsageError(f"{text!r} is not a tolerance", remedy=remedy, code="FM127")
        return cls(amount, relative=bool(match["share"]))

    def in_words(self, amount: float | None = None) -> str:
        """``2 %``, or ``0.005``; of this amount, or of the tolerance itself."""
        value = self.amount if amount is None else amount
        return f"{format_number(100 * value, 2)}\u00a0%" if self.relative else format_number(value, 2)


@dataclass(frozen=True)
class Regrets:
    """Of rows, in the units of the tolerance: (rows,) arrays.

    expected, bound: mean and 95 % bound over replicates
    p_best: in how many replicates the row is the best; equals share
    shown: whether the bound is within the tolerance, and the luck of training known
    """

    expected: FloatArray
    bound: FloatArray
    p_best: FloatArray
    shown: BoolArray


@dataclass(frozen=True)
class Needed:
    """What would settle it, if the values stay as they are; None where that alone would not.

    seeds: of every row that draws at random; length: times as long a stream
    both: so many seeds and so many times the length
    """

    seeds: int | None = None
    length: float | None = None
    both: tuple[int, float] | None = None


@dataclass(frozen=True)
class Decision:
    """What the rule says of some rows.

    choice: place of the row that is chosen, or the best bet
    settled: whether it is shown to be good enough
    regrets: of all rows
    alike: (rows,) bool, shown rows whose cost counts as equal to the cheapest shown one's
    """

    choice: int
    settled: bool
    regrets: Regrets
    alike: BoolArray


class Contest:
    """Rows of one stream, judged together.

    Args:
        rows: what is known of each, on the scale
        values: (rows,) of the metric
        scale: of the metric on this stream
        costs: of the rows
        worth: money that the whole amount is worth, where it has a price; costs are then money
        level: share of replicates in which a regret may exceed its bound
    """

    def __init__(
        self,
        rows: Sequence[Row],
        values: FloatArray,
        *,
        scale: Scale,
        costs: RowCosts,
        worth: float | None = None,
        level: float = LEVEL,
    ) -> None:
        self.rows, self.values, self.scale, self.costs, self.worth = rows, values, scale, costs, worth
        self.level = level
        self.amounts = np.array([scale.amount(value) for value in values])
        self._replicates: Replicates = replicated(rows, scale.best_of(self.amounts))

    def at(self, level: float) -> Contest:
        """The same contest, judged at another level."""
        other = copy(self)
        other.level = level
        return other

    def threats(self, choice: int, tolerance: Tolerance) -> FloatArray:
        """(rows,) share of replicates in which a row is the best and the choice loses more than the tolerance to it."""
        lost = self.lost(self._replicates.errors(), tolerance)
        beaten = lost[:, choice] > tolerance.amount
        return np.asarray(np.bincount(lost[beaten].argmin(axis=1), minlength=len(self.rows)) / len(lost))

    def regrets(self, tolerance: Tolerance, *, seeds: int | None = None, length: float = 1.0) -> Regrets:
        """The regret of every row; had there been so many seeds, and a stream so many times as long."""
        errors = self._replicates.errors(seeds=seeds, length=length)
        lost = self.lost(errors, tolerance)
        best = lost == lost.min(axis=1, keepdims=True)
        bound = np.quantile(lost, 1 - self.level, axis=0)
        unknown = np.array([row.unknown for row in self.rows]) & (seeds is None)
        p_best = (best / best.sum(axis=1, keepdims=True)).mean(axis=0)
        return Regrets(lost.mean(axis=0), bound, p_best, (bound <= tolerance.amount) & ~unknown)

    def lost(self, errors: FloatArray, tolerance: Tolerance) -> FloatArray:
        """(draws, rows) regret of each row in each replicate, in the units of the tolerance.

        With a worth, net of costs, as a share of what the amount is worth.
        """
        if self.worth is None:
            measure = self.scale.regrets if tolerance.relative else self.scale.losses
            return measure(self.amounts, errors)
        net = self.scale.regrets(self.amounts, errors) + self.costs.drawn(len(errors)) / self.worth
        net = net - net.min(axis=1, keepdims=True)
        best = self.amounts[self.scale.best_of(self.amounts)]
        return np.asarray(net if tolerance.relative else net * best)

    def decide(self, tolerance: Tolerance) -> Decision:
        """The choice among all rows."""
        regrets = self.regrets(tolerance)
        shown = np.flatnonzero(regrets.shown)
        alike = np.zeros(len(self.rows), np.bool_)
        if not len(shown):
            choice = int(np.argmin(regrets.expected))
        elif self.worth is not None:
            choice = int(shown[np.argmin(regrets.expected[shown])])
        else:
            alike[shown] = self.costs.alike(shown)
            choice = self._best(np.flatnonzero(alike).tolist())
        choice = self._undominated(choice)
        return Decision(choice, bool(regrets.shown[choice]), regrets, alike)

    def needed(self, tolerance: Tolerance) -> Needed:
        """What would show some row to be good enough."""

        def settles(seeds: int | None, length: float) -> bool:
            return bool(self.regrets(tolerance, seeds=seeds, length=length).shown.any())

        most = int(self._replicates.count.max())
        random = any(row.draws for row in self.rows)
        more = [seeds for seeds in TRIED_SEEDS if seeds > most and random]
        seeds = next((tried for tried in more if settles(tried, 1.0)), None)
        unknown = all(row.unknown for row in self.rows)
        length = next((tried for tried in _TRIED_LENGTHS if not unknown and settles(None, tried)), None)
        if seeds is not None or length is not None or not more:
            return Needed(seeds, length)
        pairs = [(tried, length) for tried, length in zip(more, _TRIED_LENGTHS, strict=False)]
        return Needed(both=next((pair for pair in pairs if settles(*pair)), None))

    def better(self, one: int, other: int) -> bool:
        """Whether a row has the better value."""
        more = self.amounts[one] > self.amounts[other]
        return bool(more if self.scale.more else self.amounts[one] < self.amounts[other])

    def _best(self, places: Iterable[int]) -> int:
        """Of these rows the one with the best value; the cheapest of equals."""
        sign = -1.0 if self.scale.more else 1.0
        return min((int(place) for place in places), key=lambda row: (sign * self.amounts[row], self.costs.cost[row]))

    def _undominated(self, choice: int) -> int:
        """The choice, or the best of the rows that are both better and cheaper than it."""
        over = [
            place
            for place in range(len(self.rows))
            if self.better(place, choice) and self.costs.cost[place] < self.costs.cost[choice]
        ]
        return self._best(over) if over else choice
