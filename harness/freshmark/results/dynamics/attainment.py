"""Attainment: the share of the achievable gain that updating achieved, on streams that know the best answers."""

from __future__ import annotations

import pandas as pd

from freshmark.results.dynamics.learning import score_matrix
from freshmark.results.metrics.per_event import PerEventMetric, mean_of
from freshmark.results.stored.recorded import Recorded
from freshmark.results.stored.seed_groups import MetricGroup, metric_groups

COLUMNS = ("stream", "strategy", "every", "delay", "metric", "value", "oracle", "regret", "floor", "gain_share")


def attainment_of(recorded: Recorded, metric: str | None = None) -> pd.DataFrame:
    """One row a (stream, strategy, every, delay) of streams with an oracle; means over seeds.

    value, oracle: the metric, and that of the best possible answers
    regret: how much worse value is than oracle; for log loss the excess over the Bayes log loss on these events
    floor: the metric of the same strategy never updated: a cell of its own, else the warm-up model of the matrix
    gain_share: (value − floor) ÷ (oracle − floor); NaN where the oracle is no better than the floor on these events
    """
    groups, rows = list(metric_groups(recorded, metric)), []
    never = {(group.stream, group.strategy): group for group in groups if group.every == "never"}
    for row in groups:
        best = recorded.oracle_outcomes(row.stream)
        if best is None:
            continue
        oracle = float(row.metric.of_mean(row.metric.each(best).mean()))
        value = mean_of([_value(recorded, key, row.metric) for key in row.keys.values()])
        floor = _floor(recorded, row, never.get((row.stream, row.strategy)))
        regret, gainable = row.metric.sign * (oracle - value), row.metric.sign * (oracle - floor)
        share = 1.0 - regret / gainable if gainable > 0 else float("nan")
        numbers = {"value": value, "oracle": oracle, "regret": regret, "floor": floor, "gain_share": share}
        rows.append({**row.names, **numbers})
    return pd.DataFrame(rows, columns=list(COLUMNS))


def _value(recorded: Recorded, key: str, metric: PerEventMetric) -> float:
    return float(metric.of_mean(metric.each(recorded.outcomes(key)).mean()))


def _floor(recorded: Recorded, row: MetricGroup, never: MetricGroup | None) -> float:
    if never is not None:
        return mean_of([_value(recorded, key, never.metric) for key in never.keys.values()])
    matrices = [score_matrix(recorded, key, row.metric) for key in row.keys.values()]
    return mean_of([row.metric.of_mean(one.sums[0].sum() / one.count.sum()) for one in matrices if one is not None])
