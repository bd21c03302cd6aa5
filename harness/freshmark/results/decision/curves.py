"""The curve of each strategy over its schedules: where it flattens, and what one step along it gains or loses."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from math import nan

import numpy as np
import pandas as pd

from freshmark.results.costs.noise import ratio_margin
from freshmark.results.costs.worth import BreakEven
from freshmark.results.decision.judgement import Judgement, contest_of, costs_of
from freshmark.results.decision.ranking import RankingRow
from freshmark.results.decision.standings import Standings
from freshmark.results.statistics.bootstrap import enough
from freshmark.results.statistics.intervals import LEVEL, holm


@dataclass(frozen=True, slots=True, kw_only=True)
class CurvePoint:
    """One schedule of a strategy.

    interval_seconds: stream time between updates; inf where there are none
    value, margin: the metric, and half its 95 % interval
    difference, difference_margin: to the strategy's best schedule, paired, by this comparison alone
    p_value: of that difference, raised by Holm's method over the schedules of the strategy
    regret_bound: 95 % bound of the regret among the schedules of the strategy, in the units of the tolerance
    flat: whether it is shown to be within the tolerance of the best schedule of the strategy
    knee: whether the rule picks it among the schedules of the strategy; that of the verdict, where it names one
    step, step_margin: value − value of the next slower schedule, and half its 95 % interval; NaN for the slowest
    step_cost, step_cost_margin: CPU seconds ÷ those of the next slower schedule, and half its 95 % interval
    step_gain, step_gain_margin: the step as a share of what is at stake, positive where it is better
    break_even, break_even_least, break_even_most: the worth of 1 % of the metric on a million events from which the
        step pays, with its 95 % interval; in money where there are prices, else in CPU seconds
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
    regret_bound: float = nan
    flat: bool = False
    knee: bool = False
    step: float = nan
    step_margin: float = nan
    step_cost: float = nan
    step_cost_margin: float = nan
    step_gain: float = nan
    step_gain_margin: float = nan
    break_even: float = nan
    break_even_least: float = nan
    break_even_most: float = nan


COLUMNS = tuple(field.name for field in fields(CurvePoint))


def curves_of(judgements: Mapping[str, Judgement], standings: Mapping[str, Standings]) -> list[CurvePoint]:
    """The points of every curve, one curve after the other, slowest schedule first; a budget leaves no row out."""
    curves: dict[tuple[str, str, str], list[RankingRow]] = {}
    for judgement in judgements.values():
        for row in judgement.rows:
            if row.measured:
                curves.setdefault((row.stream, row.strategy, row.delay), []).append(row)
    return [
        point
        for key, rows in curves.items()
        for point in _curve(standings[key[0]], sorted(rows, key=lambda row: -row.interval_seconds), judgements[key[0]])
    ]


def table_of(points: Sequence[CurvePoint]) -> pd.DataFrame:
    """The points as a table of ``COLUMNS``."""
    return pd.DataFrame([{name: getattr(point, name) for name in COLUMNS} for point in points], columns=list(COLUMNS))


def _curve(standings: Standings, rows: Sequence[RankingRow], judgement: Judgement) -> list[CurvePoint]:
    """The curve of one strategy, whose rows are given slowest first."""
    best = standings.best([row.row for row in rows])
    gaps = [standings.gap(row.row, best, LEVEL) for row in rows]
    others = [index for index, row in enumerate(rows) if row.row != best]
    raised = dict(zip(others, holm([gaps[index].p_value for index in others]), strict=True))
    noise = costs_of(rows, None).noise
    points = []
    for index, (row, gap) in enumerate(zip(rows, gaps, strict=True)):
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
        )
        points.append(_with_step(standings, point, row, rows[index - 1], noise) if index else point)
    return _flattened(standings, points, rows, judgement)


def _flattened(
    standings: Standings, points: list[CurvePoint], rows: Sequence[RankingRow], judgement: Judgement
) -> list[CurvePoint]:
    """The points, with what the rule says of the schedules of one strategy."""
    due = [index for index, row in enumerate(rows) if not row.undue]
    if not due or not enough(len(standings.relative[rows[0].row].series)):
        return points
    terms = replace(judgement.terms, worth=None)
    decision = contest_of([rows[index] for index in due], standings, terms).decide(terms.tolerance)
    own = next((place for place, index in enumerate(due) if rows[index].chosen), None)
    pick, settled = (decision.choice, decision.settled) if own is None else (own, judgement.settled)
    for place, index in enumerate(due):
        knee = settled and place == pick
        bound, shown = float(decision.regrets.bound[place]), bool(decision.regrets.shown[place])
        points[index] = replace(points[index], regret_bound=bound, flat=shown or knee, knee=knee)
    return points


def _with_step(
    standings: Standings, point: CurvePoint, row: RankingRow, slower: RankingRow, noise: float
) -> CurvePoint:
    """``noise``: standard error of the logarithm of a cost. Both rows saw the same events, which therefore add none."""
    gap = standings.gap(row.row, slower.row, LEVEL)
    before, after = slower.cpu_seconds_per_million, row.cpu_seconds_per_million
    unit = standings.scale.unit or abs(standings.scale.amount(slower.value))
    better = 1.0 if standings.higher else -1.0
    gain, margin = (better * gap.difference / unit, gap.margin / unit) if unit else (nan, nan)
    even = BreakEven.of(gain, margin, row.cost - slower.cost) if np.isfinite(row.cost - slower.cost) else None
    return replace(
        point,
        step=gap.difference,
        step_margin=gap.margin,
        step_cost=after / before if before else nan,
        step_cost_margin=ratio_margin(after / before, noise) if before else nan,
        step_gain=gain,
        step_gain_margin=margin,
        break_even=even.value if even else nan,
        break_even_least=even.least if even else nan,
        break_even_most=even.most if even else nan,
    )


def break_even_of(point: CurvePoint) -> BreakEven | None:
    """The break-even of a point's step; None where its cost was not measured."""
    if np.isnan(point.break_even):
        return None
    return BreakEven(point.break_even, point.break_even_least, point.break_even_most)
