"""sequential_rules: what was taken after the items that this user took last, within a session."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

import numpy as np
from freshmark import AnyArray, Events, FloatArray, IntArray, Query, Strategy, Task, UsageError, parse_duration

from freshmark_plugins.histories.pair_counts import PairCounts, Rows, accumulate, add, room
from freshmark_plugins.histories.popularity_backoff import back_off_to_popularity
from freshmark_plugins.histories.sessions import ENDLESS, Sessions, newest, push, push_each
from freshmark_plugins.kernels.compiled import compiled
from freshmark_plugins.kernels.growth import bincount, row_count, with_room

WHOLE = 2520
"""The least number that 1 … 10 divide: weights 1/gap are bincount in such parts, exactly, in any order."""

FARTHEST = 10


class SequentialRules(Strategy):
    """Rank items by the rules "after a came b" of all sessions; near followers and newer items count more.

    ::

        update, for each event (u, b):   M_ab ← M_ab + 1/gap    for the item a that u took ``gap`` ≤ order events before
        score(u, b) = Σ_k M_{a_k b} / k                         a_k the k-th newest item of u's session, k ≤ last

    A user's events are one session until none comes for longer than ``session``. The items of the session are context
    and move with each event; M moves by updates alone. Items that never followed come after, by popularity; for new
    sessions that is all there is.

    Cost of an update: O(order) an event; of an answer: O(last · followers). Memory: see PairCounts, 8 bytes an item,
    and 8 (order + last + 2) bytes a user. "SR" of Ludewig & Jannach, UMUAI 28, 2018: 10 steps, weights 1/gap, and there
    the last item alone (``last=1``).

    Args:
        order: the farthest gap that counts, 1 to 10.
        last: how many of the newest items score.
        session: idle time after which a new session starts, such as "30m"; None: never.
    """

    tasks: ClassVar[frozenset[Task]] = frozenset({"rank"})
    draws: ClassVar[bool] = False

    def __init__(self, *, order: int = 10, last: int = 3, session: str | None = None) -> None:
        if not 1 <= order <= FARTHEST or last < 1:
            name = type(self).__name__
            raise UsageError(f"{name} has order={order}, last={last}", remedy=f"order 1 to {FARTHEST}, last 1 or more")
        self.idle = ENDLESS if session is None else parse_duration(session)
        self.shown, self.given = Sessions.none(last), Sessions.none(order)
        self.pairs = PairCounts()
        self.items = 0
        self.counts: FloatArray = np.zeros(0)

    def fit(self, history: Events) -> None:
        """The warm-up is learned, and it is context too."""
        self.observe(history)
        self.update(history)

    def observe(self, events: Events) -> None:
        """Remember the newest items of each session."""
        self.shown = self.shown.grown(row_count(events.user))
        push_each(self.shown, events.user, events.item, events.time, self.idle)

    def update(self, events: Events) -> None:
        """Count each event as a follower of those before it in its session."""
        new = row_count(events.item)
        self.items = max(self.items, new)
        self.counts = with_room(self.counts, self.items)
        self.counts[:new] += bincount(events.item, new)
        self.pairs.grow(len(self.counts))
        self.given = self.given.grown(row_count(events.user))
        done = 0
        while done < len(events):
            done, cells = _learn(
                self.pairs.rows, self.given, events.user, events.item, events.time, self.idle, done
            )  # fmt: skip
            self.pairs.make_room(cells)

    def score(self, query: Query) -> FloatArray:
        """(n, m) weights of the followers, ≥ 0; where there is none, popularity in (−1, 0)."""
        scores = np.zeros((len(query), self.items))
        _score(self.pairs.rows, self.shown, query.user, query.time, self.idle, scores)
        back_off_to_popularity(scores, self.counts)
        return scores

    def state(self) -> Mapping[str, AnyArray]:
        """Pairs, counts, and the newest items of each user as learned and as context."""
        shown, given = self.shown, self.given
        times = {"ended": shown.ended, "given.ended": given.ended}
        return {"counts": self.counts, "last": shown.items, "recent": given.items, **times, **self.pairs.state()}


@compiled
def _learn(
    rows: Rows, given: Sessions, users: IntArray, items: IntArray, times: IntArray, idle: int, begin: int
) -> tuple[int, int]:
    """Learn events from ``begin`` on; where it had to stop, and how many cells it needs to go on."""
    order, m = given.items.shape[1], len(rows.power)
    for event in range(begin, len(users)):
        user, time, needed = users[event], times[event], 0
        for gap in range(order):
            before = newest(given, user, gap, time, idle)
            needed += room(rows, before, 1) if before >= 0 else 0
        if rows.tail[0] + needed > len(rows.cells):
            return event, needed
        for gap in range(order):
            before = newest(given, user, gap, time, idle)
            if before >= 0:
                add(rows, before, items[event], WHOLE // (gap + 1), m)
        push(given, user, items[event], time, idle)
    return len(users), 0


@compiled
def _score(rows: Rows, shown: Sessions, users: IntArray, times: IntArray, idle: int, out: FloatArray) -> None:
    n, m = out.shape
    for query in range(n):
        for place in range(shown.items.shape[1]):
            item = newest(shown, users[query], place, times[query], idle)
            if 0 <= item < m:
                accumulate(rows, item, 1.0 / WHOLE / (place + 1), out[query])
