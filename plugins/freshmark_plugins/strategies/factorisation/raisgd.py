"""raisgd: isgd that takes as negatives the items which nobody took for the longest time."""

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
    """``isgd`` with negatives from the far end of a queue of items: what was not taken for long is not wanted now.

    ::

        for each new event (u, i):
            ``negatives`` times:  j ← first of the queue;  p_u ← p_u + η ((0 − p_u · q_j) q_j − λ p_u);  j to its end
            step of isgd with (u, i);  i to the end of the queue

    The negatives move p_u alone. Cost of an update: O((negatives + iterations) · dim) an event. Memory: that of isgd,
    and 16 bytes an item. Vinagre, Jorge & Gama, SAC 2015.

    Args:
        dim: length of p and q.
        negatives: items taken from the queue an event.
        steps: lr (η), reg (λ), scale and iterations, as for isgd.
    """

    def start(self, run: Run) -> None:
        """Nobody is known, and the queue is empty."""
        super().start(run)
        # a ring: place 0 lies between its end and its first, place 1 + i is item i; 0, 0 alone is no queue
        self.queue: IntArray = np.full((1, 2), 0)

    def steps(self, events: Events) -> None:
        """Negatives first, then the step of the event."""
        vectors = self.vectors
        self.queue = with_room(self.queue, vectors.known_items + 1, -1)
        options = self.negatives, self.iterations, self.lr, self.reg
        _steps(vectors.users, vectors.items, self.queue, events.user, events.item, *options)

    def state(self) -> Mapping[str, AnyArray]:
        """The state of isgd; queue: (1 + m, 2) int64, the places before and after each."""
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
            place = queue[0, 1]
            if place == 0 or (taken and place == first):  # there is nothing in it, or nothing more
                break
            towards_zero(p, items[place - 1], lr, reg)
            to_end(queue, place)
        for _ in range(iterations):
            towards_one(p, q, lr, reg)
        to_end(queue, item[event] + 1)


@compiled
def to_end(queue: IntArray, place: int) -> None:
    """Move to the end of the queue what may be in it already."""
    before, after = queue[place, 0], queue[place, 1]
    if before >= 0:
        queue[before, 1], queue[after, 0] = after, before
    end = queue[0, 0]
    queue[place, 0], queue[place, 1] = end, 0
    queue[end, 1] = place
    queue[0, 0] = place
