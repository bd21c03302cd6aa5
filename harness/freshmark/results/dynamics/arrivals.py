"""Arrivals: how long it takes until a new item is first recommended to anyone, and until it is first hit."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from freshmark.contract.arrays import AnyArray, FloatArray, IntArray
from freshmark.results.metrics.per_event import mean_of
from freshmark.results.stored.recorded import Recorded
from freshmark.results.stored.seed_groups import seed_groups

COLUMNS = ("stream", "strategy", "every", "delay", "items", "recommended_share", "recommended_seconds", "returning",
           "hit_share", "hit_seconds")  # fmt: skip

_NEVER = np.iinfo(np.int64).max


def arrivals_of(recorded: Recorded) -> pd.DataFrame:
    """One row a (stream, strategy, every, delay) of the task rank; means over seeds.

    Columns: items: that came after the warm-up, recommended_share: of them, those that were in a list of the single
    requests, recommended_seconds: the median time until then from the item's first event, returning: items that came
    a second time, at a later moment, hit_share and hit_seconds: of these, that were among the first K when they came.
    A median is ∞ where most never were. Single requests are a sample: the true first list may have been earlier.
    """
    rows = []
    for row in seed_groups(recorded):
        stream = row.stream
        found = [
            arrivals(
                recorded.events(stream),
                np.asarray(recorded.outcomes(key).rank),
                recorded.table(key, "latencies")["position"],
                recorded.table(key, "lists"),
                recorded.streams[stream].top,
            )
            for key in row.keys.values()
            if recorded.has_table(key, "lists")
        ]
        if found:
            rows.append({**row.names, **{name: mean_of([one[name] for one in found]) for name in found[0]}})
    return pd.DataFrame(rows, columns=list(COLUMNS))


def arrivals(
    events: Mapping[str, AnyArray], rank: FloatArray, asked: IntArray, lists: Mapping[str, AnyArray], top: int
) -> dict[str, float]:
    """The numbers of one cell.

    Args:
        events: table of the test events.
        rank: (n,) of the outcomes.
        asked: (requests,) positions of the single requests.
        lists: their lists, columns ``1`` to ``K``.
        top: up to which rank it is a hit.
    """
    time, item = events["time"], events["item"].astype(np.int64)
    born = _first(item, time, events["item_events"] == 0, int(item.max(initial=-1)) + 1)
    new = born < _NEVER
    at = time[np.searchsorted(events["position"], asked)]
    listed = np.stack([lists[name] for name in lists if name.isdigit()], 1)
    places = np.repeat(at, listed.shape[1])
    recommended = _first(listed.ravel(), places, listed.ravel() >= 0, len(born))
    back = new[item] & (time > born[item])
    returning = np.bincount(item[back], minlength=len(born)) > 0
    hit = _first(item, time, back & (rank <= top), len(born))
    until_recommended, until_hit = _seconds(born, recommended, new), _seconds(born, hit, returning)
    return {
        "items": float(new.sum()),
        "recommended_share": mean_of(np.isfinite(until_recommended)),
        "recommended_seconds": _median(until_recommended),
        "returning": float(returning.sum()),
        "hit_share": mean_of(np.isfinite(until_hit)),
        "hit_seconds": _median(until_hit),
    }


def _first(item: AnyArray, time: IntArray, chosen: AnyArray, items: int) -> IntArray:
    """(items,) the earliest time of the chosen rows of each item."""
    found = np.full(items, _NEVER)
    kept = chosen & (item < items)
    np.minimum.at(found, item[kept], time[kept])
    return found


def _seconds(begin: IntArray, end: IntArray, rows: AnyArray) -> FloatArray:
    begin, end = begin[rows], end[rows]
    return np.where(end < _NEVER, (end - begin) / 1e6, np.inf)


def _median(values: FloatArray) -> float:
    """The lower median: half of them are not above it, be the others infinite."""
    return float(np.sort(values)[(len(values) - 1) // 2]) if len(values) else float("nan")
