"""online_mf: matrix factorisation that takes one step of gradient descent with every event."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

import numpy as np
from freshmark import AnyArray, Events, Factors, FloatArray, Query, Run, Strategy, Task, UsageError

from freshmark_plugins.kernels.bpr_steps import Table, bpr_steps
from freshmark_plugins.kernels.growth import row_count, with_room


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
        self._grow(row_count(events.user), row_count(events.item))
        draws = self.negative_draws(events)
        bpr_steps(self.users, self.items, events.user, events.item, draws, known, self.lr, self.reg, int(first))

    def negative_draws(self, events: Events) -> FloatArray:
        """(n, K) in [0, 1), each times the number of items known by its event: the negatives."""
        return self.draw.random((len(events), self.negatives))

    def _grow(self, users: int, items: int) -> None:
        """Rows are drawn in the order of the codes, so that chunks of events change nothing."""
        if users > self.known_users:
            self.users = with_room(self.users, users)
            new = self.users[self.known_users : users]
            new[:, : self.dim] = self.scale * self.draw_user.standard_normal((len(new), self.dim), np.float32)
            new[:, -1] = 1
            self.known_users = users
        if items > self.known_items:
            self.items = with_room(self.items, items)
            new = self.items[self.known_items : items]
            new[:, : self.dim] = self.scale * self.draw_item.standard_normal((len(new), self.dim), np.float32)
            self.known_items = items
