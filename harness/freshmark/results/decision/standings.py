"""How every row of a stream stands, and how far any two of them are apart; a row is a (strategy, every, delay)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TypeAlias

import numpy as np
import pandas as pd

from freshmark.contract.arrays import FloatArray
from freshmark.results.statistics.amounts import Scale
from freshmark.results.statistics.bootstrap import Row as BootstrapRow
from freshmark.results.statistics.bootstrap import luck_of, pairing
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
    labels: the seeds' numbers; rows are paired on those that they share
    draws: whether its outcomes may depend on the seed
    by_seed: (seeds, windows), the influence of each seed, all groups together
    """

    seeds: FloatArray
    influence: FloatArray
    labels: tuple[int, ...] = ()
    draws: bool = False
    by_seed: FloatArray | None = field(default=None, repr=False)

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
    """How far one row is from another on the same events: windows, users and shared seeds are paired.

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
        """The smallest difference that four of five such runs would detect."""
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

    def __init__(
        self, rows: Mapping[Row, Standing], better: str, metric: str = "", share: FloatArray | None = None
    ) -> None:
        self.metric = metric
        self.rows = {row: standing for row, standing in rows.items() if np.isfinite(standing.value)}
        self.higher = better == "higher"
        self.share = share
        self._gaps: dict[tuple[Row, Row, float], Gap] = {}

    def best(self, among: Sequence[Row] | None = None) -> Row:
        """The row with the best value, of these or of all."""
        choose = max if self.higher else min
        return choose(self.rows if among is None else among, key=lambda row: self.rows[row].value)

    @cached_property
    def scale(self) -> Scale:
        """How values become amounts, of which shares are meant."""
        return Scale.of([standing.value for standing in self.rows.values()], higher=self.higher)

    @cached_property
    def relative(self) -> dict[Row, BootstrapRow]:
        """Every row on that scale."""
        return {row: self._relative(row, standing) for row, standing in self.rows.items()}

    def _relative(self, row: Row, standing: Standing) -> BootstrapRow:
        return BootstrapRow(
            self.scale.relative(standing.influence, standing.value),
            self.scale.relative(standing.seeds - standing.value, standing.value),
            standing.labels,
            draws=standing.draws or bool(np.ptp(standing.seeds) > 0),
            family=row[0],
            noise=self._noise(standing),
        )

    def _noise(self, standing: Standing) -> float:
        """Variance of the mean over seeds that comes from what single seeds do in single windows."""
        seeds = len(standing.seeds)
        if standing.by_seed is None or seeds < 2:  # noqa: PLR2004
            return 0.0
        alone = self.scale.relative(standing.by_seed - standing.by_seed.mean(axis=0), standing.value)
        return float(np.square(alone).sum() / (seeds * (seeds - 1)))

    @cached_property
    def luck(self) -> dict[Row, Spread]:
        """Spread of the mean over seeds of every row, on that scale."""
        deviation, freedom = luck_of(list(self.relative.values()))
        return {
            row: Spread(float(deviation[place]) ** 2 / max(len(standing.seeds), 1), float(freedom[place]))
            for place, (row, standing) in enumerate(self.rows.items())
        }

    def gap(self, row: Row, other: Row, level: float | None = None) -> Gap:
        """``row`` − ``other``; judged as one of all pairs unless a level is given."""
        level = self.level if level is None else level
        if (row, other, level) not in self._gaps:
            self._gaps[row, other, level] = self._between(row, other, level)
        return self._gaps[row, other, level]

    def _between(self, row: Row, other: Row, level: float) -> Gap:
        """On the logarithmic scale, so that a gain in proportion to the level owes it no variance; given in units."""
        if row == other:
            return Gap(0.0, Spread(0.0, float("inf")), level)
        one, two = self.rows[row], self.rows[other]
        unit = self.scale.between(one.value, two.value)
        if unit > 0:
            windows = spread_of(unit * (self.relative[row].series - self.relative[other].series))
        else:  # the amount of one of them is 0: there is no logarithm
            windows = spread_of(one.influence - two.influence)
            unit = max(abs(self.scale.amount(value)) for value in (one.value, two.value))
        luck = [_times(self.luck[place], unit) for place in (row, other)]
        whole = combined([windows, *luck])
        shared = _shared(self.relative[row], self.relative[other]) * unit**2
        luck_alone = sum(spread_over_seeds(standing.seeds).variance for standing in (one, two))
        variance = max(whole.variance - 2 * shared, windows.variance, luck_alone - 2 * shared)
        return Gap(one.value - two.value, Spread(variance, whole.freedom), level)

    def letters(self) -> dict[Row, str]:
        """Row → its letters, best first: rows that share one do not differ significantly; empty above forty rows."""
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
        series = np.stack([row.series.sum(axis=1) for row in self.relative.values()], axis=1)
        return level_of_each(errors(series, np.array([spread.variance for spread in self.luck.values()])))


def standings_of(recorded: Recorded, stream: str, metric: str) -> Standings:
    """Those of a stream by a metric, from the cells that succeeded."""
    cells = recorded.cells[(recorded.cells["stream"] == stream) & (recorded.cells["status"] == "ok")]
    rows = {
        (str(strategy), str(every), str(delay)): _standing(recorded, group, metric)
        for (strategy, every, delay), group in cells.groupby(["strategy", "every", "delay"], sort=False)
    }
    windows = next((len(standing.influence) for standing in rows.values()), 0)
    return Standings(rows, recorded.better(metric), metric, _share(recorded, stream, windows))


def _standing(recorded: Recorded, cells: pd.DataFrame, metric: str) -> Standing:
    keys = [str(key) for key in cells["key"]]
    values = np.array([recorded.measured(key, [metric])[0].value[0, -1] for key in keys])
    influences = [recorded.influence(key, metric) for key in keys]
    by_seed = np.stack([influence.sum(axis=1) for influence in influences])
    alike = len(keys) > 1 and bool((values == values[0]).all() and (by_seed == by_seed[0]).all())
    return Standing(
        values,
        np.asarray(sum(influences) / len(keys)),
        tuple(int(seed) for seed in cells["seed"]),
        draws=not alike and _may_draw(cells),
        by_seed=by_seed,
    )


def _may_draw(cells: pd.DataFrame) -> bool:
    """What the strategy declared when it was measured; where that was not recorded, it may."""
    return "draws" not in cells or not bool((cells["draws"] == 0).all())


def _share(recorded: Recorded, stream: str, windows: int) -> FloatArray:
    """(windows,) the share of the test events in each window of the influences."""
    blocks = recorded.blocks(stream)
    division = blocks if windows == blocks.windows else recorded.division(stream)
    return np.bincount(division.window, minlength=windows) / max(len(division.window), 1)


def _times(spread: Spread, unit: float) -> Spread:
    return Spread(spread.variance * unit**2, spread.freedom)


def _shared(one: BootstrapRow, other: BootstrapRow) -> float:
    """Covariance of the means over seeds, as far as so many shared seeds can know it."""
    both = sorted(set(one.labels) & set(other.labels))
    if len(both) < 2:  # noqa: PLR2004
        return 0.0
    product = sum(one.seeds[one.labels.index(label)] * other.seeds[other.labels.index(label)] for label in both)
    shrunk = np.sqrt(pairing(len(one.seeds)) * pairing(len(other.seeds)))
    return float(shrunk * product / np.sqrt(_pairs(one) * _pairs(other)))


def _pairs(row: BootstrapRow) -> float:
    return float(len(row.seeds) * (len(row.seeds) - 1))
