"""A joint bootstrap over windows and seeds: how all rows of a stream would move together on another such stretch.

Windows: a circular block bootstrap (Politis & Romano 1992) draws the same windows for every row, in blocks as long as
the differences between rows ask for. What windows alone miss is put back row by row: the difference to the best
row spreads at least as far as ``dependence`` says, users included, with Student's tail for its degrees of freedom.

Seeds: the mean over n seeds spreads as s / √n with Student's tail, s² less what seeds do in single windows (as in
``dependence``: V_windows + V_seeds − V_both). Rows that share seeds move together, as far as n seeds can know: their
correlation is shrunk by (n − 1) / (n + 3). One seed of a row that draws at random says nothing of its luck; it is taken
to be as large as the largest that was measured, ``UNKNOWN_LUCK`` at the least.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache

import numpy as np
from scipy.special import stdtrit

from freshmark.contract.arrays import BoolArray, FloatArray
from freshmark.results.statistics.dependence import block_length, persistence, two_way, without_trend

DRAWS = 2000
"""Bootstrap replicates: the 95 % bound of a regret is known to about a twentieth of it."""

SEED = 20_240_229
"""Of the bootstrap: the same tables give the same decision."""

UNKNOWN_LUCK = 0.03
"""Share of the amount: the luck of one seed where nothing is known; on real streams 0.2 to 2.2 % were measured."""

_LEAST = 6
"""Windows below which there is no saying how much they vary."""

_BOUND = 0.95
_NORMAL_BOUND = 1.6448536269514722
_POOLED = 4
"""Degrees of freedom that the other schedules of a strategy may lend to its luck."""

_AT_ONCE = 128


@dataclass(frozen=True)
class Row:
    """What is known of one row, on the logarithmic scale of ``amounts``.

    series: (windows, groups) relative influence of the mean over seeds
    seeds: (seeds,) relative deviation of each seed's value from their mean
    labels: the seeds' numbers; rows that share some are paired there
    draws: whether its outcomes may depend on the seed
    family: rows of one family have luck of one size (a strategy at several schedules)
    noise: variance of the mean over seeds that comes from what single seeds do in single windows
    """

    series: FloatArray
    seeds: FloatArray
    labels: tuple[int, ...] = ()
    draws: bool = True
    family: str = ""
    noise: float = 0.0

    @property
    def unknown(self) -> bool:
        """Whether nothing is known of the luck of its training."""
        return self.draws and len(self.seeds) < 2  # noqa: PLR2004


@dataclass(frozen=True)
class Replicates:
    """Errors that rows would make together.

    windows: (draws, rows), of the choice of windows and users
    luck: (draws, rows) standard normal, correlated where seeds are shared
    deviation, freedom, count: (rows,), of one seed, its degrees of freedom, and how many there are
    fixed: (rows,) bool, rows without luck
    """

    windows: FloatArray
    luck: FloatArray
    deviation: FloatArray
    freedom: FloatArray
    count: FloatArray
    fixed: BoolArray = field(repr=False)

    def errors(self, *, seeds: int | None = None, length: float = 1.0) -> FloatArray:
        """(draws, rows) errors; had there been so many seeds, and a stream so many times as long."""
        count = self.count if seeds is None else np.maximum(self.count, seeds)
        freedom = self.freedom + (count - self.count)
        spread = np.where(self.fixed, 0.0, self.deviation / np.sqrt(count) * widened(freedom))
        return np.asarray(self.windows / np.sqrt(length) + self.luck * spread)


def enough(windows: int) -> bool:
    """Whether so many windows say how much they vary."""
    return windows >= _LEAST


def widened(freedom: FloatArray) -> FloatArray:
    """How many times wider than a normal's the one-sided 95 % bound of Student's t is; no freedom counts as one."""
    bound = stdtrit(np.clip(freedom, 1.0, 1e9), _BOUND)
    return np.asarray(bound / _NORMAL_BOUND)


def replicated(rows: Sequence[Row], best: int) -> Replicates:
    """Replicates of these rows, ``best`` the place of the one with the best value.

    Raises:
        ValueError: there are fewer than six windows.
    """
    windows = len(rows[0].series)
    if not enough(windows):
        raise ValueError(f"{windows} windows do not say how much they vary")
    deviation, freedom = luck_of(rows)
    return Replicates(
        _window_errors(rows, best),
        _luck(rows),
        deviation,
        freedom,
        np.array([max(len(row.seeds), 1) for row in rows], np.float64),
        np.array([not row.draws for row in rows]),
    )


def luck_of(rows: Sequence[Row]) -> tuple[FloatArray, FloatArray]:
    """Deviation of a single seed of each row, and its degrees of freedom; rows of one family lend to each other."""
    own = [(float(np.square(row.seeds).sum()), len(row.seeds) - 1) if row.draws else (0.0, 0) for row in rows]
    families: dict[str, tuple[float, int]] = {}
    for row, (squares, freedom) in zip(rows, own, strict=True):
        before = families.get(row.family, (0.0, 0))
        families[row.family] = (before[0] + squares, before[1] + freedom)
    largest = max((squares / freedom for squares, freedom in own if freedom > 0), default=0.0)
    variance, known = np.zeros(len(rows)), np.zeros(len(rows))
    for place, (row, (squares, freedom)) in enumerate(zip(rows, own, strict=True)):
        others, lent = (whole - part for whole, part in zip(families[row.family], (squares, freedom), strict=True))
        share = min(lent, _POOLED) / lent if row.family and lent > 0 else 0.0
        known[place] = freedom + share * lent
        if known[place] > 0:
            # What seeds do in single windows is in the spread over windows already: it must not count twice.
            variance[place] = max((squares + share * others) / known[place] - len(row.seeds) * row.noise, 0.0)
        elif row.draws:
            variance[place], known[place] = max(largest, UNKNOWN_LUCK**2), 1e9  # assumed, so it has no tail of its own
    return np.sqrt(variance), known


def _window_errors(rows: Sequence[Row], best: int) -> FloatArray:
    series = without_trend(np.stack([row.series.sum(axis=1) for row in rows], axis=1))  # (windows, rows)
    gaps = series - series[:, [best]]
    counts = drawn_windows(len(series), _length(gaps))
    level, apart = counts @ series[:, [best]], counts @ gaps
    wanted = _spread_to(rows, best)
    found = apart.std(axis=0)
    wider = np.divide(wanted, found, out=np.ones_like(found), where=found > 0)
    return np.asarray(level + apart * np.maximum(wider, 1.0))


def _spread_to(rows: Sequence[Row], best: int) -> FloatArray:
    """(rows,) standard error of the difference to the best row, raised to the bound of Student's t."""
    found = []
    for first in range(0, len(rows), _AT_ONCE):
        group = [row.series - rows[best].series for row in rows[first : first + _AT_ONCE]]
        variance, freedom = two_way(np.stack(group, axis=2))
        found.append(np.sqrt(variance) * widened(freedom))
    return np.concatenate(found)


