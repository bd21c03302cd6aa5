"""sequential_rules: followers of the user's newest items, within sessions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

import numpy as np
from freshmark import AnyArray, Events, FloatArray, IntArray, Query, Search, UsageError, parse_duration

from freshmark_plugins.histories.pair_counts import PairCounts, Rows, accumulate, add, room
from freshmark_plugins.histories.popularity_backoff import back_off_to_popularity
from freshmark_plugins.histories.sessions import ENDLESS, Sessions, newest, push, push_each
from freshmark_plugins.kernels.compiled import compiled
from freshmark_plugins.kernels.growth import row_count
from freshmark_plugins.strategies.counting.item_counts import ItemCounts

WHOLE = 2520
"""The least common multiple of 1 … 10: weights 1/gap are exact integers in these units."""

MAX_ORDER = 10


class SequentialRules(ItemCounts):
    """Rank items by the rules "b follows a" of all sessions; small gaps and newer items count more.

    ::

        update, for each event (u, b):   M_ab ← M_ab + 1/gap    for the item a of u ``gap`` ≤ order events before
        score(u, b) = Σ_k M_{a_k b} / k                         a_k the k-th newest item of u's session, k ≤ last

    A session ends after an idle time longer than ``session``. Its items are context and change with each event; M
    changes only in updates. Items that never followed are ranked below by popularity, as are all items in new sessions.

    Cost of an update: O(order) per event; of an answer: O(last · followers). Memory: see PairCounts, 8 bytes per item,
    and 8 (order + last + 2) bytes per user. "SR" of Ludewig & Jannach, UMUAI 28, 2018: 10 steps, weights 1/gap,
    ``last=1``.

    Args:
        order: largest gap that counts, 1 to 10.
        last: number of newest items that score.
        session: idle time after which a new session starts, such as "30m"; None: never.
    """

    def __init__(
        self,
        *,
        order: Annotated[int, Search(1, 10)] = 10,
        last: Annotated[int, Search(1, 10)] = 3,
        session: str | None = None,
    ) -> None:
        if not 1 <= order <= MAX_ORDER or last < 1:
            name = type(self).__name__
            raise UsageError(f"{name} has order={order}, last={last}", remedy=f"order 1 to {MAX_ORDER}, last 1 or more")
        super().__init__()
        self.idle = ENDLESS if session is None else parse_duration(session)
        self.shown, self.given = Sessions.none(last), Sessions.none(order)
        self.pairs = PairCounts()

    def observe(self, events: Events) -> None:
        """Add to the newest items of each session."""
        self.shown = self.shown.grown(row_count(events.user))
        push_each(self.shown, events.user, events.item, events.time, self.idle)

    def update(self, events: Events) -> None:
        """Count each event as a follower of those before it in its session."""
        self.count(events)
        self.pairs.grow(len(self.counts))
        self.given = self.given.grown(row_count(events.user))
        done = 0
        while done < len(events):
            done, cells = _learn(
                self.pairs.rows, self.given, events.user, events.item, events.time, self.idle, done
            )  # fmt: skip
            self.pairs.make_room(cells)

    def score(self, query: Query) -> FloatArray:
        """(n, m) weights of the followers, ≥ 0; popularity in (−1, 0) where it is 0."""
        scores = np.zeros((len(query), self.items))
        _score(self.pairs.rows, self.shown, query.user, query.time, self.idle, scores)
        back_off_to_popularity(scores, self.counts)
        return scores

    def state(self) -> Mapping[str, AnyArray]:
        """Pairs, counts, and the newest items of each user, learned and as context."""
        shown, given = self.shown, self.given
        times = {"ended": shown.ended, "given.ended": given.ended}
        return {"counts": self.counts, "last": shown.items, "recent": given.items, **times, **self.pairs.state()}


@compiled
def _learn(
    rows: Rows, given: Sessions, users: IntArray, items: IntArray, times: IntArray, idle: int, begin: int
) -> tuple[int, int]:
    """Learn events from ``begin``; returns where it stopped, and the cells needed to continue."""
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
