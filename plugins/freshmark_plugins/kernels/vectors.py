"""Vectors of users and items, drawn at their first event."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from freshmark import AnyArray, BoolArray, FloatArray, IntArray
from numpy.typing import NDArray

from freshmark_plugins.kernels.compiled import compiled
from freshmark_plugins.kernels.growth import row_count, with_room

Table = NDArray[np.float32]


class Vectors:
    """Rows drawn from N(0, scale²) in order of events, a user's before an item's, as in an online learner.

    users, items: (n, dim) and (m, dim) float32, zero until the first event
    met: (n,) bool, whether a user had an event
    counts: (m,) int64, events of each item

    Memory: 4 dim + 1 bytes per user, 4 dim + 8 bytes per item.

    Args:
        dim: length of a vector.
        scale: standard deviation of the draws.
        seed: of the draws.
    """

    def __init__(self, dim: int, *, scale: float, seed: tuple[int, ...]) -> None:
        self.scale = scale
        self.draw = np.random.default_rng(seed)
        self.users: Table = np.zeros((0, dim), np.float32)
        self.items: Table = np.zeros((0, dim), np.float32)
        self.met: BoolArray = np.zeros(0, np.bool_)
        self.counts: IntArray = np.zeros(0, np.int64)
        self.known_users, self.known_items = 0, 0

    def meet(self, users: IntArray, items: IntArray) -> IntArray:
        """Draw vectors for new users and items of these events, and count the items; returns the new: u, or −1 − i."""
        self._room(row_count(users), row_count(items))
        order = np.empty(2 * len(users), np.int64)
        new = order[: _first_sights(self.met, self.counts, users, items, order)]
        drawn = self.scale * self.draw.standard_normal((len(new), self.users.shape[1]))
        self.users[new[new >= 0]] = drawn[new >= 0]
        self.items[~new[new < 0]] = drawn[new < 0]
        return new

    def products(self, users: IntArray) -> FloatArray:
        """(n, m) p_u · q_i; zero for users without events."""
        out = np.zeros((len(users), self.known_items))
        _products(self.users, self.items, users, self.known_users, out)
        return out

    def knows(self, users: IntArray) -> BoolArray:
        """(n,) whether each user had an event."""
        known = users < self.known_users
        known[known] = self.met[users[known]]
        return known

    def state(self) -> Mapping[str, AnyArray]:
        """The vectors and event counts of all users and items so far."""
        users, items = self.known_users, self.known_items
        return {
            "users": self.users[:users],
            "items": self.items[:items],
            "met": self.met[:users],
            "counts": self.counts[:items],
        }

    def _room(self, users: int, items: int) -> None:
        if users > self.known_users:
            self.known_users = users
            self.users, self.met = with_room(self.users, users), with_room(self.met, users)
        if items > self.known_items:
            self.known_items = items
            self.items, self.counts = with_room(self.items, items), with_room(self.counts, items)


@compiled
def _first_sights(met: BoolArray, counts: IntArray, users: IntArray, items: IntArray, order: IntArray) -> int:
    """Write the new users as u and new items as −1 − i; returns their number."""
    new = 0
    for event in range(len(users)):
        user, item = users[event], items[event]
        if not met[user]:
            met[user] = True
            order[new] = user
            new += 1
        if counts[item] == 0:
            order[new] = -1 - item
            new += 1
        counts[item] += 1
    return new


@compiled
def _products(users: Table, items: Table, requested: IntArray, known: int, out: FloatArray) -> None:
    """Row by row: sums do not depend on the number of rows."""
    n, m = out.shape
    for row in range(n):
        if requested[row] < known:
            p = users[requested[row]]
            for item in range(m):
                out[row, item] = product(p, items[item])


@compiled
def product(p: Table, q: Table) -> float:
    """Give p · q in float64: float() of a float32 is a double in Python, not in numba."""
    total = 0.0
    for d in range(len(p)):
        total += np.float64(p[d]) * np.float64(q[d])
    return total
