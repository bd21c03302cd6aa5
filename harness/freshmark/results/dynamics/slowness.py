"""The price of slow updates: what is lost because updates take time.

A cell with a measured delay was replayed twice: free, where each update is live at its boundary, and served, where it
is live after its own duration. Both answer the same events, so their difference is due to the duration alone.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from freshmark.contract.arrays import FloatArray
from freshmark.contract.delays import time_scale
from freshmark.results.metrics.per_event import mean_of
from freshmark.results.statistics.dependence import spread_of
from freshmark.results.statistics.intervals import distinguishable, margin, spread_over_seeds
from freshmark.results.stored.recorded import Recorded

COLUMNS = ("stream", "strategy", "every", "delay", "metric", "free", "served", "price", "margin", "distinguishable",
           "update_seconds", "updates_free", "updates_served", "busy")  # fmt: skip


def slowness_of(recorded: Recorded, metric: str | None = None) -> pd.DataFrame:
    """One row a (stream, strategy, every, delay) with a measured delay; means over seeds.

    free, served: the metric if updates took no time, and with their measured duration
    price: how much worse served is than free; positive is worse, whatever the metric
    margin: half the 95 % interval of price, paired by windows and users; distinguishable: whether price exceeds it
    update_seconds: mean duration of an update, in stream time
    updates_free, updates_served: how many went live; fewer are served if boundaries fell into a running update
    busy: share of stream time spent updating if none were merged; from 1 on updates cannot keep up
    """
    cells = recorded.cells[recorded.cells["status"] == "ok"]
    cells = cells[np.array([time_scale(str(delay)) is not None for delay in cells["delay"]], np.bool_)]
    rows: list[dict[str, Any]] = []
    for names, group in cells.groupby(["stream", "strategy", "every", "delay"], sort=False):
        stream, strategy, every, delay = map(str, names)
        name = recorded.metric_for(stream, metric)
        if name is not None:
            names_and_metric = {"stream": stream, "strategy": strategy, "every": every, "delay": delay, "metric": name}
            keys = [str(key) for key in group["key"]]
            rows.append(names_and_metric | _price(recorded, keys, stream, name) | _pace(recorded, group, stream, delay))
    return pd.DataFrame(rows, columns=list(COLUMNS))


def _price(recorded: Recorded, keys: list[str], stream: str, metric: str) -> dict[str, Any]:
    served = np.array([recorded.measured(key, [metric])[0].value[0, -1] for key in keys])
    free, moved = zip(*[_free(recorded, key, stream, metric) for key in keys], strict=True)
    sign = 1.0 if recorded.better(metric) == "higher" else -1.0
    prices = sign * (np.array(free) - served)
    price, within = float(prices.mean()), 0.0
    if any(change.any() for change in moved):
        within = margin([spread_of(np.asarray(np.mean(moved, axis=0))), spread_over_seeds(prices)])
    return {
        "free": mean_of(free),
        "served": mean_of(served),
        "price": price,
        "margin": within,
        "distinguishable": distinguishable(price, within),
    }


def _free(recorded: Recorded, key: str, stream: str, metric: str) -> tuple[float, FloatArray]:
    """The metric of the free pass, and the influence of the difference to the served one: (windows, groups)."""
    outcomes = recorded.outcomes(key, free=True)
    measured = recorded.measured_outcomes(stream, metric, outcomes)
    influence = recorded.influence_of_outcomes(stream, metric, outcomes, measured)
    return float(measured.value[0, -1]), influence - recorded.influence(key, metric)


def _pace(recorded: Recorded, cells: pd.DataFrame, stream: str, delay: str) -> dict[str, Any]:
    scale = time_scale(delay) or 0.0
    edges = recorded.streams[stream].edges
    updates, seconds = cells["free_updates"], cells["free_update_seconds"] * scale
    return {
        "update_seconds": mean_of(seconds / updates.where(updates > 0)),
        "updates_free": mean_of(updates),
        "updates_served": mean_of(cells["updates"]),
        "busy": mean_of(seconds) / (float(edges[-1] - edges[0]) / 1e6),
    }
