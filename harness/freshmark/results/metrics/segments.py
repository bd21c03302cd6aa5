"""Segments of test events, and a metric in each of them by window.

An event is of one of six kinds: (user new, user known) × (item new, head, tail). Segments are unions of kinds, so one
pass over the events serves them all.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from freshmark.contract.arrays import AnyArray, FloatArray, IntArray
from freshmark.contract.metric import Metric, Outcomes
from freshmark.results.metrics.registry import GROUPED, ROOTS

SEGMENTS = ("all", "new user", "known user", "new item", "head", "tail")
"""Segments, in the order of every table.

new user: it is the user's first event. known user: it is not.
new item: the item had not been seen when the event's window began (cold items included).
head: the item was among the top 20 % of the items known at the window's begin, by events so far.
tail: any other known item.
"""

_KINDS = 6
_MEMBERS = np.array(
    [
        [1, 1, 1, 1, 1, 1],
        [1, 1, 1, 0, 0, 0],
        [0, 0, 0, 1, 1, 1],
        [1, 0, 0, 1, 0, 0],
        [0, 1, 0, 0, 1, 0],
        [0, 0, 1, 0, 0, 1],
    ],
    np.bool_,
)  # (segments, kinds)


@dataclass(frozen=True, slots=True)
class Measured:
    """A metric of one cell. The last column is the whole, over all windows.

    value, count: (segments, windows + 1) float64 and int64; the value is NaN where there are no events
    sums: (windows,) float64, what each window adds to the mean over all events (of squares, for a root)
    root: whether the metric is the square root of that mean
    """

    value: FloatArray
    count: IntArray
    sums: FloatArray
    root: bool = False


def kinds_of(events: Mapping[str, AnyArray]) -> IntArray:
    """The kind of each test event, (n,) int64 in ``range(6)``, from the table of events."""
    new = _new_items(events)
    item = np.where(new, 0, np.where(events["head"], 1, 2))
    return np.asarray(item + 3 * (events["user_events"] > 0), np.int64)


def measure(metric: Metric, outcomes: Outcomes, window: IntArray, kind: IntArray, windows: int) -> Measured:
    """The metric by segment and window; ``window`` and ``kind`` are (n,) int64 of the outcomes' events."""
    cell = window * _KINDS + kind
    counts = _with_whole(_by_segment(np.bincount(cell, minlength=windows * _KINDS), windows))
    each = metric.each or ROOTS.get(metric.name)
    if each is None:
        values = _no_mean(metric, outcomes, window, kind, windows)
        return Measured(values, counts, np.nan_to_num(values[0, :-1]) * counts[0, :-1])
    weights = np.asarray(each(outcomes), np.float64)
    sums = _by_segment(np.bincount(cell, weights=weights, minlength=windows * _KINDS), windows)
    values = _divide(_with_whole(sums), counts)
    root = metric.each is None
    return Measured(np.sqrt(values) if root else values, counts, sums[0], root)


def _no_mean(metric: Metric, outcomes: Outcomes, window: IntArray, kind: IntArray, windows: int) -> FloatArray:
    values = np.full((len(SEGMENTS), windows + 1), np.nan)
    for row, members in enumerate(_MEMBERS):
        chosen = members[kind]
        if not chosen.any():
            continue
        these = _rows(outcomes, chosen)
        values[row, -1] = metric(these)
        values[row, :-1] = _by_window(metric, these, window[chosen], windows)
    return values


def _by_window(metric: Metric, outcomes: Outcomes, window: IntArray, windows: int) -> FloatArray:
    if metric.name in GROUPED:
        return GROUPED[metric.name](outcomes, window, windows)
    edges = np.searchsorted(window, np.arange(windows + 1))
    spans = [slice(edges[one], edges[one + 1]) for one in range(windows)]
    return np.array([metric(_rows(outcomes, span)) if span.stop > span.start else np.nan for span in spans])


def _rows(outcomes: Outcomes, rows: AnyArray | slice) -> Outcomes:
    def of(column: AnyArray | None) -> AnyArray | None:
        return None if column is None else column[rows]

    return Outcomes(
        outcomes.task,
        of(outcomes.rank),
        of(outcomes.prediction),
        of(outcomes.label),
        of(outcomes.predicted),
        of(outcomes.candidates),
    )


def _new_items(events: Mapping[str, AnyArray]) -> AnyArray:
    """Whether the item was unknown when the event's window began.

    The item's first event in a window says how often it had come before: nothing of it lies between the begin and that
    event. Zero there means new for all of its events in this window.
    """
    item = events["item"].astype(np.int64)
    pair = events["window"].astype(np.int64) * (int(item.max(initial=0)) + 1) + item
    _, first, which = np.unique(pair, return_index=True, return_inverse=True)
    return np.asarray(events["item_events"][first][which] == 0)


def _by_segment(by_cell: AnyArray, windows: int) -> AnyArray:
    """(windows × kinds,) → (segments, windows)."""
    return np.asarray(_MEMBERS.astype(by_cell.dtype) @ by_cell.reshape(windows, _KINDS).T)


def _with_whole(by_window: AnyArray) -> AnyArray:
    return np.concatenate([by_window, by_window.sum(axis=1, keepdims=True)], axis=1)


def _divide(sums: FloatArray, counts: IntArray) -> FloatArray:
    return np.asarray(np.divide(sums, counts, out=np.full(sums.shape, np.nan), where=counts > 0))
