"""Churn: how much the lists of the panel change between windows, with and without updates in between."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from freshmark.contract.arrays import AnyArray
from freshmark.results.metrics.per_event import mean_of
from freshmark.results.statistics.rank_overlap import rbo
from freshmark.results.stored.recorded import Recorded
from freshmark.results.stored.seed_groups import seed_groups

COLUMNS = ("stream", "strategy", "every", "delay", "users", "pairs", "updates", "churn", "churn_without_update",
           "interval_seconds")  # fmt: skip


def churn_of(recorded: Recorded) -> pd.DataFrame:
    """One row a (stream, strategy, every, delay) with a panel; means over seeds.

    users, pairs: of the panel, and of lists compared
    updates: mean number between the two lists of a pair
    churn: 1 − RBO between two lists of a user with an update in between
    churn_without_update: without one: context and catalogue alone
    interval_seconds: between the two lists
    """
    rows = []
    for row in seed_groups(recorded):
        cells = [
            churn(recorded.table(key, "panel"), recorded.table(key, "updates"))
            for key in row.keys.values()
            if recorded.has_table(key, "panel")
        ]
        if cells:
            means = {name: mean_of([cell[name] for cell in cells]) for name in cells[0]}
            rows.append({**row.names, **means})
    return pd.DataFrame(rows, columns=list(COLUMNS))


def churn(panel: Mapping[str, AnyArray], updates: Mapping[str, AnyArray]) -> dict[str, float]:
    """The numbers of one cell, from its tables."""
    users = len(np.unique(panel["user"]))
    ranks = [name for name in panel if name.isdigit()]
    lists = np.stack([panel[name] for name in ranks], 1).reshape(-1, users, len(ranks))
    time = panel["time"][::users]
    overlap = rbo(lists[:-1].reshape(-1, len(ranks)), lists[1:].reshape(-1, len(ranks))).reshape(-1, users)
    live = np.sort(updates["live"][~updates["fit"].astype(np.bool_)])
    updates_between = np.diff(np.searchsorted(live, time, "left"))
    return {
        "users": float(users),
        "pairs": float(overlap.size),
        "updates": mean_of(updates_between),
        "churn": mean_of(1 - overlap[updates_between > 0]),
        "churn_without_update": mean_of(1 - overlap[updates_between == 0]),
        "interval_seconds": mean_of(np.diff(time) / 1e6),
    }
