"""The curve of each strategy over its schedules: where it flattens, and what one step along it gains or loses."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from math import nan

import numpy as np
import pandas as pd

from freshmark.results.decision.ranking import RankingRow
from freshmark.results.decision.standings import Standings
from freshmark.results.statistics.intervals import LEVEL, holm

SHORT = 0.01
"""A share of the best that is not worth a faster schedule, however sure it is."""

FAR = 0.1
"""A share of the best that is too much to be called flat, however unsure it is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CurvePoint:
    """One schedule of a strategy.

    interval_seconds: stream time between updates; inf where there are none
    value, margin: the metric, and half its 95 % interval
    difference, difference_margin: to the strategy's best schedule, paired, by this comparison alone
    p_value: of that difference, raised by Holm's method over the schedules of the strategy
    flat: whether it is as good as the best: within 1 % of it, or within 10 % and not significantly different
    knee: whether it is the slowest schedule that is flat
    step, step_margin: value − value of the next slower schedule, and half its 95 % interval; NaN for the slowest
    step_cost: CPU seconds ÷ those of the next slower schedule
    """

    stream: str
    strategy: str
    delay: str
    every: str
    schedule: str
    metric: str
    interval_seconds: float
    value: float
    margin: float
    difference: float
    difference_margin: float
    p_value: float
    flat: bool
    knee: bool = False
    step: float = nan
    step_margin: float = nan
    step_cost: float = nan


COLUMNS = tuple(field.name for field in fields(CurvePoint))


def curves_of(rows: Sequence[RankingRow], standings: Mapping[str, Standings]) -> list[CurvePoint]:
    """The points of every curve, one curve after the other, slowest schedule first; a budget leaves no row out."""
    curves: dict[tuple[str, str, str], list[RankingRow]] = {}
    for row in rows:
        if row.measured:
            curves.setdefault((row.stream, row.strategy, row.delay), []).append(row)
    return [
        point
        for key in curves
        for point in _curve(standings[key[0]], sorted(curves[key], key=lambda row: -row.interval_seconds))
    ]


def table_of(points: Sequence[CurvePoint]) -> pd.DataFrame:
    """The points as a table of ``COLUMNS``."""
    return pd.DataFrame([{name: getattr(point, name) for name in COLUMNS} for point in points], columns=list(COLUMNS))


def _curve(standings: Standings, rows: Sequence[RankingRow]) -> list[CurvePoint]:
    """The curve of one strategy, whose rows are given slowest first."""
    best = standings.best([row.row for row in rows])
    gaps = [standings.gap(row.row, best, LEVEL) for row in rows]
    others = [index for index, row in enumerate(rows) if row.row != best]
    raised = dict(zip(others, holm([gaps[index].p_value for index in others]), strict=True))
    points = []
    for index, (row, gap) in enumerate(zip(rows, gaps, strict=True)):
        short = abs(gap.difference) / abs(standings.rows[best].value or np.nan) if gap.difference else 0.0
        point = CurvePoint(
            stream=row.stream,
            strategy=row.strategy,
            delay=row.delay,
            every=row.every,
            schedule=row.schedule,
            metric=row.metric,
            interval_seconds=row.interval_seconds,
            value=row.value,
            margin=row.margin,
            difference=gap.difference,
            difference_margin=gap.margin,
            p_value=raised.get(index, 1.0),
            flat=row.row == best or short < SHORT or (short < FAR and raised[index] > LEVEL),
        )
        points.append(_with_step(standings, point, row, rows[index - 1]) if index else point)
    knee = next(index for index, point in enumerate(points) if point.flat)
    points[knee] = replace(points[knee], knee=True)
    return points


def _with_step(standings: Standings, point: CurvePoint, row: RankingRow, slower: RankingRow) -> CurvePoint:
    gap = standings.gap(row.row, slower.row, LEVEL)
    before, after = slower.cpu_seconds_per_million, row.cpu_seconds_per_million
    return replace(point, step=gap.difference, step_margin=gap.margin, step_cost=after / before if before else np.nan)
