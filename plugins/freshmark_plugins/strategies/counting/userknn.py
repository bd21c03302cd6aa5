"""userknn: user-based nearest neighbours."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

import numpy as np
from freshmark import AnyArray, Events, FloatArray, IntArray, Query, Search, UsageError

from freshmark_plugins.histories.popularity_backoff import back_off_to_popularity
from freshmark_plugins.histories.recency_lists import Lists, RecencyLists
from freshmark_plugins.kernels.compiled import compiled
from freshmark_plugins.kernels.growth import row_count
from freshmark_plugins.strategies.counting.item_counts import ItemCounts


class UserKNN(ItemCounts):
    """Rank items by the sum of cosines of the nearest users who had them.

    ::

        update, for each event (v, i):   H_v ← H_v ∪ {i},  U_i ← U_i ∪ {v}
        w_uv = |H_u ∩ H_v| / √(|H_u| |H_v|)                counted over v in U_h, for h in H_u
        score(u, i) = Σ_{v in N_u, i in H_v} w_uv          N_u: the ``neighbours`` users v ≠ u of the largest w_uv

    The items of the requesting user are context and change with each event; those of others are learned in updates.
    Ties between users are broken by first appearance. Items of no neighbour are ranked below by popularity, as are all
    items for new users.

    Papagelis et al. keep the similarities in a matrix of users and update it with each event; here they are counted per
    request, from an index. Cost of an update: at most O(|H_v| + |U_i|) per event;
    of an answer: O(Σ_h |U_h| + neighbours · |H|). Memory: 48 bytes per item of a user. Papagelis et al., ISMIS 2005;
    for positive events Miranda & Jorge, WI 2009; the index as in Serenade, Kersbergen et al., SIGMOD 2022.

    Args:
        neighbours: |N_u|.
        history: newest distinct items of a user that count.
        users: newest distinct users of an item that count.
    """

    def __init__(
        self,
        *,
        neighbours: Annotated[int, Search(10, 200, log=True)] = 50,
        history: Annotated[int, Search(20, 200, log=True)] = 100,
        users: Annotated[int, Search(100, 1000, log=True)] = 500,
    ) -> None:
        if min(neighbours, history, users) < 1:
            raise UsageError(
                f"userknn has neighbours={neighbours}, history={history}, users={users}", remedy="1 or more of each"
            )
        super().__init__()
        self.neighbours = neighbours
        self.had, self.learned, self.users_of_item = RecencyLists(history), RecencyLists(history), RecencyLists(users)
        self.users = 0

    def observe(self, events: Events) -> None:
        """Add to the users' items."""
        self.had.append(events.user, events.item)

    def update(self, events: Events) -> None:
        """Add the events to both sides of the index."""
        self.learned.append(events.user, events.item)
        self.users_of_item.append(events.item, events.user)
        self.users = max(self.users, row_count(events.user))
        self.count(events)

    def score(self, query: Query) -> FloatArray:
        """(n, m) sums of cosines, ≥ 0; popularity in (−1, 0) where it is 0."""
        scores = np.zeros((len(query), self.items))
        for row, user in zip(scores, query.user.tolist(), strict=True):
            near = self._neighbours(user)
            _vote(self.learned.lists, np.flatnonzero(near), near, row)
        back_off_to_popularity(scores, self.counts)
        return scores

    def state(self) -> Mapping[str, AnyArray]:
        """What users had as learned and as context, who took each item, and how often it was taken."""
        return {
            "counts": self.counts,
            **self.learned.state("learned"),
            **self.users_of_item.state("takers"),
            **self.had.state("had"),
        }

    def _neighbours(self, user: int) -> FloatArray:
        """(users,) the cosine of those among the nearest, 0 elsewhere."""
        near = np.zeros(self.users)
        _cosines(self.had.lists, self.learned.lists, self.users_of_item.lists, user, near)
        reached = np.flatnonzero(near)
        if len(reached) > self.neighbours:
            order = np.argsort(-near[reached], kind="stable")
            near[reached[order[self.neighbours :]]] = 0
        return near


@compiled
def _cosines(had: Lists, learned: Lists, takers: Lists, user: int, near: FloatArray) -> None:
    if user >= len(had.first):
        return
    node = had.first[user]
    while node >= 0:
        item = had.item[node]
        other = takers.first[item] if item < len(takers.first) else -1
        while other >= 0:
            near[takers.item[other]] += 1
            other = takers.after[other]
        node = had.after[node]
    for v in range(len(near)):
        if v == user:
            near[v] = 0
        elif near[v] > 0:
            near[v] /= np.sqrt(had.length[user] * learned.length[v])


@compiled
def _vote(learned: Lists, users: IntArray, near: FloatArray, row: FloatArray) -> None:
    for user in users:
        node = learned.first[user]
        while node >= 0:
            row[learned.item[node]] += near[user]
            node = learned.after[node]