def _length(gaps: FloatArray) -> int:
    """Windows a block, from how alike neighbours are in the differences to the best row: the mean over rows."""
    moving = gaps[:, np.square(gaps).sum(axis=0) > 0]
    alike = float(persistence(moving).mean()) if moving.shape[1] else 0.0
    return int(block_length(len(gaps), alike))


@lru_cache(maxsize=4)
def drawn_windows(windows: int, length: int, draws: int = DRAWS) -> FloatArray:
    """How often each window is drawn: (draws, windows) float64, rows of a circular block bootstrap."""
    blocks = -(-windows // length)
    starts = np.random.default_rng(SEED).integers(0, windows, (draws, blocks))
    drawn = (starts[:, :, None] + np.arange(length)) % windows
    drawn = drawn.reshape(draws, -1)[:, :windows] + np.arange(draws)[:, None] * windows
    return np.bincount(drawn.ravel(), minlength=draws * windows).reshape(draws, windows).astype(np.float64)


def _luck(rows: Sequence[Row]) -> FloatArray:
    rng = np.random.default_rng(SEED + 1)
    labels = sorted({label for row in rows for label in row.labels})
    shared, own = rng.standard_normal((DRAWS, len(labels))), rng.standard_normal((DRAWS, len(rows)))
    weights, kept = np.zeros((len(labels), len(rows))), np.zeros(len(rows))
    for place, row in enumerate(rows):
        size = float(np.sqrt(np.square(row.seeds).sum()))
        if len(row.labels) == len(row.seeds) > 1 and size > 0:
            weights[[labels.index(label) for label in row.labels], place] = row.seeds / size
            kept[place] = pairing(len(row.seeds))
    return np.asarray(np.sqrt(kept) * (shared @ weights) + np.sqrt(1 - kept) * own)


def pairing(seeds: int) -> float:
    """How much of a correlation over so many seeds is believed."""
    return (seeds - 1) / (seeds + 3)
