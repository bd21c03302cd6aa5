"""The curve of each strategy over its schedules: where it flattens, and what one step along it would gain or lose.

strategy, delay, every      a schedule; slowest first
interval_seconds            stream time between updates; inf where there are none
value, margin               the metric, and half its 95 % interval
difference, difference_margin   to the strategy's best schedule, paired, by this comparison alone
p_value                     of that difference, raised by Holm's method over the schedules of the strategy
flat                        whether it is as good as the best: within 1 % of it, or within 10 % and not told apart
knee                        the slowest schedule that is flat
step, step_margin           value − value of the next slower schedule, and half its 95 % interval; NaN for the slowest
step_cost                   how many times the CPU of the next slower schedule it takes
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from freshmark.results.decision.standings import Row, Standings
from freshmark.results.statistics.intervals import LEVEL, holm

if TYPE_CHECKING:
    from freshmark.results.tables import Results

SHORT = 0.01
"""A share of the best that is not worth a faster schedule, however sure it is."""

FAR = 0.1
"""A share of the best that is too much to be called flat, however unsure it is."""

COLUMNS = (
    "stream", "strategy", "delay", "every", "schedule", "metric", "interval_seconds", "value", "margin", "difference",
    "difference_margin", "p_value", "flat", "knee", "step", "step_margin", "step_cost",
)  # fmt: skip


def curves_of(results: Results, metric: str | None = None) -> pd.DataFrame:
    """The curves of every stream, one row a schedule that has a value; a budget leaves no row out."""
    ranking = results.ranking(metric)
    rows: list[dict[str, Any]] = []
    fine = ranking[np.isfinite(ranking["value"].astype(float))]
    for (stream, _, _), group in fine.groupby(["stream", "strategy", "delay"], sort=False):
        standings = results.standings(str(stream), str(group["metric"].iloc[0]))
        slowest_first = group.sort_values("interval_seconds", ascending=False, kind="stable")
        rows += _curve(standings, [row for _, row in slowest_first.iterrows()])
    return pd.DataFrame(rows, columns=list(COLUMNS))


def _curve(standings: Standings, rows: Sequence[Any]) -> list[dict[str, Any]]:
    places = [_place(row) for row in rows]
    best = standings.best(places)
    gaps = [standings.gap(place, best, LEVEL) for place in places]
    others = [one for one, place in enumerate(places) if place != best]
    raised = dict(zip(others, holm([gaps[one].p_value for one in others]), strict=True))
    made = []
    for one, (row, place, gap) in enumerate(zip(rows, places, gaps, strict=True)):
        short = abs(gap.difference) / abs(standings.rows[best].value or np.nan) if gap.difference else 0.0
        kept = {name: row[name] for name in COLUMNS if name in row.index}
        made.append(
            kept
            | {"difference": gap.difference, "difference_margin": gap.margin, "p_value": raised.get(one, 1.0)}
            | {"flat": place == best or short < SHORT or (short < FAR and raised[one] > LEVEL), "knee": False}
            | _step(standings, row, rows[one - 1] if one else None)
        )
    next(row for row in made if row["flat"])["knee"] = True
    return made


def _step(standings: Standings, row: Any, slower: Any) -> dict[str, float]:
    if slower is None:
        return {"step": np.nan, "step_margin": np.nan, "step_cost": np.nan}
    gap = standings.gap(_place(row), _place(slower), LEVEL)
    before, after = float(slower["cpu_seconds_per_million"]), float(row["cpu_seconds_per_million"])
    return {"step": gap.difference, "step_margin": gap.margin, "step_cost": after / before if before else np.nan}


def _place(row: Any) -> Row:
    return str(row["strategy"]), str(row["every"]), str(row["delay"])
