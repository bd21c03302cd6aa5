"""VisibleColumns: what a strategy sees of the stream, always as copies, so that no ``.base`` leads further.

Codes are stored in four bytes and shown in eight. With an update per event, casting them one at a time would be a good
part of the replay, so a stretch is cast at once and single events are copied from it.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

import numpy as np

from freshmark.contract.arrays import AnyArray, IntArray
from freshmark.contract.events import NO_FEATURES, Events, Query

STRETCH = 4096
"""Events cast at once."""


class VisibleColumns:
    """Queries and events of one stream.

    Args:
        time, user, item: (n,) columns of the stream.
        label: (n,) of the stream, or None.
        features: name → (n, …) of the stream.
        asked: names of the features that a query shows.
        candidates: (n,) items known before each event.
        order: (n,) positions in the order in which events become known; None: the order of time.
        asks_of_items: whether a query includes the item (click, rate).
        delayed: whether labels are known later than the events are past.
    """

    def __init__(
        self,
        time: IntArray,
        user: AnyArray,
        item: AnyArray,
        label: AnyArray | None,
        features: Mapping[str, AnyArray],
        *,
        asked: Collection[str],
        candidates: AnyArray,
        order: IntArray | None,
        asks_of_items: bool,
        delayed: bool,
    ) -> None:
        self._asked = _Codes(time, user, candidates)
        # Two caches: with late labels, what is learned lies far behind what is observed.
        self._learned, self._past = _Codes(time, user, item), _Codes(time, user, item)
        self._time, self._user, self._item = time, user, item
        self._label, self._features = label, features
        self._asked_features = {name: column for name, column in features.items() if name in asked}
        self._order, self._asks_of_items, self._delayed = order, asks_of_items, delayed

    def query(self, begin: int, end: int) -> Query:
        """The queries of the events [begin, end), without their answers."""
        time, user, candidates = self._asked.copies(begin, end)
        item = self._item[begin:end].astype(np.int64) if self._asks_of_items else None
        features = _copies(self._asked_features, begin, end) if self._asked_features else NO_FEATURES
        return Query(time, user, item, candidates, features)

    def given(self, begin: int, end: int) -> Events:
        """Events to learn from: [begin, end) in the order in which they become known."""
        if self._order is None:
            return self._events(self._learned, begin, end, self._label)
        rows = self._order[begin:end]
        return Events(
            self._time[rows],
            self._user[rows].astype(np.int64),
            self._item[rows].astype(np.int64),
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
