"""online_mf: matrix factorisation, one step of gradient descent per event."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, ClassVar

import numpy as np
from freshmark import AnyArray, Events, Factors, FloatArray, Query, Run, Search, Strategy, Task, UsageError

from freshmark_plugins.kernels.bpr_steps import Table, bpr_steps
from freshmark_plugins.kernels.growth import row_count, with_room


class OnlineMF(Strategy):
    """Learn each event once, in order, by one BPR step against a few random items.

    ::

        for each new event (u, i), with negatives j_1 … j_K uniform over the known items:
            g_k = σ(s_uj_k − s_ui) / K                       s_ui = p_u · q_i + b_i
            p_u  ← p_u  + η (Σ_k g_k (q_i − q_jk) − λ p_u)
            q_i  ← q_i  + η (Σ_k g_k p_u − λ q_i)            b_i  ← b_i  + η Σ_k g_k
            q_jk ← q_jk − η (g_k p_u + λ q_jk)               b_jk ← b_jk − η g_k

    It is ``finetune(mf(negatives=K), batch=1, optimiser='sgd')`` without torch. Users without learned events are
    answered by popularity. Cost of an update: O(K · dim) per event. Memory: 4 (dim + 2) bytes per user and item.
    Rendle et al., UAI 2009 (BPR); online: Rendle & Schmidt-Thieme, RecSys 2008; Diaz-Aviles et al., RecSys 2012.

    Args:
        dim: length of p and q.
        negatives: K, items sampled per event.
        lr: η.
        reg: λ.
        scale: standard deviation of the initial p and q.
        warmup_epochs: passes over the warm-up, each in order of time.
    """

    tasks: ClassVar[frozenset[Task]] = frozenset({"rank"})

    def __init__(
        self,
        dim: Annotated[int, Search(8, 128, log=True)] = 32,
        *,
        negatives: Annotated[int, Search(1, 10)] = 4,
        lr: Annotated[float, Search(0.01, 1.0, log=True)] = 0.3,
        reg: Annotated[float, Search(choices=(0.0, 0.0001, 0.001, 0.01))] = 0.0,
        scale: float = 0.01,
        warmup_epochs: Annotated[int, Search(1, 10, log=True)] = 1,
    ) -> None:
        if min(dim, negatives, warmup_epochs) < 1 or not lr > 0:
            raise UsageError(
                f"online_mf has dim={dim}, negatives={negatives}, lr={lr}, warmup_epochs={warmup_epochs}",
                remedy="1 or more of each, and lr above 0",
            )
        self.dim, self.negatives, self.lr, self.reg, self.scale = dim, negatives, lr, reg, scale
        self.warmup_epochs = warmup_epochs

    def start(self, run: Run) -> None:
        """No users and no items."""
        # rows: [p, 1, 0] of a user with events, [p, 0, 1] of one without, [q, b, events] of an item
        self.users: Table = np.zeros((0, self.dim + 2), np.float32)
        self.items: Table = np.zeros((0, self.dim + 2), np.float32)
        self.known_users, self.known_items = 0, 0
        self.draw_user, self.draw_item, self.draw = (np.random.default_rng([run.seed, k]) for k in range(3))

    def fit(self, history: Events) -> None:
        """Learn the warm-up, ``warmup_epochs`` times over."""
        for epoch in range(self.warmup_epochs):
            self._learn(history, first=epoch == 0)

    def update(self, events: Events) -> None:
        """One step per event."""
        self._learn(events, first=True)

    def factors(self, query: Query) -> Factors:
        """Rows of users (n, dim + 2) and items (m, dim + 2); one product serves users with and without events."""
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
        """(n, K) in [0, 1), scaled by the number of items known at each event to give the negatives."""
        return self.draw.random((len(events), self.negatives))

    def _grow(self, users: int, items: int) -> None:
        """Rows are drawn in order of codes, so that splitting events into updates changes nothing."""
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
