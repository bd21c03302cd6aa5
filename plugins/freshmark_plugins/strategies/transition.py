"""transition: what users took after the item that this user took last."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

import numpy as np
from freshmark import Events, Query, Strategy
from freshmark.contract.arrays import AnyArray, FloatArray, IntArray, Task
from freshmark.errors import UsageError

from freshmark_plugins.compiled import compiled
from freshmark_plugins.growth import enlarged, highest
from freshmark_plugins.pairs import PairCounts, Rows, accumulate, add, room

WHOLE = 2520
"""The least number that 1 … 10 divide: weights 1/gap are counted in such parts, exactly, in any order."""

FARTHEST = 10


class Transition(Strategy):
    """Rank items by how often they followed the user's last item, near followers counting more.

    ::

        update, for each event (u, b):   M_ab ← M_ab + 1/gap    for the item a that u took ``gap`` ≤ order events before
        score(u, b) = M_ab               a the last item of u

    The last item is context and moves with each event; M moves by updates alone. Items that never followed come
    after, by popularity; for new users that is all there is.

    Cost of an update: O(order) an event; of an answer: O(followers). Memory: see PairCounts, 8 bytes an item, and
    8 (order + 1) bytes a user. Sequential rules of Ludewig & Jannach, UMUAI 2018; order 1 is a Markov chain.

    Args:
        order: the farthest gap that counts, 1 to 10.
    """

    tasks: ClassVar[frozenset[Task]] = frozenset({"rank"})

    def __init__(self, *, order: int = 1) -> None:
        if not 1 <= order <= FARTHEST:
            raise UsageError(f"transition has order={order}", remedy=f"1 to {FARTHEST}")
        self.last: IntArray = np.zeros(0, np.int64)
        self.recent: IntArray = np.zeros((0, order), np.int64)
        self.pairs = PairCounts()
        self.items = 0
        self.counts: FloatArray = np.zeros(0)

    def fit(self, history: Events) -> None:
        """The warm-up is learned, and it is context too."""
        self.observe(history)
        self.update(history)

    def observe(self, events: Events) -> None:
        """Remember each user's last item."""
        self.last = enlarged(self.last, highest(events.user), -1)
        self.last[events.user] = events.item  # of several the last stays

    def update(self, events: Events) -> None:
        """Count each event as a follower of the user's events before it."""
        self.items = max(self.items, highest(events.item))
        self.counts = enlarged(self.counts, self.items)
        np.add.at(self.counts, events.item, 1)
        self.pairs.grow(len(self.counts))
        self.recent = enlarged(self.recent, highest(events.user), -1)
        done = 0
        while done < len(events):
            done, cells = _learn(self.pairs.rows, self.recent, events.user, events.item, done)
            self.pairs.make_room(cells)

    def score(self, query: Query) -> FloatArray:
        """(n, m) weights of the followers, ≥ 0; where there is none, popularity in (−1, 0)."""
        scores = np.zeros((len(query), self.items))
        _score(self.pairs.rows, self.last, self.counts, query.user, scores)
        return scores

    def state(self) -> Mapping[str, AnyArray]:
        """Pairs, counts, and the last items of each user as learned and as context."""
        return {"counts": self.counts, "last": self.last, "recent": self.recent, **self.pairs.state()}


@compiled
def _learn(rows: Rows, recent: IntArray, users: IntArray, items: IntArray, begin: int) -> tuple[int, int]:
    """Learn events from ``begin`` on; where it had to stop, and how many cells it needs to go on."""
    order, m = recent.shape[1], len(rows.power)
    for event in range(begin, len(users)):
        before, item = recent[users[event]], items[event]
        needed = 0
        for gap in range(order):
            needed += room(rows, before[gap], 1) if before[gap] >= 0 else 0
        if rows.tail[0] + needed > len(rows.cells):
            return event, needed
        for gap in range(order):
            if before[gap] >= 0:
                add(rows, before[gap], item, WHOLE // (gap + 1), m)
        for gap in range(order - 1, 0, -1):
            before[gap] = before[gap - 1]
        before[0] = item
    return len(users), 0


@compiled
def _score(rows: Rows, last: IntArray, counts: FloatArray, users: IntArray, out: FloatArray) -> None:
    n, m = out.shape
    most = 1.0
    for item in range(m):
        most = max(most, counts[item] + 1.0)
    for query in range(n):
        row, user = out[query], users[query]
        if user < len(last) and 0 <= last[user] < m:
            accumulate(rows, last[user], 1.0 / WHOLE, row)
        for item in range(m):
            if row[item] == 0:
                row[item] = counts[item] / most - 1.0
