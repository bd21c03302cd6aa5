"""Staleness: the metric by the age of the model's knowledge, and what is left of the gain from updating.

From the matrix, if there is one: the answers to each block of the model from d blocks earlier, compared on the same
events with the run itself (fresh) and with the warm-up model. Otherwise test events are grouped by their ``age``; the
youngest group counts as fresh, and the same strategy never updated, if it was run, as the warm-up model.

    retained(age) = (score(age) − score of the warm-up) ÷ (score when fresh − score of the warm-up)

The half-life is the first age at which half is retained, interpolated linearly between ages.
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
"""Groups of test events by age, of equal size."""

MIN_EVENTS = 50
"""The least events in a group."""

MICRO = 1e-6

COLUMNS = ("stream", "strategy", "every", "delay", "metric", "source", "age_seconds", "value", "fresh", "retained",
           "events")  # fmt: skip


@dataclass(frozen=True)
class Decay:
    """One cell by age: (ages,) arrays; scores are means over events, before the root of a root metric.

    stale: with knowledge of that age
    fresh: of the run itself, or of the youngest group
    warmup, fresh_warmup: of the warm-up model on the events of ``stale`` and ``fresh``; NaN if updating gains nothing
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
        """(ages,) share of the gain that is retained."""
        return ratio(self.stale - self.warmup, self.fresh - self.fresh_warmup)


def staleness_of(recorded: Recorded, metric: str | None = None) -> pd.DataFrame:
    """The curves: one row a (stream, strategy, every, delay) and age; means over seeds.

    source: ``matrix`` or ``age``, see above
    value, fresh: the metric at this age, and when fresh (on the same events if source is ``matrix``)
    retained: see above
    events: of one cell
    """
    rows = []
    for row, decays in _decays(recorded, metric):
        of_mean = row.metric.of_mean
        ages = min(len(decay.age_seconds) for decay in decays)
        rows += [
            {
                **row.names,
                "source": decays[0].source,
                "age_seconds": mean_of([decay.age_seconds[age] for decay in decays]),
                "value": mean_of([of_mean(decay.stale[age]) for decay in decays]),
                "fresh": mean_of([of_mean(decay.fresh[age]) for decay in decays]),
                "retained": mean_of([decay.retained[age] for decay in decays]),
                "events": mean_of([decay.events[age] for decay in decays]),
            }
            for age in range(ages)
        ]
    return pd.DataFrame(rows, columns=list(COLUMNS))


def half_lives_of(curves: pd.DataFrame) -> pd.DataFrame:
    """One row a curve of ``staleness_of``.

    half_life_seconds: NaN if updating gained nothing; ∞ if more than half is retained at the greatest age
    longest_seconds: the greatest age
    """
    names = list(COLUMNS[:6])
    rows = [
        {
            **dict(zip(names, key, strict=True)),
            "half_life_seconds": half_life(curve["age_seconds"].to_numpy(float), curve["retained"].to_numpy(float)),
            "longest_seconds": float(curve["age_seconds"].max()),
        }
        for key, curve in curves.groupby(names, sort=False)
    ]
    return pd.DataFrame(rows, columns=[*names, "half_life_seconds", "longest_seconds"])


def half_life(age: FloatArray, retained: FloatArray) -> float:
    """The first age at which half is retained; everything is at age 0."""
    finite = np.isfinite(retained)
    if not finite.any():
        return float("nan")
    age, left = np.append(0.0, age[finite]), np.append(1.0, retained[finite])
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
        cells = [_decay(recorded, row, seed, never) for seed in row.keys]
        decays = [decay for decay in cells if decay is not None and len(decay.age_seconds)]
        if decays:
            yield row, decays


def _decay(recorded: Recorded, row: MetricGroup, seed: int, never: Mapping[tuple[str, str, int], str]) -> Decay | None:
    matrix = score_matrix(recorded, row.keys[seed], row.metric)
    if matrix is not None:
        return by_matrix(matrix)
    if row.every == "never":
        return None
    return _by_age(recorded, row.keys[seed], never.get((row.stream, row.strategy, seed)), row.metric)


def by_matrix(matrix: ScoreMatrix) -> Decay:
    """The decay by age in blocks, from 1 on, of models that learned at least one block."""
    blocks, sign = len(matrix.count), matrix.metric.sign
    columns: list[tuple[float, ...]] = []
    for behind in range(1, blocks):
        block = np.arange(behind, blocks)
        learned = block - behind + 1  # rows of the matrix: row 0 is the warm-up model
        events = matrix.count[block].sum()
        sums = (matrix.sums[learned, block], matrix.live[block], matrix.sums[0, block])
        middle = (matrix.begin[block] + matrix.end[block]) / 2 - matrix.end[learned - 1]
        if events:
            age = float((middle * matrix.count[block]).sum() / events) * MICRO
            columns.append((age, *(float(column.sum() / events) for column in sums), float(events)))
    ages, stale, fresh, warmup, count = np.array(columns, np.float64).reshape(-1, 5).T
    warmup = np.where(sign * (fresh - warmup) > 0, warmup, np.nan)
    return Decay("matrix", ages, stale, fresh, warmup, warmup, count)


def _by_age(recorded: Recorded, key: str, never: str | None, metric: PerEventMetric) -> Decay:
    outcomes = recorded.outcomes(key)
    values = metric.each(outcomes)
    floor = np.full(len(values), np.nan) if never is None else metric.each(recorded.outcomes(never))
    return by_age(np.asarray(outcomes.age) * MICRO, values, floor, metric.sign)


def by_age(age: FloatArray, values: FloatArray, floor: FloatArray, sign: int) -> Decay:
    """The decay by age of single events.

    Args:
        age: (n,) seconds.
        values: (n,) the per-event values of the metric.
        floor: (n,) those of the model never updated; NaN if it was not run.
        sign: 1 where higher is better, else −1.
    """
    groups = max(1, min(AGES, len(age) // MIN_EVENTS))
    inner = np.unique(np.quantile(age, np.arange(1, groups) / groups))
    group = np.searchsorted(inner, age, "right")
    count = np.bincount(group, minlength=len(inner) + 1).astype(np.float64)
    filled = count > 0

    def mean(column: FloatArray) -> FloatArray:
        return np.asarray(np.bincount(group, weights=column, minlength=len(count))[filled] / count[filled])

    stale, warmup = mean(values), mean(floor)
    gained = sign * (stale[0] - warmup[0]) > 0
    fresh_warmup = np.full(len(stale), warmup[0] if gained else np.nan)
    return Decay("age", mean(age), stale, np.full(len(stale), stale[0]), warmup, fresh_warmup, count[filled])
