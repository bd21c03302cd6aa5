"""itemknn: item-based nearest neighbours, updated event by event."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

import numpy as np
from freshmark import AnyArray, Events, FloatArray, IntArray, Query, Search, UsageError

from freshmark_plugins.histories.pair_counts import PairCounts, Rows, accumulate, add, room
from freshmark_plugins.histories.recency_lists import Lists, RecencyLists, to_front
from freshmark_plugins.kernels.compiled import compiled
from freshmark_plugins.kernels.growth import row_count, with_room
from freshmark_plugins.strategies.counting.item_counts import ItemCounts


class ItemKNN(ItemCounts):
    """Rank items by the sum of their cosines with the user's items; cosines are exact after every event.

    ::

        update, for each event (u, i) with i not in H_u:    C_ih ← C_ih + 1, C_hi ← C_hi + 1  for h in H_u
                                                            n_i ← n_i + 1, H_u ← H_u ∪ {i}
        score(u, i) = Σ_k γ^k · C_ih / √(n_i n_h),          h the k-th newest item of u, k = 0, 1 …

    The user's items are context and change with each event; C and n change only in updates. Items without such a
    neighbour follow by popularity n, as do all items for new users.

    Cost of an update: O(|H_u|) per event; of an answer: O(|H_u| · neighbours). Memory: see PairCounts, and 32 bytes per
    user and item. Sarwar et al., WWW 2001; kept incrementally as in Papagelis et al., ISMIS 2005.

    Args:
        history: newest distinct items of a user that count, including the new one.
        gamma: γ, the weight of each next older item.
    """

    def __init__(
        self,
        *,
        history: Annotated[int, Search(10, 200, log=True)] = 50,
        gamma: Annotated[float, Search(0.5, 1.0)] = 0.9,
    ) -> None:
        if history < 1 or not 0 < gamma <= 1:
            raise UsageError(f"itemknn has history={history}, gamma={gamma}", remedy="history ≥ 1 and 0 < gamma ≤ 1")
        super().__init__()
        self.gamma = gamma
        self.had = RecencyLists(history)
        self.learned = RecencyLists(history)
        self.pairs = PairCounts()

    def observe(self, events: Events) -> None:
        """Add to the users' items."""
        self.had.append(events.user, events.item)

    def update(self, events: Events) -> None:
        """Count each new item of a user with their other items."""
        self.items = max(self.items, row_count(events.item))
        self.counts = with_room(self.counts, self.items)
        self.pairs.grow(len(self.counts))
        self.learned.grow(events.user)
        done, history = 0, self.learned
        while done < len(events):
            done, cells = _learn(
                self.pairs.rows, history.lists, self.counts, events.user, events.item, done, history.size
            )
            self.pairs.make_room(cells)

    def score(self, query: Query) -> FloatArray:
        """(n, m) sums of cosines, ≥ 0; popularity in (−1, 0) where it is 0."""
        scores = np.zeros((len(query), self.items))
        _score(self.pairs.rows, self.had.lists, self.counts, query.user, self.gamma, scores)
        return scores

    def state(self) -> Mapping[str, AnyArray]:
        """Pairs, counts, and the items of each user as learned and as context."""
        return {
            "counts": self.counts,
            **self.pairs.state(),
            **self.learned.state("learned"),
            **self.had.state("had"),
        }


@compiled
def _learn(
    rows: Rows, lists: Lists, counts: FloatArray, users: IntArray, items: IntArray, begin: int, size: int
) -> tuple[int, int]:
    """Learn events from ``begin``; returns where it stopped, and the cells needed to continue."""
    m = len(counts)
    for event in range(begin, len(users)):
        user, item = users[event], items[event]
        needed = room(rows, item, size)
        node = lists.first[user]
        while node >= 0:
            needed += room(rows, lists.item[node], 1)
            node = lists.after[node]
        if rows.tail[0] + needed > len(rows.cells):
            return event, needed
        if to_front(lists, user, item, size):
            continue
        counts[item] += 1
        node = lists.after[lists.first[user]]
        while node >= 0:
            add(rows, item, lists.item[node], 1, m)
            add(rows, lists.item[node], item, 1, m)
            node = lists.after[node]
    return len(users), 0


@compiled
def _score(rows: Rows, lists: Lists, counts: FloatArray, users: IntArray, gamma: float, out: FloatArray) -> None:
    n, m = out.shape
    most = 1.0
    for item in range(m):
        most = max(most, counts[item] + 1.0)
    for query in range(n):
        row, weight = out[query], 1.0
        node = lists.first[users[query]] if users[query] < len(lists.first) else -1
        while node >= 0:
            item = lists.item[node]
            if item < m and counts[item] > 0:
                accumulate(rows, item, weight / np.sqrt(counts[item]), row)
            weight *= gamma
            node = lists.after[node]
        for item in range(m):
            if row[item] > 0:
                row[item] /= np.sqrt(counts[item])
            else:
                row[item] = counts[item] / most - 1.0
