"""raisgd: isgd with the items that occurred longest ago as negatives."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from freshmark import AnyArray, Events, IntArray, Run

from freshmark_plugins.kernels.compiled import compiled
from freshmark_plugins.kernels.growth import with_room
from freshmark_plugins.kernels.isgd_steps import towards_one, towards_zero
from freshmark_plugins.kernels.vectors import Table
from freshmark_plugins.strategies.factorisation.negative_isgd import NegativeISGD


class RAISGD(NegativeISGD):
    """``isgd`` with negatives from the front of a queue of items: those that have not occurred for longest.

    ::

        for each new event (u, i):
            ``negatives`` times:  j ← first of the queue;  p_u ← p_u + η ((0 − p_u · q_j) q_j − λ p_u);  j to its end
            step of isgd with (u, i);  i to the end of the queue

    Negatives update only p_u. Cost of an update: O((negatives + iterations) · dim) per event. Memory: that of isgd,
    and 16 bytes per item. Vinagre, Jorge & Gama, SAC 2015.

    Args:
        dim: length of p and q.
        negatives: items from the queue per event.
        steps: lr (η), reg (λ), scale and iterations, as for isgd.
    """

    def start(self, run: Run) -> None:
        """No vectors, and an empty queue."""
        super().start(run)
        # a ring of (before, after): row 0 separates its end from its front, row 1 + i is item i; a lone 0, 0 is empty
        self.queue: IntArray = np.full((1, 2), 0)

    def steps(self, events: Events) -> None:
        """Negatives first, then the step of the event."""
        vectors = self.vectors
        self.queue = with_room(self.queue, vectors.known_items + 1, -1)
        options = self.negatives, self.iterations, self.lr, self.reg
        _steps(vectors.users, vectors.items, self.queue, events.user, events.item, *options)

    def state(self) -> Mapping[str, AnyArray]:
        """The state of isgd; queue: (1 + m, 2) int64, the rows before and after each."""
        return {**super().state(), "queue": self.queue[: self.vectors.known_items + 1]}


@compiled
def _steps(
    users: Table,
    items: Table,
    queue: IntArray,
    user: IntArray,
    item: IntArray,
    negatives: int,
    iterations: int,
    lr: float,
    reg: float,
) -> None:
    for event in range(len(user)):
        p, q = users[user[event]], items[item[event]]
        first = queue[0, 1]
        for taken in range(negatives):
            row = queue[0, 1]
            if row == 0 or (taken and row == first):  # empty, or all were taken
                break
            towards_zero(p, items[row - 1], lr, reg)
            to_end(queue, row)
        for _ in range(iterations):
            towards_one(p, q, lr, reg)
        to_end(queue, item[event] + 1)


@compiled
def to_end(queue: IntArray, row: int) -> None:
    """Move a row to the end of the queue, or append it."""
    before, after = queue[row, 0], queue[row, 1]
    if before >= 0:
        queue[before, 1], queue[after, 0] = after, before
    end = queue[0, 0]
    queue[row, 0], queue[row, 1] = end, 0
    queue[end, 1] = row
    queue[0, 0] = row
