"""VisibleColumns: what a strategy sees of the stream, always as copies, so that no ``.base`` leads further.

Codes are stored in four bytes and shown in eight. With an update per event, casting them one at a time would be a good
part of the replay, so a stretch is cast at once and single events are copied from it.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from freshmark.contract.arrays import AnyArray, IntArray
from freshmark.contract.events import NO_FEATURES, Events, Query
from freshmark.contract.streams.stream import Stream

STRETCH = 4096
"""Events cast at once."""


class VisibleColumns:
    """Queries and events of one stream.

    Args:
        stream: its columns in memory or as plain views; slicing a memory map costs a microsecond more.
        candidates: (n,) items known before each event.
        order: (n,) positions in the order in which events become known; None: the order of time.
        delayed: whether labels are known later than the events are past.
    """

    def __init__(self, stream: Stream, candidates: AnyArray, *, order: IntArray | None, delayed: bool) -> None:
        time, user, item = self._columns = stream.time, stream.user, stream.item
        self._asked = _Codes(time, user, candidates)
        # Two caches: with late labels, what is learned lies far behind what is observed.
        self._learned, self._past = _Codes(time, user, item), _Codes(time, user, item)
        self._label, self._features = stream.label, stream.features
        self._asks_of_items = stream.task in {"click", "rate"}
        # The item is the answer of a rank query: its features would give it away.
        self._asked_features = {
            name: column
            for name, column in stream.features.items()
            if stream.task != "rank" or stream.owner(name) != "item"
        }
        self._order, self._delayed = order, delayed

    def query(self, begin: int, end: int) -> Query:
        """The queries of the events [begin, end), without their answers."""
        time, user, candidates = self._asked.copies(begin, end)
        item = self._columns[2][begin:end].astype(np.int64) if self._asks_of_items else None
        features = _copies(self._asked_features, begin, end) if self._asked_features else NO_FEATURES
        return Query(time, user, item, candidates, features)

    def given(self, begin: int, end: int) -> Events:
        """Events to learn from: [begin, end) in the order in which they become known."""
        if self._order is None:
            return self._events(self._learned, begin, end, self._label)
        rows, (time, user, item) = self._order[begin:end], self._columns
        return Events(
            time[rows],
            user[rows].astype(np.int64),
            item[rows].astype(np.int64),
            None if self._label is None else self._label[rows],
            {name: column[rows] for name, column in self._features.items()} if self._features else NO_FEATURES,
        )

    def context(self, begin: int, end: int) -> Events:
        """The events [begin, end) as context, without labels if these become known later."""
        return self._events(self._past, begin, end, None if self._delayed else self._label)

    def _events(self, codes: _Codes, begin: int, end: int, label: AnyArray | None) -> Events:
        time, user, item = codes.copies(begin, end)
        return Events(
            time,
            user,
            item,
            None if label is None else label[begin:end].copy(),
            _copies(self._features, begin, end) if self._features else NO_FEATURES,
        )


def _copies(features: Mapping[str, AnyArray], begin: int, end: int) -> dict[str, AnyArray]:
    return {name: column[begin:end].copy() for name, column in features.items()}


class _Codes:
    """Three columns, a stretch of which is cached as int64."""

    def __init__(self, *columns: AnyArray) -> None:
        self._columns = columns
        self._begin = self._end = 0
        self._stretch = np.empty((3, 0), np.int64)

    def copies(self, begin: int, end: int) -> tuple[IntArray, IntArray, IntArray]:
        """(n,) int64 each: the rows [begin, end)."""
        if end - begin > STRETCH:
            first, second, third = (column[begin:end].astype(np.int64) for column in self._columns)
            return first, second, third
        if begin < self._begin or end > self._end:
            self._cast(begin, begin + STRETCH)
        three = self._stretch[:, begin - self._begin : end - self._begin].copy()
        return three[0], three[1], three[2]

    def _cast(self, begin: int, end: int) -> None:
        self._begin, self._end = begin, end
        self._stretch = np.stack([column[begin:end].astype(np.int64, copy=False) for column in self._columns])
