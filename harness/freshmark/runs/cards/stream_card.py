"""Card: properties of a stream, and whether it changes with time, before any model is trained.

The measure needs no model: one list, or one answer, for all users.

* rank: HR@10 of the ten most frequent items. Nothing is removed from the list, an unseen item is a miss, and ties go to
  the older item.
* classify and click: negative log loss of the class shares, with one added to each count; higher is better. rate:
  negative squared error of the mean label.

Counted over three histories: *frozen*, the events of the warm-up; *all*, the events before the window; *last*, those
since the start of the previous window (if there are none, those of the newest window with events). Windows are a week
long and begin with the first test event; shorter if a week gives fewer than ``FEWEST``.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from freshmark.contract.arrays import AnyArray, FloatArray, IntArray
from freshmark.contract.delays import duration_label
from freshmark.contract.streams.stream import Stream
from freshmark.replay.durations import format_duration
from freshmark.replay.timeline import Settings, Timeline
from freshmark.results.statistics.dependence import over_windows
from freshmark.results.statistics.intervals import Spread, margin

FEWEST = 12
"""Windows below which a week is too long."""
TOP = 10
MATTERS = 0.01
"""Gains below this share of the frozen value are ignored, even if significant."""
ALIKE = 1.1
"""Turnover up to this multiple of that of a shuffled copy does not count as drift."""
MEASURES = {
    "rank": "HR@10 of popularity",
    "classify": "−log loss of the shares of classes",
    "click": "−log loss of the click rate",
    "rate": "−squared error of the mean label",
}
HISTORIES = ("frozen", "all", "last")


@dataclass(frozen=True, slots=True)
class Card:
    """Numbers per window, for windows with events.

    span: length of a window, in words
    begin: (w,) int64, microseconds
    events: (w,) number of events
    new_users, new_items: (w,) the share of events whose user, or item, was not seen before the window began
    value: (w, 3) the mean of the measure by ``HISTORIES``
    turnover, shuffled: (⌈w/2⌉,) total variation between a window and the one half the stream later, over items (or
        labels, if the task has them), and the same with times shuffled
    single: share of users with one event
    """

    measure: str
    span: str
    begin: IntArray
    events: IntArray
    new_users: FloatArray
    new_items: FloatArray
    value: FloatArray
    turnover: FloatArray
    shuffled: FloatArray
    single: float

    @property
    def overall(self) -> FloatArray:
        """(3,) the measure over all test events."""
        return np.average(self.value, axis=0, weights=self.events)

    def gain(self, history: str) -> tuple[float, float]:
        """Gain over frozen, and half the width of its 95 % interval (NaN if there are too few windows)."""
        column = self.value[:, HISTORIES.index(history)] - self.value[:, 0]
        difference = float(np.average(column, weights=self.events))
        influence = (column - difference) * self.events / self.events.sum()
        variance, freedom = over_windows(influence)
        return difference, margin([Spread(float(variance), float(freedom))])

    @property
    def drifts(self) -> bool:
        """Whether windows half the stream apart differ more than those of a copy with shuffled times."""
        return bool(len(self.turnover) and self.turnover.mean() > ALIKE * self.shuffled.mean())

    @property
    def pays(self) -> bool | None:
        """Whether a fresher history is significantly better; None if there are too few windows."""
        gains = [self.gain(history) for history in HISTORIES[1:]]
        if any(np.isnan(half_width) for _, half_width in gains):
            return None
        least = MATTERS * abs(float(self.overall[0]))
        return any(gain > max(half_width, least) for gain, half_width in gains)


def card_of(stream: Stream, *, warmup: float = 0.3, window: str | None = None) -> Card:
    """The card of a stream; windows are a week by default, or less for short streams.

    Raises:
        DataError: there are no test events.
    """
    timeline = Timeline(stream, Settings(warmup=warmup, window=window or "1w"))
    if window is None and len(timeline.edges) - 1 < FEWEST:
        timeline = Timeline(stream, Settings(warmup=warmup, window="auto"))
    return _card(timeline)


def _card(timeline: Timeline) -> Card:
    stream, time, first = timeline.stream, timeline.time, timeline.first
    edge = np.searchsorted(time, timeline.edges)
    nonempty = np.flatnonzero(np.diff(edge))
    bounds = np.append(edge[nonempty], len(time))  # events of each nonempty window
    before = np.append(np.searchsorted(time, time[first] - timeline.span), bounds[:-1])
    codes = _codes(stream)
    shuffled_codes = np.concatenate([codes[:first], np.random.default_rng(0).permutation(codes[first:])])
    return Card(
        measure=MEASURES[stream.task],
        span=duration_label(format_duration(timeline.span)),
        begin=timeline.edges[nonempty],
        events=np.diff(bounds),
        new_users=_new(np.asarray(stream.user), bounds),
        new_items=_new(np.asarray(stream.item), bounds),
        value=_values(stream, first, bounds, before),
        turnover=_turnover(codes, bounds),
        shuffled=_turnover(shuffled_codes, bounds),
        single=float(np.mean(np.bincount(np.asarray(stream.user)) == 1)),
    )


def _codes(stream: Stream) -> AnyArray:
    """(n,) what the turnover of windows is computed over: items, or labels if the task has them."""
    if stream.task == "rank":
        return np.asarray(stream.item)
    _, codes = np.unique(np.asarray(stream.label), return_inverse=True)
    return np.asarray(codes)


def _new(codes: AnyArray, bounds: IntArray) -> FloatArray:
    """(w,) the share of events whose code did not occur before the window; codes are in order of first appearance."""
    known = np.append(-1, np.maximum.accumulate(codes))[bounds[:-1]]
    return np.array([float(np.mean(codes[begin:end] > m)) for begin, end, m in _each(bounds, known)])


def _values(stream: Stream, first: int, bounds: IntArray, before: IntArray) -> FloatArray:
    """(w, 3) the measure of each window by each history."""
    rows = []
    for begin, end, previous in _each(bounds, before[:-1]):
        newest = previous if previous < begin else 0
        rows.append([_measured(stream, since, upto, begin, end) for since, upto in
                     ((0, first), (0, begin), (newest, begin))])  # fmt: skip
    return np.array(rows)


def _measured(stream: Stream, since: int, upto: int, begin: int, end: int) -> float:
    """The measure of the events [begin, end), by a history of the events [since, upto)."""
    if stream.task == "rank":
        items = np.asarray(stream.item)
        return float(np.mean(np.isin(items[begin:end], _top(np.bincount(items[since:upto])))))
    label = np.asarray(stream.label)
    past, now = label[since:upto], label[begin:end]
    if stream.task == "rate":
        return -float(np.mean(np.square(now - past.mean())))
    counts = np.bincount(past.astype(np.int64), minlength=max(2, len(stream.classes))) + 1
    return float(np.mean(np.log(counts / counts.sum())[now.astype(np.int64)]))


def _top(counts: IntArray) -> IntArray:
    """The ten items with the highest counts; of equals, those that came first."""
    if len(counts) > TOP:
        least = max(1, int(np.partition(counts, len(counts) - TOP)[len(counts) - TOP]))
        above, equal = np.flatnonzero(counts > least), np.flatnonzero(counts == least)
        return np.concatenate([above, equal[: TOP - len(above)]])
    return np.flatnonzero(counts)


def _turnover(codes: AnyArray, bounds: IntArray) -> FloatArray:
    """Total variation between the shares of each window and of the window half the stream later."""
    n_codes, spans = int(codes.max()) + 1, list(pairwise(bounds.tolist()))
    apart = len(spans) // 2

    def shares(begin: int, end: int) -> FloatArray:
        return np.bincount(codes[begin:end], minlength=n_codes) / (end - begin)

    pairs = zip(spans, spans[apart:], strict=False) if apart else ()
    return np.array(
        [0.5 * float(np.abs(shares(*earlier) - shares(*later)).sum()) for earlier, later in pairs], np.float64
    )


def _each(bounds: IntArray, more: AnyArray) -> list[tuple[int, int, int]]:
    """(begin, end, one more number) per window."""
    return list(zip(bounds[:-1].tolist(), bounds[1:].tolist(), more.tolist(), strict=True))
