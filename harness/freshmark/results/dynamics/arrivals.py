"""Arrivals: the time until a new item is first recommended to anyone, and until it is first hit."""

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

    items: new after the warm-up
    recommended_share: share of them that some single request recommended
    recommended_seconds: median time from the item's first event until then
    returning: items with a second event at a later time
    hit_share, hit_seconds: the same for these, until the item was in the first K when its event came

    A median is ∞ where most items never were. Single requests are a sample: the true first list may be earlier.
    """
    rows = []
    for row in seed_groups(recorded):
        stream = row.stream
        cells = [
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
        if cells:
            rows.append({**row.names, **{name: mean_of([cell[name] for cell in cells]) for name in cells[0]}})
    return pd.DataFrame(rows, columns=list(COLUMNS))


def arrivals(
    events: Mapping[str, AnyArray], rank: FloatArray, requested: IntArray, lists: Mapping[str, AnyArray], top: int
) -> dict[str, float]:
    """The numbers of one cell.

    Args:
        events: table of the test events.
        rank: (n,) of the outcomes.
        requested: (requests,) positions of the single requests.
        lists: their lists, columns ``1`` to ``K``.
        top: the lowest rank that is a hit.
    """
    time, item = events["time"], events["item"].astype(np.int64)
    first_seen = _first(item, time, events["item_events"] == 0, int(item.max(initial=-1)) + 1)
    new = first_seen < _NEVER
    request_time = time[np.searchsorted(events["position"], requested)]
    recommended_items = np.stack([lists[name] for name in lists if name.isdigit()], 1)
    times = np.repeat(request_time, recommended_items.shape[1])
    flat = recommended_items.ravel()
    recommended = _first(flat, times, flat >= 0, len(first_seen))
    again = new[item] & (time > first_seen[item])
    returning = np.bincount(item[again], minlength=len(first_seen)) > 0
    hit = _first(item, time, again & (rank <= top), len(first_seen))
    until_recommended, until_hit = _seconds(first_seen, recommended, new), _seconds(first_seen, hit, returning)
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
    first = np.full(items, _NEVER)
    valid = chosen & (item < items)
    np.minimum.at(first, item[valid], time[valid])
    return first


def _seconds(begin: IntArray, end: IntArray, rows: AnyArray) -> FloatArray:
    begin, end = begin[rows], end[rows]
    return np.where(end < _NEVER, (end - begin) / 1e6, np.inf)


def _median(values: FloatArray) -> float:
    """The lower median, which is finite if half of the values are."""
    return float(np.sort(values)[(len(values) - 1) // 2]) if len(values) else float("nan")
