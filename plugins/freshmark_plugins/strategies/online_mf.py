"""online_mf: matrix factorisation that takes one step of gradient descent with every event."""

from __future__ import annotations

from collections.abc import Mapping
from math import exp
from typing import ClassVar

import numpy as np
from freshmark import Events, Factors, Query, Run, Strategy
from freshmark.contract.arrays import AnyArray, FloatArray, IntArray, Task
from freshmark.errors import UsageError
from numpy.typing import NDArray

from freshmark_plugins.compiled import compiled
from freshmark_plugins.growth import enlarged, highest

Table = NDArray[np.float32]


class OnlineMF(Strategy):
    """Learn each event when it is given, in order, by one step against a few random items; never look back.

    ::

        for each new event (u, i), with negatives j_1 … j_K uniform among the items known:
            g_k = σ(s_uj_k − s_ui) / K                       s_ui = p_u · q_i + b_i
            p_u  ← p_u  + η (Σ_k g_k (q_i − q_jk) − λ p_u)
            q_i  ← q_i  + η (Σ_k g_k p_u − λ q_i)            b_i  ← b_i  + η Σ_k g_k
            q_jk ← q_jk − η (g_k p_u + λ q_jk)               b_jk ← b_jk − η g_k

    It is ``finetune(mf(negatives=K), batch=1, optimiser='sgd')`` without torch. A user without any event given is
    answered by popularity. Cost of an update: O(K · dim) an event. Memory: 4 (dim + 2) bytes a user and item.
    Rendle et al., UAI 2009 (BPR); online: Rendle & Schmidt-Thieme, RecSys 2008; Diaz-Aviles et al., RecSys 2012.

    Args:
        dim: length of p and q.
        negatives: K, items drawn for each event.
        lr: η.
        reg: λ.
        scale: standard deviation of the first p and q.
        warmup_epochs: passes over the warm-up, each in the order of time.
    """

    tasks: ClassVar[frozenset[Task]] = frozenset({"rank"})

    def __init__(
        self,
        dim: int = 32,
        *,
        negatives: int = 4,
        lr: float = 0.3,
        reg: float = 0.0,
        scale: float = 0.01,
        warmup_epochs: int = 1,
    ) -> None:
        if min(dim, negatives, warmup_epochs) < 1 or not lr > 0:
            raise UsageError(
                f"online_mf has dim={dim}, negatives={negatives}, lr={lr}, warmup_epochs={warmup_epochs}",
                remedy="1 or more of each, and lr above 0",
            )
        self.dim, self.negatives, self.lr, self.reg, self.scale = dim, negatives, lr, reg, scale
        self.warmup_epochs = warmup_epochs

    def start(self, run: Run) -> None:
        """Nothing is known; the seed is."""
        # one row holds [p, 1, 0] of a user that is known, [p, 0, 1] of another, and [q, b, events] of an item
        self.users: Table = np.zeros((0, self.dim + 2), np.float32)
        self.items: Table = np.zeros((0, self.dim + 2), np.float32)
        self.known_users, self.known_items = 0, 0
        self.draw_user, self.draw_item, self.draw = (np.random.default_rng([run.seed, k]) for k in range(3))

    def fit(self, history: Events) -> None:
        """Learn the warm-up, ``warmup_epochs`` times over."""
        for epoch in range(self.warmup_epochs):
            self._learn(history, first=epoch == 0)

    def update(self, events: Events) -> None:
        """One step an event."""
        self._learn(events, first=True)

    def factors(self, query: Query) -> Factors:
        """Rows of the users (n, dim + 2) and items (m, dim + 2), so that one product serves known users and new."""
        user = np.zeros((len(query), self.dim + 2), np.float32)
        user[:, -1] = 1
        inside = query.user < self.known_users
        user[inside] = self.users[query.user[inside]]
        user[user[:, -1] == 1, : self.dim] = 0
        return Factors(user, self.items[: self.known_items])

    def state(self) -> Mapping[str, AnyArray]:
        """Rows of users (n, dim + 2) and items (m, dim + 2), float32."""
        return {"users": self.users[: self.known_users], "items": self.items[: self.known_items]}

    def _learn(self, events: Events, *, first: bool) -> None:
        known = self.known_items
        self._grow(highest(events.user), highest(events.item))
        draws = self.draw.random((len(events), self.negatives))
        _steps(self.users, self.items, events.user, events.item, draws, known, self.lr, self.reg, int(first))

    def _grow(self, users: int, items: int) -> None:
        """Rows are drawn in the order of the codes, so that chunks of events change nothing."""
        if users > self.known_users:
            self.users = enlarged(self.users, users)
            new = self.users[self.known_users : users]
            new[:, : self.dim] = self.scale * self.draw_user.standard_normal((len(new), self.dim), np.float32)
            new[:, -1] = 1
            self.known_users = users
        if items > self.known_items:
            self.items = enlarged(self.items, items)
            new = self.items[self.known_items : items]
            new[:, : self.dim] = self.scale * self.draw_item.standard_normal((len(new), self.dim), np.float32)
            self.known_items = items


@compiled
def _steps(
    users: Table,
    items: Table,
    user: IntArray,
    item: IntArray,
    draws: FloatArray,
    known: int,
    lr: float,
    reg: float,
    counts: int,
) -> None:
    """One step an event; ``known`` items before the first, ``draws`` (n, K) in [0, 1) choose among those known.

    Arithmetic is in float64: float() of a float32 is one in Python but none in numba.
    """
    dim, negatives = users.shape[1] - 2, draws.shape[1]
    pull, gains = np.zeros(dim), np.zeros(negatives)
    for event in range(len(user)):
        known = max(known, item[event] + 1)
        p, q = users[user[event]], items[item[event]]
        p[dim], p[dim + 1] = 1, 0
        q[dim + 1] += counts
        total, own = 0.0, product(p, q, dim)
        pull[:] = 0
        for k in range(negatives):
            other = items[int(draws[event, k] * known)]
            gains[k] = lr / negatives / (1.0 + exp(min(own - product(p, other, dim), 500.0)))
            total += gains[k]
            for d in range(dim):
                pull[d] += gains[k] * (np.float64(q[d]) - np.float64(other[d]))
        for k in range(negatives):
            other = items[int(draws[event, k] * known)]
            other[dim] = np.float64(other[dim]) - gains[k]
            for d in range(dim):
                other[d] = np.float64(other[d]) - gains[k] * np.float64(p[d]) - lr * reg * np.float64(other[d])
        q[dim] = np.float64(q[dim]) + total
        for d in range(dim):
            old = np.float64(p[d])
            p[d] = old + pull[d] - lr * reg * old
            q[d] = np.float64(q[d]) + total * old - lr * reg * np.float64(q[d])


@compiled
def product(p: Table, q: Table, dim: int) -> float:
    """The score p · q + b, in float64."""
    score = np.float64(q[dim])
    for d in range(dim):
        score += np.float64(p[d]) * np.float64(q[d])
    return score
