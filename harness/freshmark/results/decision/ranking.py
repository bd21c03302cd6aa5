"""The ranking: one row a (stream, strategy, every, delay), best first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from math import nan

import numpy as np
import pandas as pd

from freshmark.contract.arrays import Task
from freshmark.results.costs.usage import NO_COLUMNS, Costs, cost_margins, costs_of
from freshmark.results.decision.standings import Row, Standings
from freshmark.results.decision.terms import Terms
from freshmark.results.naming import row_label, schedule_label
from freshmark.results.stored.recorded import Recorded
from freshmark.results.stored.tunings import tuning_of

COLUMNS = (
    "stream", "task", "strategy", "every", "delay", "schedule", "status", "reason", "seeds", "failed",
    "metric", "value", "margin", "difference", "difference_margin", "distinguishable", "detectable", "letters",
    "ratio", "excluded", "new_user", "new_item",
    "tuning_trials", "tuning_cpu_seconds",
    "p_best", "regret", "regret_bound", "shown", "chosen",
    *(field.name for field in fields(Costs) if field.name not in NO_COLUMNS),
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class RankingRow(Costs):
    """One row, and what it costs; numbers are NaN where no cell succeeded.

    status, reason: ok, or the state of the cell that failed first, and why; of a row that a race left behind, why
    seeds, failed: cells that succeeded, and that did not
    metric, value: the metric's mean over seeds
    margin: half the 95 % interval of the value: windows and users (``dependence``), and spread over seeds
    difference: value − value of the best within the budget, on the same events
    difference_margin: half its interval, paired; wide enough that in 95 % of runs all pairs' intervals hold at once
    distinguishable: whether the difference is larger than its margin; None without a value
    detectable: the smallest difference that four of five such runs would detect
    letters: rows that share a letter do not differ significantly; empty above forty rows
    ratio: share of the best that is reached (best ÷ value where lower is better)
    excluded: the limits of the budget that it breaks; empty where it is within all
    tuning_trials, tuning_cpu_seconds: what choosing its options took, for all seeds together; in no other cost
    new_user, new_item: the metric for new users and new items
    p_best: with which probability it is the best of those that may be chosen; NaN where it may not
    regret, regret_bound: expected regret and its 95 % bound, in the units of the tolerance
    shown: whether it is shown to be within the tolerance of the best
    chosen: whether the verdict names it; settled where it is also shown
    """

    stream: str
    task: Task
    strategy: str
    every: str
    delay: str
    metric: str
    status: str = "ok"
    reason: str = ""
    seeds: int = 0
    failed: int = 0
    value: float = nan
    margin: float = nan
    difference: float = nan
    difference_margin: float = nan
    distinguishable: bool | None = None
    detectable: float = nan
    letters: str = ""
    ratio: float = nan
    excluded: str = ""
    tuning_trials: int = 0
    tuning_cpu_seconds: float = nan
    new_user: float = nan
    new_item: float = nan
    p_best: float = nan
    regret: float = nan
    regret_bound: float = nan
    shown: bool = False
    chosen: bool = False

    @property
    def never(self) -> bool:
        """Whether it is the model of the warm-up, never updated."""
        return self.every == "never"

    @property
    def undue(self) -> bool:
        """Whether it was to be updated and no update was due: no evidence about updating."""
        return self.measured and not self.never and self.updates == 0

    @property
    def row(self) -> Row:
        """Strategy, every, delay."""
        return self.strategy, self.every, self.delay

    @property
    def schedule(self) -> str:
        """``every 1d``."""
        return schedule_label(self.every, self.delay)

    @property
    def label(self) -> str:
        """``retrain(mf()) every 1d``."""
        return row_label(*self.row)

    @property
    def measured(self) -> bool:
        """Whether it has a value."""
        return bool(np.isfinite(self.value))

    @property
    def is_best(self) -> bool:
        """Whether it is the row that the others are compared with, or equal to it in every event."""
        return self.difference == 0 and self.difference_margin == 0


def ranking_of(recorded: Recorded, standings: Mapping[str, Standings], terms: Terms) -> list[RankingRow]:
    """The rows of every stream in ``standings``, best first; rows without a value come last."""
    return [row for stream, of_stream in standings.items() for row in _of_stream(recorded, stream, of_stream, terms)]


def table_of(rows: Sequence[RankingRow]) -> pd.DataFrame:
    """The rows as a table of ``COLUMNS``."""
    values = [{name: getattr(row, name) for name in COLUMNS} for row in rows]
    for row in values:
        row["distinguishable"] = nan if row["distinguishable"] is None else row["distinguishable"]
    return pd.DataFrame(values, columns=list(COLUMNS))


def _of_stream(recorded: Recorded, stream: str, standings: Standings, terms: Terms) -> list[RankingRow]:
    cells = recorded.cells[recorded.cells["stream"] == stream]
    rows = [
        _row(recorded, group, standings.metric, terms)
        for _, group in cells.groupby(["strategy", "every", "delay"], sort=False)
    ]
    looks = recorded.looks_at(stream)
    left = {row.row: row for row in looks[-1].rows if not row.contends} if looks else {}
    rows = [replace(row, reason=f"{left[row.row].why}; no more seeds after {row.seeds}")
            if row.status == "ok" and row.row in left else row for row in rows]  # fmt: skip
    margins = zip(rows, cost_margins(rows), strict=True)
    rows = [replace(row, cpu_seconds_margin=cpu, cost_margin=cost) for row, (cpu, cost) in margins]
    sign = -1.0 if standings.higher else 1.0
    return sorted(_compared(standings, rows), key=lambda row: sign * row.value if row.measured else np.inf)


def _row(recorded: Recorded, cells: pd.DataFrame, metric: str, terms: Terms) -> RankingRow:
    """The cells of one row, not yet compared with any other."""
    stream, strategy, every, delay = (str(cells[name].iloc[0]) for name in ("stream", "strategy", "every", "delay"))
    succeeded, failed = cells[cells["status"] == "ok"], cells[cells["status"] != "ok"]
    row = RankingRow(
        stream=stream,
        task=recorded.streams[stream].task,
        strategy=strategy,
        every=every,
        delay=delay,
        metric=metric,
        status="ok" if failed.empty else str(failed["status"].iloc[0]),
        reason="" if failed.empty else str(failed["reason"].iloc[0]),
        seeds=len(succeeded),
        failed=len(failed),
    )
    if succeeded.empty:
        return row
    trials, tuning = tuning_of(recorded.tunings, stream, strategy, every, delay)
    costs = costs_of(recorded, stream, succeeded, terms.prices)
    measured = [recorded.measured(str(key), [metric])[0] for key in succeeded["key"]]
    return replace(
        row,
        **{field.name: getattr(costs, field.name) for field in fields(costs)},
        value=float(np.mean([one.value[0, -1] for one in measured])),
        tuning_trials=trials,
        tuning_cpu_seconds=tuning,
        new_user=float(np.mean([one.of("new user") for one in measured])),
        new_item=float(np.mean([one.of("new item") for one in measured])),
        excluded=terms.budget.excludes(costs),
    )


def _compared(standings: Standings, rows: Sequence[RankingRow]) -> list[RankingRow]:
    """Every row against the best of those within the budget, or of all where none is."""
    if not standings.rows:
        return list(rows)
    excluded = {row.row for row in rows if row.excluded}
    best = standings.best([row for row in standings.rows if row not in excluded] or None)
    letters = standings.letters()
    return [_against(standings, row, best, letters) if row.row in standings.rows else row for row in rows]


def _against(standings: Standings, row: RankingRow, best: Row, letters: Mapping[Row, str]) -> RankingRow:
    gap = standings.gap(row.row, best)
    values = (standings.rows[row.row].value, standings.rows[best].value)
    above, below = values if standings.higher else values[::-1]
    return replace(
        row,
        margin=standings.rows[row.row].margin,
        difference=gap.difference,
        difference_margin=gap.margin,
        distinguishable=gap.distinguishable,
        detectable=nan if row.row == best else gap.detectable,
        letters=letters[row.row],
        ratio=above / below if below else (1.0 if above == below else nan),
    )
