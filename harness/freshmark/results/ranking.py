"""The ranking: one row a (stream, strategy, every, delay), best first.

metric, value        the metric's mean over seeds
margin               half the 95 % interval of the value: block bootstrap over windows, and spread over seeds
difference           value − value of the best, on the same events
difference_margin    half its 95 % interval; paired: both are read on the same resampled windows
distinguishable      whether the difference is larger than its margin
ratio                share of the best that is reached (best ÷ value where lower is better)
new_user, new_item   the metric for users, and items, that are new
seeds, failed        cells that succeeded, and that did not
interval_seconds     stream time between updates; inf where there was none
updates              a cell, without the first fit
update_p50_seconds … of the updates of all seeds; NaN where there are too few for the percentile
recommend_p50_seconds …  of single requests, likewise
update_seconds, fit_seconds     a cell, mean over seeds
cpu_seconds_per_million         CPU seconds of fit, updates and answers, for a million test events
peak_bytes           resident memory above that at the start, the highest of the seeds
state_bytes          the strategy's tensors
status, reason       ok, or the state of the cell that failed first, and why
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from freshmark.contract.arrays import FloatArray
from freshmark.results import latency
from freshmark.results.naming import schedule_in_words
from freshmark.results.segments import SEGMENTS, Measured
from freshmark.results.statistics import (
    Spread,
    distinguishable,
    margin,
    replicates,
    resample,
    spread_over_seeds,
    spread_over_windows,
)

if TYPE_CHECKING:
    from freshmark.results.tables import Results

_CPU = ("fit_cpu_seconds", "update_cpu_seconds", "answer_cpu_seconds")
PERCENTILES = (50, 95, 99)
COLUMNS = (
    "stream", "task", "strategy", "every", "delay", "schedule", "status", "reason", "seeds", "failed",
    "metric", "value", "margin", "difference", "difference_margin", "distinguishable", "ratio", "new_user", "new_item",
    "updates", "interval_seconds", "update_p50_seconds", "update_p95_seconds", "update_p99_seconds",
    "update_max_seconds", "requests", "recommend_p50_seconds", "recommend_p95_seconds", "recommend_p99_seconds",
    "fit_seconds", "update_seconds", "cpu_seconds_per_million", "peak_bytes", "state_bytes",
)  # fmt: skip


@dataclass(frozen=True)
class Standing:
    """The accuracy of one row: its seeds, and the mean over them.

    seeds: (seeds,); replicated: (draws,), of the mean over seeds
    """

    seeds: FloatArray
    replicated: FloatArray
    windows: int

    @property
    def value(self) -> float:
        """The mean over seeds."""
        return float(self.seeds.mean())

    @property
    def margin(self) -> float:
        """Half the 95 % interval."""
        return margin([spread_over_windows(self.replicated, self.windows), spread_over_seeds(self.seeds)])

    def margin_to(self, other: Standing) -> float:
        """Half the 95 % interval of the difference: windows paired, seeds apart."""
        paired: Spread = spread_over_windows(self.replicated - other.replicated, self.windows)
        return margin([paired, spread_over_seeds(self.seeds), spread_over_seeds(other.seeds)])


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
    rows, standings = [], []
    times = resample(results.streams[stream].windows)
    for (strategy, every, delay), group in cells.groupby(["strategy", "every", "delay"], sort=False):
        fine = group[group["status"] == "ok"]
        keys = [str(key) for key in fine["key"]]
        row = {"stream": stream, "task": results.streams[stream].task, "strategy": strategy, "every": every,
               "delay": delay, "schedule": schedule_in_words(str(every), str(delay)), "metric": metric}  # fmt: skip
        row |= _state(group, fine)
        if keys:
            measured = [results.measured(key, [metric])[0] for key in keys]
            standing = _standing(times, measured)
            row |= {"value": standing.value, "margin": standing.margin, **_segments(measured)}
            row |= _costs(results, fine, stream)
            standings.append((row, standing))
        rows.append(row)
    _compare(standings, results.better(metric) == "higher")
    sign = -1.0 if results.better(metric) == "higher" else 1.0
    return sorted(rows, key=lambda row: sign * row["value"] if np.isfinite(row.get("value", np.nan)) else np.inf)


def _state(group: pd.DataFrame, fine: pd.DataFrame) -> dict[str, Any]:
    rest = group[group["status"] != "ok"]
    return {
        "seeds": len(fine),
        "failed": len(rest),
        "status": "ok" if rest.empty else str(rest["status"].iloc[0]),
        "reason": "" if rest.empty else str(rest["reason"].iloc[0]),
    }


def _standing(times: FloatArray, measured: Sequence[Measured]) -> Standing:
    counts = measured[0].count[0, :-1]
    sums = np.stack([one.sums for one in measured], axis=1)
    replicated = replicates(times, sums, counts, root=measured[0].root)
    return Standing(np.array([one.value[0, -1] for one in measured]), replicated.mean(axis=1), len(counts))


def _compare(standings: Sequence[tuple[dict[str, Any], Standing]], higher: bool) -> None:  # noqa: FBT001
    known = [standing for _, standing in standings if np.isfinite(standing.value)]
    if not known:
        return
    best = (max if higher else min)(known, key=lambda standing: standing.value)
    for row, standing in standings:
        difference = standing.value - best.value
        within = 0.0 if standing is best else standing.margin_to(best)
        above, below = (standing.value, best.value) if higher else (best.value, standing.value)
        row |= {
            "difference": difference,
            "difference_margin": within,
            "distinguishable": distinguishable(difference, within),
            "ratio": above / below if below else (1.0 if above == below else np.nan),
        }


def _segments(measured: Sequence[Measured]) -> dict[str, float]:
    values = np.stack([one.value[:, -1] for one in measured]).mean(axis=0)
    return {
        "new_user": float(values[SEGMENTS.index("new user")]),
        "new_item": float(values[SEGMENTS.index("new item")]),
    }


def _costs(results: Results, cells: pd.DataFrame, stream: str) -> dict[str, Any]:
    updates, requests = [], []
    for key in cells["key"]:
        table = results.table(str(key), "updates")
        updates.append(table["seconds"][~table["fit"].astype(np.bool_)])
        table = results.table(str(key), "latencies")
        requests.append(table["seconds"][~table["first"].astype(np.bool_)])
    edges, events = results.streams[stream].edges, len(results.events(stream)["time"])
    made, asked = np.concatenate(updates), np.concatenate(requests)
    each = len(made) / len(cells)
    return {
        "updates": each,
        "interval_seconds": (edges[-1] - edges[0]) / 1e6 / each if each else np.inf,
        **{f"update_p{p}_seconds": latency.percentile_of(made, p) for p in PERCENTILES},
        "update_max_seconds": float(made.max()) if len(made) else np.nan,
        "requests": len(asked),
        **{f"recommend_p{p}_seconds": latency.percentile_of(asked, p) for p in PERCENTILES},
        "update_seconds": float(made.sum()) / len(cells),
        "fit_seconds": _mean(cells, "fit_seconds"),
        "cpu_seconds_per_million": sum(_mean(cells, name) for name in _CPU) * 1e6 / events,
        "peak_bytes": float(cells["peak_rss_bytes"].max()) if "peak_rss_bytes" in cells else np.nan,
        "state_bytes": _mean(cells, "state_bytes"),
    }


def _mean(cells: pd.DataFrame, name: str) -> float:
    return float(cells[name].astype(float).mean()) if name in cells else float("nan")
