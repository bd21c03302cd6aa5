"""brismf: matrix factorisation of ratings, one step of gradient descent per rating."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, ClassVar

import numpy as np
from freshmark import AnyArray, Events, FloatArray, IntArray, Query, Run, Search, Strategy, Task, UsageError

from freshmark_plugins.kernels.compiled import compiled
from freshmark_plugins.kernels.vectors import Table, Vectors, product


class BRISMF(Strategy):
    """Biased regularised incremental simultaneous matrix factorisation: each rating updates both vectors.

    ::

        p_u = [1, b_u, p'_u],  q_i = [b_i, 1, q'_i]           so that p_u · q_i = b_u + b_i + p'_u · q'_i
        for each new rating (u, i, r), p' and q' drawn from N(0, scale²) at first sight:
            μ   ← mean of all ratings so far
            e   = r − μ − p_u · q_i
            p_u ← p_u + η (e q_i − λ p_u)
            q_i ← q_i + η (e p_u − λ q_i)                      with the old p_u; both constants stay 1

    Users and items without ratings have bias and vector 0. Cost of an update: O(dim) per rating.
    Memory: 4 (dim + 2) bytes per user and item. Takács, Pilászy, Németh & Tikk, JMLR 2009, section 3.1; learning
    each rating once: "user feature update" there, section 3.4. The mean μ is our addition: it answers for users and
    items without ratings.

    Args:
        dim: length of p' and q'.
        lr: η.
        reg: λ.
        scale: standard deviation of the initial p' and q'.
        warmup_epochs: passes over the warm-up, each in order of time.
    """

    tasks: ClassVar[frozenset[Task]] = frozenset({"rate"})

    def __init__(
        self,
        dim: Annotated[int, Search(4, 64, log=True)] = 16,
        *,
        lr: Annotated[float, Search(1e-3, 0.1, log=True)] = 0.01,
        reg: Annotated[float, Search(1e-3, 0.3, log=True)] = 0.02,
        scale: float = 0.1,
        warmup_epochs: Annotated[int, Search(1, 20, log=True)] = 5,
    ) -> None:
        if min(dim, warmup_epochs) < 1 or not lr > 0:
            raise UsageError(
                f"brismf has dim={dim}, warmup_epochs={warmup_epochs}, lr={lr}",
                remedy="1 or more of each, and lr above 0",
            )
        self.dim, self.lr, self.reg, self.scale, self.warmup_epochs = dim, lr, reg, scale, warmup_epochs

    def start(self, run: Run) -> None:
        """No ratings yet."""
        self.vectors = Vectors(self.dim + 2, scale=self.scale, seed=(run.seed, 23))
        self.ratings = np.zeros(2)  # count and mean

    def fit(self, history: Events) -> None:
        """Learn the warm-up, ``warmup_epochs`` times over; the mean counts each rating once."""
        for epoch in range(self.warmup_epochs):
            self._learn(history, first=epoch == 0)

    def update(self, events: Events) -> None:
        """One step per rating."""
        self._learn(events, first=True)

    def predict(self, query: Query) -> FloatArray:
        """(n,) μ + p_u · q_i."""
        if query.item is None:
            raise UsageError("brismf rates items, and this query has no items")
        vectors = self.vectors
        ratings = np.full(len(query), self.ratings[1])
        _rate(vectors.users, vectors.items, vectors.met, vectors.counts, query.user, query.item, ratings)
        return ratings

    def state(self) -> Mapping[str, AnyArray]:
        """Vectors of users (n, dim + 2) and items (m, dim + 2), float32, and the count and mean of ratings."""
        return {**self.vectors.state(), "ratings": self.ratings}

    def _learn(self, events: Events, *, first: bool) -> None:
        if events.label is None:
            raise UsageError("brismf learns from ratings, and these events have no labels")
        new = self.vectors.meet(events.user, events.item) if first else np.zeros(0, np.int64)
        vectors, label = self.vectors, np.asarray(events.label, np.float64)
        vectors.users[new[new >= 0], :2] = 1, 0
        vectors.items[~new[new < 0], :2] = 0, 1
        # an infinite count keeps the mean constant in further passes
        mean = self.ratings if first else np.array([np.inf, self.ratings[1]])
        _steps(vectors.users, vectors.items, events.user, events.item, label, mean, self.lr, self.reg)


@compiled
def _steps(
    users: Table,
    items: Table,
    user: IntArray,
    item: IntArray,
    label: FloatArray,
    ratings: FloatArray,
    lr: float,
    reg: float,
) -> None:
    for event in range(len(user)):
        p, q = users[user[event]], items[item[event]]
        ratings[0] += 1
        ratings[1] += (label[event] - ratings[1]) / ratings[0]
        error = label[event] - ratings[1] - product(p, q)
        for d in range(len(p)):
            old, other = np.float64(p[d]), np.float64(q[d])
            if d != 0:
                p[d] = old + lr * (error * other - reg * old)
            if d != 1:
                q[d] = other + lr * (error * old - reg * other)


@compiled
def _rate(
    users: Table,
    items: Table,
    met: AnyArray,
    counts: AnyArray,
    user: IntArray,
    item: IntArray,
    ratings: FloatArray,
) -> None:
    """Add to each rating the biases of its user and item, and their product if both have ratings."""
    for row in range(len(ratings)):
        u, i = user[row], item[row]
        knows_user, knows_item = u < len(met) and met[u], i < len(counts) and counts[i] > 0
        if knows_user and knows_item:
            ratings[row] += product(users[u], items[i])
        elif knows_user:
            ratings[row] += users[u, 1]
        elif knows_item:
            ratings[row] += items[i, 0]
