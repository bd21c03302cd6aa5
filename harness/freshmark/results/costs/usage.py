"""What the cells of one row cost: durations, CPU time, memory, money and energy, all seeds together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import inf, nan
from typing import Any

import numpy as np
import pandas as pd

from freshmark.results.costs.cost_spread import NOTHING, stream_spread
from freshmark.results.costs.noise import noise_of
from freshmark.results.costs.prices import Prices, Usage, money, watt_hours
from freshmark.results.metrics.latency import percentile_of
from freshmark.results.statistics.intervals import Spread, margin
from freshmark.results.stored.recorded import Recorded
from freshmark.results.stored.request_times import request_seconds, update_seconds

_CPU = ("fit_cpu_seconds", "update_cpu_seconds", "answer_cpu_seconds")
_BUSY = ("fit_seconds", "update_seconds", "answer_seconds")
_KERNEL = ("kernel_before_seconds", "kernel_after_seconds")
_MEANS = (*_CPU, *_BUSY, "state_bytes")

MANY = 1e6
"""Degrees of freedom of the noise of costs, which is pooled over all rows."""

NO_COLUMNS = frozenset({"cells_cpu_seconds", "cells_kernel_seconds", "stream_spread"})
"""Fields of Costs that no table has."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Costs:
    """Columns of the ranking; NaN where not measured, or where a percentile has too few samples.

    updates: a cell, without the first fit
    interval_seconds: stream time between updates; inf where there was none
    update_pNN_seconds: of the updates of all seeds; recommend_pNN_seconds: of single requests
    requests: how many single requests were timed
    fit_seconds, update_seconds: a cell, mean over seeds
    cpu_seconds_per_million: CPU seconds of fit, updates and answers, for a million test events
    cpu_seconds_margin: half its 95 % interval: seeds and the machine (``noise``), updates and windows (``cost_spread``)
    fit_, update_, answer_cpu_seconds_per_million: its three parts
    kernel_seconds: CPU seconds of the calibration kernel, mean of before and after, over seeds; NaN in older runs
    cost_per_million: money for a million test events; NaN without prices
    cost_margin: half its 95 % interval; in proportion as that of the CPU seconds
    watt_hours_per_million: an estimate of the energy
    peak_bytes: resident memory above that at the start, the highest of the seeds
    state_bytes: the strategy's tensors
    cells_cpu_seconds, cells_kernel_seconds: of each cell, for a million test events; no columns
    stream_spread: of the CPU seconds of a million events, over updates and windows; no column
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
    cpu_seconds_margin: float = nan
    fit_cpu_seconds_per_million: float = nan
    update_cpu_seconds_per_million: float = nan
    answer_cpu_seconds_per_million: float = nan
    kernel_seconds: float = nan
    cost_per_million: float = nan
    cost_margin: float = nan
    watt_hours_per_million: float = nan
    peak_bytes: float = nan
    state_bytes: float = nan
    cells_cpu_seconds: tuple[float, ...] = ()
    cells_kernel_seconds: tuple[float, ...] = ()
    stream_spread: Spread = NOTHING

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
    million = 1e6 / events
    usage = _usage(recorded, keys, means * million, peak)
    kernels = cells.reindex(columns=list(_KERNEL)).astype(float).mean(axis=1)
    answers = means["answer_cpu_seconds"] / means["answer_seconds"] if means["answer_seconds"] else 0.0
    spread = stream_spread(recorded, keys, answers=float(answers))
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
        fit_cpu_seconds_per_million=float(means["fit_cpu_seconds"]) * million,
        update_cpu_seconds_per_million=float(means["update_cpu_seconds"]) * million,
        answer_cpu_seconds_per_million=float(means["answer_cpu_seconds"]) * million,
        kernel_seconds=float(kernels.mean()),
        cost_per_million=money(prices, usage) if prices else nan,
        watt_hours_per_million=watt_hours(usage),
        peak_bytes=peak,
        state_bytes=float(means["state_bytes"]),
        cells_cpu_seconds=tuple(cells.reindex(columns=list(_CPU)).astype(float).sum(axis=1) * million),
        cells_kernel_seconds=tuple(kernels),
        stream_spread=Spread(spread.variance * million**2, spread.freedom),
    )


def cost_noise(rows: Sequence[Costs]) -> float:
    """Standard error of the logarithm of a cost of these rows, which were measured on one machine."""
    cells = [np.array(row.cells_cpu_seconds, np.float64) for row in rows]
    return noise_of(cells, [np.array(row.cells_kernel_seconds, np.float64) for row in rows])


def cost_margins(rows: Sequence[Costs]) -> list[tuple[float, float]]:
    """Half the 95 % intervals of the CPU seconds and of the money of rows that were measured on one machine."""
    noise = cost_noise(rows)
    margins = []
    for row in rows:
        cost = row.cpu_seconds_per_million
        within = margin([row.stream_spread, Spread((cost * noise) ** 2, MANY)])
        margins.append((within, within * row.cost_per_million / cost if cost else nan))
    return margins


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
