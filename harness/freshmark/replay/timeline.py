"""Timeline: what the stream and the settings determine about each test event, whatever the strategy."""

from __future__ import annotations

from functools import cached_property
from typing import cast

import numpy as np
from numpy.typing import NDArray

from freshmark.contract.arrays import AnyArray, BoolArray, IntArray
from freshmark.contract.events import Query
from freshmark.contract.streams.stream import Stream
from freshmark.errors import DataError
from freshmark.replay.counting import earlier_events, head_of
from freshmark.replay.knowledge import knowledge_of, with_columns
from freshmark.replay.settings import Settings as Settings  # noqa: PLC0414  (a timeline comes with settings)
from freshmark.replay.visible_columns import VisibleColumns
from freshmark.replay.windows import windows


class Timeline:
    """The test events of a stream under these settings.

    first, end: positions of the first test event and after the last
    edges: (w + 1,) int64, microseconds: window i is [edges[i], edges[i + 1])
    candidates: (n,) int32, number of items first seen before each event's time: the catalogue is ``range(m)``
    user_events: (n,) int32, the user's events before each event's time
    known: (n,) int64, microseconds, never decreasing: when each event of ``learning`` may be learned from
    learning: the stream in that order
    warm: number of events known when the first query is asked
    query, given, context: what a strategy sees of the events [begin, end); see VisibleColumns

    Raises:
        DataError: the warm-up takes every event (all have one time, for example), so nothing is left to test.
    """

    def __init__(self, stream: Stream, settings: Settings | None = None) -> None:
        self.stream = stream
        self.settings = settings or Settings()
        plain = with_columns(stream, _plain)
        self.time, self._user, self._item, self._label = plain.time, plain.user, plain.item, plain.label
        self.end = len(self.time)
        self.first = self._warmed()
        knowledge = knowledge_of(stream, self.settings.label_delay)
        self.known: IntArray = _plain(knowledge.time)
        self.learning, self._order_known = knowledge.stream, knowledge.order
        self.warm = int(np.searchsorted(self.known, self.time[self.first], "left")) if knowledge.delayed else self.first
        self.span, self.edges = windows(self.time[self.first :], self.settings.window)
        self.candidates = self._catalogue()
        shown = VisibleColumns(plain, self.candidates, order=self._order_known, delayed=knowledge.delayed)
        self.query, self.given, self.context = shown.query, shown.given, shown.context
        self.user_events, self._order, self._user_starts = earlier_events(self._user, self.time, len(stream.users))

    def positions(self, begin: int, end: int) -> IntArray:
        """Positions in the stream of the events [begin, end) of ``learning``."""
        return np.arange(begin, end) if self._order_known is None else self._order_known[begin:end]

    @property
    def truth(self) -> AnyArray:
        """(n,) the true items (rank) or labels of the whole stream."""
        return cast("AnyArray", self._item if self.stream.task == "rank" else self._label)

    @cached_property
    def had_items(self) -> NDArray[np.int32]:
        """(n,) int32: the items of all events, user by user, each user's in the order of time."""
        return self._item[self._order]

    @cached_property
    def _events_of(self) -> IntArray:
        """(users,) how many events each user has."""
        return np.diff(self._user_starts, append=self.end)

    @cached_property
    def had_begin(self) -> IntArray:
        """(n,) int64: where in ``had_items`` the items of each event's user begin."""
        return self._user_starts[self._user]

    @cached_property
    def had_end(self) -> IntArray:
        """(n,) int64: where in ``had_items`` the items that the user had before the event's time end."""
        return self.had_begin + self.user_events

    @cached_property
    def user_before(self) -> IntArray:
        """(n,) int64: position of the user's last event of an earlier time, -1 if there is none."""
        last = np.full(self.end, -1, np.int64)
        some = np.flatnonzero(self.user_events)
        last[some] = self._order[self._user_starts[self._user[some]] + self.user_events[some] - 1]
        return last

    def catalogue(self, position: int) -> int:
        """How many items are known by the events before this position."""
        return int(self._item[:position].max(initial=-1)) + 1

    def visit(self, user: int, time: int) -> tuple[Query, AnyArray]:
        """The query of a user of the warm-up at this time, without an event, and the items the user had by then.

        Features are those of the user's previous event.
        """
        mine = self._order[self._user_starts[user] :][: int(self._events_of[user])]
        mine = mine[: np.searchsorted(self.time[mine], time, "left")]
        last = int(mine[-1])
        query = Query(
            np.array([time]),
            np.array([user], np.int64),
            None,
            np.array([self.catalogue(int(np.searchsorted(self.time, time, "left")))]),
            self.query(last, last + 1).features,
        )
        return query, self._item[mine]

    def tie_start(self, position: int) -> int:
        """The first event that has the time of this one."""
        return int(np.searchsorted(self.time, self.time[position], "left"))

    def tie_stop(self, stop: int) -> int:
        """The first position from ``stop`` on at which time changes."""
        if stop >= self.end or self.time[stop] != self.time[stop - 1]:
            return min(stop, self.end)
        return int(np.searchsorted(self.time, self.time[stop], "right"))

    def head(self, window: int) -> BoolArray:
        """(m,) bool: which of the items known when the window begins belong to the head."""
        begin = int(np.searchsorted(self.time, self.edges[window], "left"))
        known = int(self.candidates[min(begin, self.end - 1)])
        return head_of(np.bincount(self._item[:begin], minlength=known)[:known])

    def _warmed(self) -> int:
        # 0.29 * 100 is 28.999999999999996: rounding must not cost an event.
        wanted = int(self.settings.warmup * self.end + 1e-9)
        first = self.tie_stop(max(1, wanted)) if self.settings.warmup else 0
        if first == self.end:
            raise DataError(
                "nothing is left to test: the warm-up takes every event",
                where=self.stream.name,
                remedy="all events have one time, or the warm-up is too long",
                code="FM204",
            )
        return first

    def _catalogue(self) -> NDArray[np.int32]:
        """Codes are in order of first appearance, so the items known at t are those first seen before t."""
        highest = np.maximum.accumulate(self._item)
        first_seen = self.time[np.flatnonzero(np.diff(highest, prepend=-1))]
        return np.searchsorted(first_seen, self.time, "left").astype(np.int32)


def _plain(column: AnyArray) -> AnyArray:
    return np.asarray(column).view(np.ndarray)
