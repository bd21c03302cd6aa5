"""How every row of a stream stands, and how far any two of them are apart; a row is a (strategy, every, delay)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TypeAlias

import numpy as np

from freshmark.contract.arrays import FloatArray
from freshmark.results.statistics.dependence import spread_of
from freshmark.results.statistics.intervals import (
    LEVEL,
    Spread,
    combined,
    detectable,
    distinguishable,
    margin,
    p_value,
    spread_over_seeds,
)
from freshmark.results.statistics.letters import letters_of
from freshmark.results.statistics.simultaneous import errors, level_of_each
from freshmark.results.stored.recorded import Recorded

MOST_LETTERED = 40
"""Rows; all their pairs are looked at."""

Row: TypeAlias = tuple[str, str, str]
"""Strategy, every, delay."""


@dataclass(frozen=True)
class Standing:
    """The number of one row.

    seeds: (seeds,), its value with each
    influence: (windows, groups), of the mean over seeds
    """

    seeds: FloatArray
    influence: FloatArray

    @property
    def value(self) -> float:
        """The mean over seeds."""
        return float(self.seeds.mean())

    @property
    def margin(self) -> float:
        """Half the 95 % interval of this number alone."""
        return margin([spread_of(self.influence), spread_over_seeds(self.seeds)])


@dataclass(frozen=True, slots=True)
class Gap:
    """How far one row is from another, read on the same events: windows and users paired, seeds apart.

    level: the level at which it is judged; smaller where it is one of many
    """

    difference: float
    spread: Spread
    level: float = LEVEL

    @property
    def margin(self) -> float:
        """Half the interval; 95 % of all intervals of this level hold."""
        return margin([self.spread], self.level)

    @property
    def distinguishable(self) -> bool:
        """Whether it exceeds its margin."""
        return distinguishable(self.difference, self.margin)

    @property
    def detectable(self) -> float:
        """The smallest difference that would be told apart in four of five runs like this one."""
        return detectable(self.spread, self.level)

    @property
    def p_value(self) -> float:
        """Of this comparison alone."""
        return p_value(self.difference, self.spread)


class Standings:
    """All rows of a stream that have a value of this metric.

    >>> standings = results.standings("drift")                     # doctest: +SKIP
    >>> standings.gap(("mf()", "1d", "0s"), standings.best()).margin   # doctest: +SKIP
    """

    def __init__(self, rows: Mapping[Row, Standing], better: str, metric: str = "") -> None:
        self.metric = metric
        self.rows = {row: standing for row, standing in rows.items() if np.isfinite(standing.value)}
        self.higher = better == "higher"
        self._gaps: dict[tuple[Row, Row, float], Gap] = {}

    def best(self, among: Sequence[Row] | None = None) -> Row:
        """The row with the best value, of these or of all."""
        choose = max if self.higher else min
        return choose(self.rows if among is None else among, key=lambda row: self.rows[row].value)

    def gap(self, row: Row, other: Row, level: float | None = None) -> Gap:
        """``row`` − ``other``; judged as one of all pairs unless a level is given."""
        level = self.level if level is None else level
        if (row, other, level) not in self._gaps:
            self._gaps[row, other, level] = self._between(row, other, level)
        return self._gaps[row, other, level]

    def _between(self, row: Row, other: Row, level: float) -> Gap:
        if row == other:
            return Gap(0.0, Spread(0.0, float("inf")), level)
        one, two = self.rows[row], self.rows[other]
        parts = [spread_of(one.influence - two.influence), spread_over_seeds(one.seeds), spread_over_seeds(two.seeds)]
        return Gap(one.value - two.value, combined(parts), level)

    def letters(self) -> dict[Row, str]:
        """Row → its letters, best first: rows that share one cannot be told apart; empty above forty rows."""
        order = sorted(self.rows, key=lambda row: self.rows[row].value, reverse=self.higher)
        if len(order) > MOST_LETTERED:
            return dict.fromkeys(order, "")
        apart = np.zeros((len(order), len(order)), np.bool_)
        for one, row in enumerate(order):
            for other in range(one):
                apart[one, other] = apart[other, one] = self.gap(row, order[other]).distinguishable
        return dict(zip(order, letters_of(apart), strict=True))

    @cached_property
    def level(self) -> float:
        """The level of each pair at which, in 5 % of cases, any pair errs."""
        if len(self.rows) < 3:  # noqa: PLR2004  (one pair)
            return LEVEL
        series = np.stack([standing.influence.sum(axis=1) for standing in self.rows.values()], axis=1)
        luck = [spread_over_seeds(standing.seeds).variance for standing in self.rows.values()]
        return level_of_each(errors(series, np.array(luck)))


def standings_of(recorded: Recorded, stream: str, metric: str) -> Standings:
    """Those of a stream by a metric, from the cells that succeeded."""
    cells = recorded.cells[(recorded.cells["stream"] == stream) & (recorded.cells["status"] == "ok")]
    rows: dict[Row, Standing] = {}
    for (strategy, every, delay), group in cells.groupby(["strategy", "every", "delay"], sort=False):
        keys = [str(key) for key in group["key"]]
        values = np.array([recorded.measured(key, [metric])[0].value[0, -1] for key in keys])
        influence = sum(recorded.influence(key, metric) for key in keys) / len(keys)
        rows[str(strategy), str(every), str(delay)] = Standing(values, np.asarray(influence))
    return Standings(rows, recorded.better(metric), metric)
