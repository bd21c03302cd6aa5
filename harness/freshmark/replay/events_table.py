"""The table of test events: what is the same for every strategy."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from freshmark.contract.arrays import AnyArray, BoolArray
from freshmark.contract.segment import FEATURE_COLUMN
from freshmark.contract.streams.stream import Stream
from freshmark.replay.counting import earlier_events, head_of
from freshmark.replay.timeline import Timeline


def events_table(timeline: Timeline, features: Iterable[str] = ()) -> dict[str, AnyArray]:
    """One row per test event, with those of the named features that are one number per event, user or item."""
    stream, test = timeline.stream, slice(timeline.first, timeline.end)
    item_events, _, _ = earlier_events(stream.item, timeline.time, len(stream.items))
    window = ((timeline.time[test] - timeline.edges[0]) // timeline.span).astype(np.int32)
    table: dict[str, AnyArray] = {
        "position": np.arange(timeline.first, timeline.end),
        "time": timeline.time[test],
        "user": np.asarray(stream.user[test]),
        "item": np.asarray(stream.item[test]),
        "window": window,
        "candidates": timeline.candidates[test],
        "user_events": timeline.user_events[test],
        "item_events": item_events[test],
        "head": _heads(timeline, window),
    }
    if stream.label is not None:
        table["label"] = np.asarray(stream.label[test])
    return table | _oracle(timeline, test) | _features(stream, test, sorted(set(features)))


def _features(stream: Stream, test: slice, names: Sequence[str]) -> dict[str, AnyArray]:
    """The columns of these features, those of users and items by the code of each event."""
    sides = ((stream.user_features, stream.user), (stream.item_features, stream.item))
    values = {name: column[code[test]] for side, code in sides for name, column in side.items() if name in names}
    values |= {name: np.asarray(stream.features[name][test]) for name in names if name in stream.features}
    return {FEATURE_COLUMN.format(name): values[name] for name in names if name in values and values[name].ndim == 1}


def _oracle(timeline: Timeline, test: slice) -> dict[str, AnyArray]:
    """The best achievable answer to each test event; for classes, to the true one, and the likeliest class."""
    if timeline.stream.oracle is None:
        return {}
    best = timeline.stream.oracle[test]
    if timeline.stream.task != "classify":
        return {"oracle": best}
    true = best[np.arange(len(best)), timeline.truth[test]]
    return {"oracle": true, "oracle_class": best.argmax(1)}


def _heads(timeline: Timeline, window: NDArray[np.int32]) -> BoolArray:
    """(n_test,) bool: whether the event's item is in the head of its window."""
    item, first = timeline.stream.item, timeline.first
    heads = np.zeros(len(window), np.bool_)
    counts = np.bincount(item[:first], minlength=len(timeline.stream.items))
    starts = np.flatnonzero(np.diff(window, prepend=-1))
    for begin, end in zip(starts, [*starts[1:], len(window)], strict=True):
        inside = item[first + begin : first + end]
        head = np.zeros(len(counts), np.bool_)
        known = int(timeline.candidates[first + begin])
        head[:known] = head_of(counts[:known])
        heads[begin:end] = head[inside]
        counts += np.bincount(inside, minlength=len(counts))
    return heads
