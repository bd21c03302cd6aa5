"""Made-up rows of one stream, judged without a run: numbers by seed and window, costs, and what is known of each."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from math import inf, nan
from typing import Any

import numpy as np
import pytest
from freshmark.results.decision.alerts import Alert, alerts_of_judgement
from freshmark.results.decision.curves import CurvePoint, curves_of
from freshmark.results.decision.judgement import Judgement, judged
from freshmark.results.decision.ranking import RankingRow
from freshmark.results.decision.standings import Standing, Standings
from freshmark.results.decision.terms import Terms
from freshmark.results.decision.verdict import Verdict, verdict_on

WINDOWS = 64
INTERVALS = {"never": inf, "30d": 30.0, "1w": 7.0, "1d": 1.0, "6h": 0.25, "1h": 1 / 24, "event": 1e-4}


@dataclass
class Made:
    """One row: ``numbers`` (seeds, windows), else a level of ``value`` that wanders by ``own`` with ``luck``."""

    strategy: str = "a()"
    every: str = "1d"
    value: float = 0.3
    cost: float = 100.0
    seeds: int = 1
    own: float = 0.0
    luck: float = 0.0
    draws: bool = False
    numbers: Any = None
    delay: str = "0s"
    failed: bool = False
    more: dict[str, Any] = field(default_factory=dict)


@dataclass
class Said:
    """What the parts say of the same rows."""

    judgement: Judgement
    curves: list[CurvePoint]
    verdict: Verdict
    alerts: list[Alert]
    standings: Standings

    @property
    def chosen(self) -> RankingRow | None:
        return self.judgement.chosen

    def row(self, strategy: str, every: str = "1d") -> RankingRow:
        return next(row for row in self.judgement.rows if (row.strategy, row.every) == (strategy, every))


def numbers_of(made: Made, rng: np.random.Generator, level: np.ndarray) -> np.ndarray:
    shape = (made.seeds, len(level))
    moved = made.luck * rng.standard_normal((made.seeds, 1)) + made.own * rng.standard_normal(len(level))
    return made.value * level * np.exp(np.broadcast_to(moved, shape))


def say(
    rows: Sequence[Made], *, better: str = "higher", metric: str = "ndcg@10", windows: int = WINDOWS, seed: int = 0,
    terms: Terms | None = None, level: Any = None, span_days: float = 100.0,
) -> Said:  # fmt: skip
    rng, terms = np.random.default_rng(seed), terms or Terms()
    level = np.ones(windows) if level is None else level
    standings: dict[tuple[str, str, str], Standing] = {}
    told = []
    for made in rows:
        numbers = numbers_of(made, rng, level) if made.numbers is None else np.asarray(made.numbers, float)
        values = numbers.mean(axis=1)
        by_seed = (numbers - values[:, None]) / numbers.shape[1]
        if not made.failed:
            place = (made.strategy, made.every, made.delay)
            labels = tuple(range(len(numbers)))
            standings[place] = Standing(values, by_seed.mean(axis=0)[:, None], labels, made.draws, by_seed)
        told.append(_row(made, float(values.mean()), len(numbers), metric))
    found = Standings(standings, better, metric, np.full(windows, 1 / windows))
    sign = -1 if better == "higher" else 1
    measured = sorted((row for row in told if row.measured), key=lambda row: sign * row.value)
    compared = [_compared(row, found, measured) for row in measured]
    ordered = [*compared, *(row for row in told if not row.measured)]
    judgement = judged(ordered, found, terms, 1e6 / span_days)
    curves = curves_of({"s": judgement}, {"s": found})
    span = span_days * 86_400
    verdict = verdict_on("s", judgement, curves, span)
    return Said(judgement, curves, verdict, list(alerts_of_judgement("s", judgement, span)), found)


def _row(made: Made, value: float, seeds: int, metric: str) -> RankingRow:
    if made.failed:
        return RankingRow(stream="s", task="rank", strategy=made.strategy, every=made.every, delay=made.delay,
                          metric=metric, status="timeout", seeds=0, failed=seeds)  # fmt: skip
    interval = INTERVALS[made.every] * 86_400
    usual: dict[str, Any] = {
        "updates": 0.0 if made.every == "never" else 100 * 86_400 / interval,
        "interval_seconds": interval, "update_p50_seconds": 0.125, "update_max_seconds": 0.164,
        "recommend_p50_seconds": 4e-4, "cpu_seconds_per_million": made.cost, "peak_bytes": 2e8,
        "cells_cpu_seconds": (made.cost,) * seeds, "value": value, "margin": nan, "seeds": seeds,
    }  # fmt: skip
    return RankingRow(stream="s", task="rank", strategy=made.strategy, every=made.every, delay=made.delay,
                      metric=metric, **(usual | made.more))  # fmt: skip


def _compared(row: RankingRow, standings: Standings, rows: Sequence[RankingRow]) -> RankingRow:
    best = standings.best([other.row for other in rows if not other.excluded] or None)
    gap = standings.gap(row.row, best)
    return replace(row, difference=gap.difference, difference_margin=gap.margin, distinguishable=gap.distinguishable)


@pytest.fixture
def made_row() -> type[Made]:
    return Made


@pytest.fixture
def said() -> Callable[..., Said]:
    return say
