"""What the cells of one row cost: durations, CPU time, memory, money and energy, all seeds together."""

from __future__ import annotations

from dataclasses import dataclass
from math import inf, nan
from typing import Any

import numpy as np
import pandas as pd

from freshmark.results.costs.prices import Prices, Usage, money, watt_hours
from freshmark.results.metrics.latency import percentile_of
from freshmark.results.stored.recorded import Recorded
from freshmark.results.stored.request_times import request_seconds, update_seconds

_CPU = ("fit_cpu_seconds", "update_cpu_seconds", "answer_cpu_seconds")
_BUSY = ("fit_seconds", "update_seconds", "answer_seconds")
_MEANS = (*_CPU, *_BUSY, "state_bytes")


@dataclass(frozen=True, slots=True, kw_only=True)
class Costs:
    """Columns of the ranking; NaN where not measured, or where a percentile has too few samples.

    updates: a cell, without the first fit
    interval_seconds: stream time between updates; inf where there was none
    update_pNN_seconds: of the updates of all seeds; recommend_pNN_seconds: of single requests
    requests: how many single requests were timed
    fit_seconds, update_seconds: a cell, mean over seeds
    cpu_seconds_per_million: CPU seconds of fit, updates and answers, for a million test events
    cost_per_million: money for a million test events; NaN without prices
    watt_hours_per_million: an estimate of the energy
    peak_bytes: resident memory above that at the start, the highest of the seeds
    state_bytes: the strategy's tensors
    cells_cpu_seconds: of each cell, for a million test events; not a column
    """

    updates: float = nan
    interval_seconds: float = nan
    update_p50_seconds: float = nan
    update_p95_seconds: float = nan
    update_p99_seconds: float = nan
    update_max_seconds: float = nan
    requests: float = nan
    recommend_p50_seconds: float = nan
    recommend_p95_seconds: float = nan
    recommend_p99_seconds: float = nan
    fit_seconds: float = nan
    update_seconds: float = nan
    cpu_seconds_per_million: float = nan
    cost_per_million: float = nan
    watt_hours_per_million: float = nan
    peak_bytes: float = nan
    state_bytes: float = nan
    cells_cpu_seconds: tuple[float, ...] = ()

    @property
    def cost(self) -> float:
        """What decides between rows: money where there are prices, else CPU seconds; inf where not measured."""
        cost = self.cost_per_million if np.isfinite(self.cost_per_million) else self.cpu_seconds_per_million
        return float(cost) if np.isfinite(cost) else inf


def costs_of(recorded: Recorded, stream: str, cells: pd.DataFrame, prices: Prices | None) -> Costs:
    """Of the cells of one row that succeeded, one or more."""
    keys = [str(key) for key in cells["key"]]
    updates, requests = update_seconds(recorded, keys), request_seconds(recorded, keys)
    edges, events = recorded.streams[stream].edges, len(recorded.events(stream)["time"])
    updates_per_cell = len(updates) / len(cells)
    peak = float(cells["peak_rss_bytes"].max()) if "peak_rss_bytes" in cells else nan
    means = cells.reindex(columns=list(_MEANS)).astype(float).mean()
    usage = _usage(recorded, keys, means * (1e6 / events), peak)
    return Costs(
        updates=updates_per_cell,
        interval_seconds=(edges[-1] - edges[0]) / 1e6 / updates_per_cell if updates_per_cell else inf,
        update_p50_seconds=percentile_of(updates, 50),
        update_p95_seconds=percentile_of(updates, 95),
        update_p99_seconds=percentile_of(updates, 99),
        update_max_seconds=float(updates.max()) if len(updates) else nan,
        requests=len(requests),
        recommend_p50_seconds=percentile_of(requests, 50),
        recommend_p95_seconds=percentile_of(requests, 95),
        recommend_p99_seconds=percentile_of(requests, 99),
        fit_seconds=float(means["fit_seconds"]),
        update_seconds=float(updates.sum()) / len(cells),
        cpu_seconds_per_million=usage.cpu_seconds,
        cost_per_million=money(prices, usage) if prices else nan,
        watt_hours_per_million=watt_hours(usage),
        peak_bytes=peak,
        state_bytes=float(means["state_bytes"]),
        cells_cpu_seconds=tuple(cells.reindex(columns=list(_CPU)).astype(float).sum(axis=1) * (1e6 / events)),
    )


def _usage(recorded: Recorded, keys: list[str], means: Any, peak: float) -> Usage:
    """``means``: over cells, for a million events; what one cell lacks is unknown, not zero."""
    busy = float(sum(means[name] for name in _BUSY))
    on_gpu = np.mean([recorded.device_of(key) != "cpu" for key in keys])
    return Usage(
        cpu_seconds=float(sum(means[name] for name in _CPU)),
        busy_seconds=busy,
        gpu_seconds=busy * float(on_gpu) if on_gpu else 0.0,
        gigabytes=peak / 1e9,
    )
