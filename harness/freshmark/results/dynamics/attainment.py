"""Attainment: how much of what was achievable was achieved, where the stream knows the best possible answers."""

from __future__ import annotations

import pandas as pd

from freshmark.results.dynamics.learning import score_matrix
from freshmark.results.metrics.per_event import PerEventMetric, mean_of
from freshmark.results.stored.recorded import Recorded
from freshmark.results.stored.seed_groups import MetricGroup, metric_groups

COLUMNS = ("stream", "strategy", "every", "delay", "metric", "value", "oracle", "regret", "floor", "gain_share")


def attainment_of(recorded: Recorded, metric: str | None = None) -> pd.DataFrame:
    """One row a (stream, strategy, every, delay) of streams with an oracle; means over seeds.

    Columns: value, oracle: the metric of the best possible answers, regret: what value lacks of it (of log loss: the
    excess over the Bayes log loss, as it came out on these events), floor: that of the same strategy never updated (a
    cell of its own, else the matrix's model of the warm-up; NaN without either), gain_share: (value − floor) ÷
    (oracle − floor): of all that updating could ever gain, what it did; NaN where that is nothing, because the oracle
    came out no better than the floor on these events.
    """
    rows, table = list(metric_groups(recorded, metric)), []
    never = {(row.stream, row.strategy): row for row in rows if row.every == "never"}
    for row in rows:
        best = recorded.oracle_outcomes(row.stream)
        if best is None:
            continue
        oracle = float(row.metric.of_mean(row.metric.each(best).mean()))
        value = mean_of([_value(recorded, key, row.metric) for key in row.keys.values()])
        floor = _floor(recorded, row, never.get((row.stream, row.strategy)))
        regret, gainable = row.metric.sign * (oracle - value), row.metric.sign * (oracle - floor)
        share = 1.0 - regret / gainable if gainable > 0 else float("nan")
        numbers = {"value": value, "oracle": oracle, "regret": regret, "floor": floor, "gain_share": share}
        table.append({**row.names, **numbers})
    return pd.DataFrame(table, columns=list(COLUMNS))


def _value(recorded: Recorded, key: str, metric: PerEventMetric) -> float:
    return float(metric.of_mean(metric.each(recorded.outcomes(key)).mean()))


def _floor(recorded: Recorded, row: MetricGroup, never: MetricGroup | None) -> float:
    if never is not None:
        return mean_of([_value(recorded, key, never.metric) for key in never.keys.values()])
    grids = [score_matrix(recorded, key, row.metric) for key in row.keys.values()]
    return mean_of([row.metric.of_mean(one.sums[0].sum() / one.count.sum()) for one in grids if one is not None])
