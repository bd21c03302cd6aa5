"""Segments of the test events of a stream: which group of which segment each event belongs to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from freshmark.contract.arrays import AnyArray, BoolArray, IntArray
from freshmark.contract.segment import FEATURE_COLUMN, Segment, SegmentEvents

ALL = "all"
"""The segment that every event belongs to."""


def by_user_history(events: SegmentEvents) -> IntArray:
    """Whether the user has a history.

    new user: it is the user's first event. known user: it is not.
    """
    return np.where(events.new_user, 0, 1)


def by_item_popularity(events: SegmentEvents) -> IntArray:
    """How popular the item was.

    new item: the item had not been seen when the event's window began (cold items included).
    head: the item was among the top 20 % of the items known at the window's begin, by events so far.
    tail: any other known item.
    """
    return np.where(events.new_item, 0, np.where(events.head, 1, 2))


SEGMENTS = (
    Segment("user", ("new user", "known user"), of=by_user_history),
    Segment("item", ("new item", "head", "tail"), of=by_item_popularity),
)


@dataclass(frozen=True, slots=True)
class Assignment:
    """One segment of a stream.

    groups: their names
    group: (n,) int64, the place of each event's group, −1 for none
    """

    groups: tuple[str, ...]
    group: IntArray


@dataclass(frozen=True)
class Division:
    """The n test events of a stream, divided into windows, and into the groups of each segment.

    window: (n,) int64 in range(windows)
    """

    window: IntArray
    windows: int
    assignments: tuple[Assignment, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """``all``, then the groups of each segment: the rows of ``Measured``."""
        return (ALL, *(name for one in self.assignments for name in one.groups))

    @cached_property
    def counts(self) -> IntArray:
        """(names, windows + 1) int64, events; the last column is the whole."""
        everything = np.bincount(self.window, minlength=self.windows)[None]
        parts = [everything, *(self._counts_of(one) for one in self.assignments)]
        by_window = np.concatenate(parts)
        return np.concatenate([by_window, by_window.sum(axis=1, keepdims=True)], axis=1)

    def _counts_of(self, one: Assignment) -> IntArray:
        inside = one.group >= 0
        cell = one.group[inside] * self.windows + self.window[inside]
        return np.bincount(cell, minlength=len(one.groups) * self.windows).reshape(-1, self.windows)


def segment_events(table: Mapping[str, AnyArray], features: tuple[str, ...] = ()) -> SegmentEvents:
    """The test events as a segment sees them, from the stored table; of features those that were recorded."""
    recorded = {name: FEATURE_COLUMN.format(name) for name in features}
    wide = {name: table[name].astype(np.int64, copy=False) for name in ("user", "item", "window")}
    return SegmentEvents(
        time=table["time"],
        **wide,
        index=table["position"],
        user_events=table["user_events"].astype(np.int64),
        item_events=table["item_events"].astype(np.int64),
        new_user=table["user_events"] == 0,
        new_item=_new_items(wide["item"], wide["window"], table["item_events"]),
        head=table["head"],
        label=table.get("label"),
        features={name: table[column] for name, column in recorded.items() if column in table},
    )


def _new_items(item: IntArray, window: IntArray, item_events: AnyArray) -> BoolArray:
    """Whether the item was unknown when the event's window began.

    ``item_events`` of the item's first event in a window is how often the item had come before the window began: zero
    there means that the item is new in all of its events of this window.
    """
    pair = window * (int(item.max(initial=0)) + 1) + item
    _, first, which = np.unique(pair, return_index=True, return_inverse=True)
    return np.asarray(item_events[first][which] == 0)
