"""rsisgd: isgd with random items that the user has not had as negatives."""

from __future__ import annotations

from collections.abc import Mapping

from freshmark import AnyArray, Events, IntArray, Run

from freshmark_plugins.histories.negative_sampler import NegativeSampler
from freshmark_plugins.kernels.compiled import compiled
from freshmark_plugins.kernels.isgd_steps import towards_one, towards_zero
from freshmark_plugins.kernels.vectors import Table
from freshmark_plugins.strategies.factorisation.negative_isgd import NegativeISGD


class RSISGD(NegativeISGD):
    """``isgd`` with negatives drawn uniformly from the items that the user has not had.

    ::

        for each new event (u, i):
            ``negatives`` times:  j ← any item not in H_u;  p_u ← p_u + η ((0 − p_u · q_j) q_j − λ p_u)
            step of isgd with (u, i)

    Negatives update only p_u. Cost of an update: O((negatives + iterations) · dim) per event. Memory: that of isgd,
    and 8 to 11 bytes per item that a user had. The random baseline of Vinagre, Jorge & Gama, SAC 2015.

    Args:
        dim: length of p and q.
        negatives: items sampled per event.
        steps: lr (η), reg (λ), scale and iterations, as for isgd.
    """

    def start(self, run: Run) -> None:
        """No vectors and no histories."""
        super().start(run)
        self.unseen = NegativeSampler(self.negatives, seed=(run.seed, 21))

    def steps(self, events: Events) -> None:
        """Negatives first, then the step of the event."""
        drawn = self.unseen.draw(events.user, events.item)
        options = self.iterations, self.lr, self.reg
        _steps(self.vectors.users, self.vectors.items, events.user, events.item, drawn, *options)

    def state(self) -> Mapping[str, AnyArray]:
        """The state of isgd, and the items of each user."""
        return {**super().state(), **self.unseen.state()}


@compiled
def _steps(
    users: Table,
    items: Table,
    user: IntArray,
    item: IntArray,
    drawn: IntArray,
    iterations: int,
    lr: float,
    reg: float,
) -> None:
    for event in range(len(user)):
        p, q = users[user[event]], items[item[event]]
        for other in drawn[event]:
            if other >= 0:
                towards_zero(p, items[other], lr, reg)
        for _ in range(iterations):
            towards_one(p, q, lr, reg)
