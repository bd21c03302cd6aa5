"""The ranking: one row a (stream, strategy, every, delay), best first.

metric, value        the metric's mean over seeds
margin               half the 95 % interval of the value: windows and users (``dependence``), and spread over seeds
difference           value − value of the best within the budget, on the same events
difference_margin    half its interval, paired; wide enough that in 95 % of runs all pairs' intervals hold at once
distinguishable      whether the difference is larger than its margin
detectable           the smallest difference that four of five such runs would tell apart
letters              rows that share a letter cannot be told apart; empty above forty rows
ratio                share of the best that is reached (best ÷ value where lower is better)
excluded             by which limits of the budget it is out; empty where it is within all
new_user, new_item   the metric for users, and items, that are new
seeds, failed        cells that succeeded, and that did not
interval_seconds     stream time between updates; inf where there was none
updates              a cell, without the first fit
update_p50_seconds … of the updates of all seeds; NaN where there are too few for the percentile
recommend_p50_seconds …  of single requests, likewise
update_seconds, fit_seconds     a cell, mean over seeds
cpu_seconds_per_million         CPU seconds of fit, updates and answers, for a million test events
cost_per_million     money for a million test events (``prices``); NaN without prices
watt_hours_per_million          an estimate of the energy
peak_bytes           resident memory above that at the start, the highest of the seeds
state_bytes          the strategy's tensors
status, reason       ok, or the state of the cell that failed first, and why
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from freshmark.results.decision.prices import Usage, money, watt_hours
from freshmark.results.decision.standings import Row, Standings
from freshmark.results.metrics import latency
from freshmark.results.metrics.segments import SEGMENTS, Measured
from freshmark.results.naming import schedule_in_words

if TYPE_CHECKING:
    from freshmark.results.tables import Results

_CPU = ("fit_cpu_seconds", "update_cpu_seconds", "answer_cpu_seconds")
_BUSY = ("fit_seconds", "update_seconds", "answer_seconds")
_MEANS = (*_CPU, *_BUSY, "state_bytes")
PERCENTILES = (50, 95, 99)
COLUMNS = (
    "stream", "task", "strategy", "every", "delay", "schedule", "status", "reason", "seeds", "failed",
    "metric", "value", "margin", "difference", "difference_margin", "distinguishable", "detectable", "letters",
    "ratio",
    "excluded", "new_user", "new_item",
    "updates", "interval_seconds", "update_p50_seconds", "update_p95_seconds", "update_p99_seconds",
    "update_max_seconds", "requests", "recommend_p50_seconds", "recommend_p95_seconds", "recommend_p99_seconds",
    "fit_seconds", "update_seconds", "cpu_seconds_per_million", "cost_per_million",
    "watt_hours_per_million", "peak_bytes", "state_bytes",
)  # fmt: skip


def ranked(results: Results, metric: str | None = None) -> pd.DataFrame:
    """The ranking of every stream whose task has the metric; a row without a value comes last."""
    rows: list[dict[str, Any]] = []
    for stream in results.streams:
        name = results.metric_for(stream, metric)
        if name is not None:
            rows += _of_stream(results, stream, name)
    return pd.DataFrame(rows, columns=list(COLUMNS))


def _of_stream(results: Results, stream: str, metric: str) -> list[dict[str, Any]]:
    cells = results.cells[results.cells["stream"] == stream]
    standings = results.standings(stream, metric)
    rows: dict[Row, dict[str, Any]] = {}
    for (strategy, every, delay), group in cells.groupby(["strategy", "every", "delay"], sort=False):
        fine = group[group["status"] == "ok"]
        row = {"stream": stream, "task": results.streams[stream].task, "strategy": strategy, "every": every,
               "delay": delay, "schedule": schedule_in_words(str(every), str(delay)), "metric": metric}  # fmt: skip
        row |= _state(group, fine)
        if len(fine):
            measured = [results.measured(str(key), [metric])[0] for key in fine["key"]]
            row |= {"value": float(np.mean([one.value[0, -1] for one in measured])), **_segments(measured)}
            row |= _costs(results, fine, stream)
            row["excluded"] = results.budget.excludes(row)
        rows[str(strategy), str(every), str(delay)] = row
    _compare(standings, rows)
    sign = -1.0 if standings.higher else 1.0

    def place(row: dict[str, Any]) -> float:
        return sign * float(row["value"]) if np.isfinite(row.get("value", np.nan)) else np.inf

    return sorted(rows.values(), key=place)


def _state(group: pd.DataFrame, fine: pd.DataFrame) -> dict[str, Any]:
    rest = group[group["status"] != "ok"]
    return {
        "seeds": len(fine),
        "failed": len(rest),
        "excluded": "",
        "letters": "",
        "status": "ok" if rest.empty else str(rest["status"].iloc[0]),
        "reason": "" if rest.empty else str(rest["reason"].iloc[0]),
    }


def _compare(standings: Standings, rows: dict[Row, dict[str, Any]]) -> None:
    """Every row against the best of those within the budget, or of all where none is."""
    if not standings.rows:
        return
    best = standings.best([one for one in standings.rows if not rows[one]["excluded"]] or None)
    letters = standings.letters()
    for place, standing in standings.rows.items():
        gap = standings.gap(place, best)
        values = (standing.value, standings.rows[best].value)
        above, below = values if standings.higher else values[::-1]
        rows[place] |= {
            "margin": standing.margin,
            "difference": gap.difference,
            "difference_margin": gap.margin,
            "distinguishable": gap.distinguishable,
            "detectable": np.nan if place == best else gap.detectable,
            "letters": letters[place],
            "ratio": above / below if below else (1.0 if above == below else np.nan),
        }


def _segments(measured: Sequence[Measured]) -> dict[str, float]:
    values = np.stack([one.value[:, -1] for one in measured]).mean(axis=0)
    return {
        "new_user": float(values[SEGMENTS.index("new user")]),
        "new_item": float(values[SEGMENTS.index("new item")]),
    }


def _costs(results: Results, cells: pd.DataFrame, stream: str) -> dict[str, Any]:
    updates = []
    for key in cells["key"]:
        table = results.table(str(key), "updates")
        updates.append(table["seconds"][~table["fit"].astype(np.bool_)])
    edges, events = results.streams[stream].edges, len(results.events(stream)["time"])
    made, asked = np.concatenate(updates), latency.of_requests(results, [str(key) for key in cells["key"]])
    each = len(made) / len(cells)
    peak = float(cells["peak_rss_bytes"].max()) if "peak_rss_bytes" in cells else np.nan
    means = cells.reindex(columns=list(_MEANS)).astype(float).mean()
    usage = _usage(results, cells, means * (1e6 / events), peak)
    return {
        "updates": each,
        "interval_seconds": (edges[-1] - edges[0]) / 1e6 / each if each else np.inf,
        **{f"update_p{p}_seconds": latency.percentile_of(made, p) for p in PERCENTILES},
        "update_max_seconds": float(made.max()) if len(made) else np.nan,
        "requests": len(asked),
        **{f"recommend_p{p}_seconds": latency.percentile_of(asked, p) for p in PERCENTILES},
        "update_seconds": float(made.sum()) / len(cells),
        "fit_seconds": float(means["fit_seconds"]),
        "cpu_seconds_per_million": usage.cpu_seconds,
        "cost_per_million": money(results.prices, usage) if results.prices else np.nan,
        "watt_hours_per_million": watt_hours(usage),
        "peak_bytes": peak,
        "state_bytes": float(means["state_bytes"]),
    }


def _usage(results: Results, cells: pd.DataFrame, means: Any, peak: float) -> Usage:
    """``means``: of the cells, for a million events; what one of them lacks is unknown, not nothing."""
    busy = float(sum(means[name] for name in _BUSY))
    on_gpu = np.mean([results.device_of(str(key)) != "cpu" for key in cells["key"]])
    return Usage(
        cpu_seconds=float(sum(means[name] for name in _CPU)),
        busy_seconds=busy,
        gpu_seconds=busy * float(on_gpu) if on_gpu else 0.0,
        gigabytes=peak / 1e9,
    )
