"""Staleness: what an answer is worth, by the age of the knowledge it was given with.

With a matrix: of each block j, the answers of the model as it stood d blocks earlier. All ages are then read on the
same kind of events, and what the run itself and the model of the warm-up gave on these very events stands beside.
Without one: test events by their ``age``; the same strategy never updated stands for the model of the warm-up, if it
was run.

    retained(age) = (score(age) − score of the warm-up) ÷ (score when fresh − score of the warm-up)

The half-life is the first age at which half of that is left, between two ages on a straight line.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from freshmark.contract.arrays import FloatArray
from freshmark.results.dynamics.learning import ScoreMatrix, score_matrix
from freshmark.results.metrics.per_event import PerEventMetric, mean_of, ratio
from freshmark.results.stored.recorded import Recorded
from freshmark.results.stored.seed_groups import MetricGroup, metric_groups

AGES = 8
"""Groups of test events by age, of equally many events."""

FEWEST = 50
"""Events that a group has at least."""

MICRO = 1e-6

COLUMNS = ("stream", "strategy", "every", "delay", "metric", "source", "age_seconds", "value", "fresh", "retained",
           "events")  # fmt: skip


@dataclass(frozen=True)
class Decay:
    """Of one cell, by age: (ages,) arrays of means over events of what they give.

    stale, fresh, warmup: with knowledge of that age, of the run itself (or of the youngest group), of the warm-up
    """

    source: str
    age_seconds: FloatArray
    stale: FloatArray
    fresh: FloatArray
    warmup: FloatArray
    fresh_warmup: FloatArray
    events: FloatArray

    @property
    def retained(self) -> FloatArray:
        """(ages,) share of the gain that is left."""
        return ratio(self.stale - self.warmup, self.fresh - self.fresh_warmup)


def staleness_of(recorded: Recorded, metric: str | None = None) -> pd.DataFrame:
    """The curves: one row a (stream, strategy, every, delay) and age; means over seeds.

    Columns: stream, strategy, every, delay, metric, source (``matrix`` or ``age``), age_seconds, value: the metric at
    this age, fresh: without age, on the same events where source is ``matrix``, retained, events (a cell).
    """
    rows = []
    for row, decays in _decays(recorded, metric):
        number = row.metric.of_mean
        ages = min(len(one.age_seconds) for one in decays)
        rows += [
            {
                **row.names,
                "source": decays[0].source,
                "age_seconds": mean_of([one.age_seconds[place] for one in decays]),
                "value": mean_of([number(one.stale[place]) for one in decays]),
                "fresh": mean_of([number(one.fresh[place]) for one in decays]),
                "retained": mean_of([one.retained[place] for one in decays]),
                "events": mean_of([one.events[place] for one in decays]),
            }
            for place in range(ages)
        ]
    return pd.DataFrame(rows, columns=list(COLUMNS))


def half_lives_of(curves: pd.DataFrame) -> pd.DataFrame:
    """One row a curve: stream, strategy, every, delay, metric, source, half_life_seconds.

    NaN where nothing was gained by updating; ∞ where more than half was left at the greatest age, longest_seconds.
    """
    names = list(COLUMNS[:6])
    rows = [
        {
            **dict(zip(names, key, strict=True)),
            "half_life_seconds": half_life(one["age_seconds"].to_numpy(float), one["retained"].to_numpy(float)),
            "longest_seconds": float(one["age_seconds"].max()),
        }
        for key, one in curves.groupby(names, sort=False)
    ]
    return pd.DataFrame(rows, columns=[*names, "half_life_seconds", "longest_seconds"])


def half_life(age: FloatArray, retained: FloatArray) -> float:
    """The first age at which half is left; everything is at age 0."""
    known = np.isfinite(retained)
    if not known.any():
        return float("nan")
    age, left = np.append(0.0, age[known]), np.append(1.0, retained[known])
    below = np.flatnonzero(left <= 0.5)  # noqa: PLR2004  (half)
    if not len(below):
        return float("inf")
    after = int(below[0])
    share = (left[after - 1] - 0.5) / (left[after - 1] - left[after])
    return float(age[after - 1] + share * (age[after] - age[after - 1]))


def _decays(recorded: Recorded, metric: str | None) -> Iterator[tuple[MetricGroup, Sequence[Decay]]]:
    rows = list(metric_groups(recorded, metric))
    never = {
        (row.stream, row.strategy, seed): key for row in rows if row.every == "never" for seed, key in row.keys.items()
    }
    for row in rows:
        found = [_decay(recorded, row, seed, never) for seed in row.keys]
        decays = [one for one in found if one is not None and len(one.age_seconds)]
        if decays:
            yield row, decays


def _decay(recorded: Recorded, row: MetricGroup, seed: int, never: Mapping[tuple[str, str, int], str]) -> Decay | None:
    grid = score_matrix(recorded, row.keys[seed], row.metric)
    if grid is not None:
        return by_matrix(grid)
    if row.every == "never":
        return None
    return _by_age(recorded, row.keys[seed], never.get((row.stream, row.strategy, seed)), row.metric)


def by_matrix(grid: ScoreMatrix) -> Decay:
    """The decay by age in blocks: d from 1 on, of the model after one block or more."""
    blocks, sign = len(grid.count), grid.metric.sign
    columns: list[tuple[float, ...]] = []
    for behind in range(1, blocks):
        asked = np.arange(behind, blocks)
        learned = asked - behind + 1  # rows: the model after so many blocks; the first is the warm-up's
        events = grid.count[asked].sum()
        sums = (grid.sums[learned, asked], grid.live[asked], grid.sums[0, asked])
        middle = (grid.begin[asked] + grid.end[asked]) / 2 - grid.end[learned - 1]
        if events:
            age = float((middle * grid.count[asked]).sum() / events) * MICRO
            columns.append((age, *(float(one.sum() / events) for one in sums), float(events)))
    ages, stale, fresh, warmup, count = np.array(columns, np.float64).reshape(-1, 5).T
    known = np.where(sign * (fresh - warmup) > 0, warmup, np.nan)
    return Decay("matrix", ages, stale, fresh, known, known, count)


def _by_age(recorded: Recorded, key: str, never: str | None, metric: PerEventMetric) -> Decay:
    outcomes = recorded.outcomes(key)
    given = metric.each(outcomes)
    floor = np.full(len(given), np.nan) if never is None else metric.each(recorded.outcomes(never))
    return by_age(np.asarray(outcomes.age) * MICRO, given, floor, metric.sign)


def by_age(age: FloatArray, given: FloatArray, floor: FloatArray, sign: int) -> Decay:
    """The decay by age of single events: (n,) seconds, what each gives, and what it gave to the model never updated."""
    groups = max(1, min(AGES, len(age) // FEWEST))
    inner = np.unique(np.quantile(age, np.arange(1, groups) / groups))
    group = np.searchsorted(inner, age, "right")
    count = np.bincount(group, minlength=len(inner) + 1).astype(np.float64)
    kept = count > 0

    def mean(values: FloatArray) -> FloatArray:
        return np.asarray(np.bincount(group, weights=values, minlength=len(count))[kept] / count[kept])

    stale, warmup = mean(given), mean(floor)
    gained = sign * (stale[0] - warmup[0]) > 0
    youngest = np.full(len(stale), warmup[0] if gained else np.nan)
    return Decay("age", mean(age), stale, np.full(len(stale), stale[0]), warmup, youngest, count[kept])
