"""Timeline: what the stream and the settings determine about each test event, whatever the strategy."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cached_property
from typing import cast

import numpy as np
from numpy.typing import NDArray

from freshmark.contract.arrays import AnyArray, BoolArray, IntArray
from freshmark.contract.events import Query
from freshmark.contract.segment import FEATURE_COLUMN
from freshmark.contract.streams.stream import Stream
from freshmark.errors import DataError
from freshmark.replay.knowledge import knowledge_of
from freshmark.replay.settings import Settings as Settings  # noqa: PLC0414  (a timeline comes with settings)
from freshmark.replay.visible_columns import VisibleColumns
from freshmark.replay.windows import windows

HEAD_SHARE = 0.2
"""The head is this share of the known items, those with the most events so far."""


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
        # Plain views: slicing a memory map costs a microsecond more than slicing an array.
        self.time: IntArray = _plain(stream.time)
        self._user = _plain(stream.user)
        self._item = _plain(stream.item)
        self._label = None if stream.label is None else _plain(stream.label)
        features = {name: _plain(column) for name, column in stream.features.items()}
        self.end = len(self.time)
        self.first = self._warmed()
        knowledge = knowledge_of(stream, self.settings.label_delay)
        self.known: IntArray = _plain(knowledge.time)
        self.learning, self._order_known = knowledge.stream, knowledge.order
        self.warm = int(np.searchsorted(self.known, self.time[self.first], "left")) if knowledge.delayed else self.first
        self.span, self.edges = windows(self.time[self.first :], self.settings.window)
        self.candidates = self._catalogue()
        shown = VisibleColumns(
            self.time,
            self._user,
            self._item,
            self._label,
            features,
            # The item is the answer of a rank query: its features would give it away.
            asked=[name for name in features if stream.task != "rank" or stream.owner(name) != "item"],
            candidates=self.candidates,
            order=self._order_known,
            asks_of_items=stream.task in {"click", "rate"},
            delayed=knowledge.delayed,
        )
        self.query, self.given, self.context = shown.query, shown.given, shown.context
        self.user_events, self._order, self._user_starts = _earlier(self._user, self.time, len(stream.users))

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
        return _head(np.bincount(self._item[:begin], minlength=known)[:known])

    def events_table(self, features: Iterable[str] = ()) -> dict[str, AnyArray]:
        """One row per test event: what is the same for every strategy.

        Args:
            features: names of features to add as columns; those that the stream does not have are left out, and those
                with more than one number per event, user or item.
        """
        test = slice(self.first, self.end)
        item_events, _, _ = _earlier(self._item, self.time, len(self.stream.items))
        window = ((self.time[test] - self.edges[0]) // self.span).astype(np.int32)
        table: dict[str, AnyArray] = {
            "position": np.arange(self.first, self.end),
            "time": self.time[test],
            "user": self._user[test],
            "item": self._item[test],
            "window": window,
            "candidates": self.candidates[test],
            "user_events": self.user_events[test],
            "item_events": item_events[test],
            "head": self._heads(window),
        }
        if self._label is not None:
            table["label"] = self._label[test]
        return table | self._oracle(test) | self._features(test, sorted(set(features)))

    def _features(self, test: slice, names: Sequence[str]) -> dict[str, AnyArray]:
        """The columns of these features, those of users and items by the code of each event."""
        stream = self.stream
        sides = ((stream.user_features, self._user), (stream.item_features, self._item))
        values = {name: column[code[test]] for side, code in sides for name, column in side.items() if name in names}
        values |= {name: np.asarray(stream.features[name][test]) for name in names if name in stream.features}
        flat = {name: column for name, column in values.items() if column.ndim == 1}
        return {FEATURE_COLUMN.format(name): flat[name] for name in names if name in flat}

    def _oracle(self, test: slice) -> dict[str, AnyArray]:
        """The best achievable answer to each test event; for classes, to the true one, and the likeliest class."""
        if self.stream.oracle is None:
            return {}
        best = self.stream.oracle[test]
        if self.stream.task != "classify":
            return {"oracle": best}
        true = best[np.arange(len(best)), self.truth[test]]
        return {"oracle": true, "oracle_class": best.argmax(1)}

    def _heads(self, window: NDArray[np.int32]) -> BoolArray:
        """(n_test,) bool: whether the event's item is in the head of its window."""
        heads = np.zeros(len(window), np.bool_)
        counts = np.bincount(self._item[: self.first], minlength=len(self.stream.items))
        starts = np.flatnonzero(np.diff(window, prepend=-1))
        for begin, end in zip(starts, [*starts[1:], len(window)], strict=True):
            inside = self._item[self.first + begin : self.first + end]
            head = np.zeros(len(counts), np.bool_)
            known = int(self.candidates[self.first + begin])
            head[:known] = _head(counts[:known])
            heads[begin:end] = head[inside]
            counts += np.bincount(inside, minlength=len(counts))
        return heads

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


def _earlier(code: AnyArray, time: IntArray, codes: int) -> tuple[NDArray[np.int32], IntArray, IntArray]:
    """How many events of the same code lie before each event's time; events by code; where each code starts."""
    order = np.argsort(code, kind="stable")
    by_code, by_time = code[order], time[order]
    starts = np.searchsorted(by_code, np.arange(codes), "left")
    place = np.arange(len(code))
    new = np.ones(len(code), np.bool_)
    new[1:] = (by_code[1:] != by_code[:-1]) | (by_time[1:] != by_time[:-1])
    run_start = np.maximum.accumulate(np.where(new, place, 0))
    earlier = np.empty(len(code), np.int32)
    earlier[order] = run_start - starts[by_code]
    return earlier, order, starts


def _head(counts: IntArray) -> BoolArray:
    """The ⌈share · m⌉ items with the most events; ties go to the item that came first."""
    head = np.zeros(len(counts), np.bool_)
    size = int(np.ceil(HEAD_SHARE * len(counts)))
    if size:
        least = np.partition(counts, len(counts) - size)[len(counts) - size]
        head[counts > least] = True
        head[np.flatnonzero(counts == least)[: size - int(head.sum())]] = True
    return head
