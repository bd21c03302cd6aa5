"""online_bpr: online_mf with negatives that the user has not had."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

import numpy as np
from freshmark import AnyArray, Events, FloatArray, Run, Search

from freshmark_plugins.histories.negative_sampler import NegativeSampler
from freshmark_plugins.strategies.factorisation.online_mf import OnlineMF


class OnlineBPR(OnlineMF):
    """BPR, one step per event, against items that the user has not had, as its paper defines the pairs.

    ::

        for each new event (u, i), with negatives j_1 … j_K uniform over the known items not in H_u:
            the step of online_mf          g_k = σ(s_uj_k − s_ui) / K

    ``online_mf`` may draw items that the user had, even the item itself, which is harmful in small catalogues. A draw
    fails after 8 such items in a row, and then has no effect.

    Cost of an update: O(K · dim) per event. Memory: that of online_mf, and 8 to 11 bytes per item that a user had.
    Rendle et al., UAI 2009 (BPR); online: Diaz-Aviles et al., RecSys 2012.

    Args:
        dim: length of p and q.
        negatives: K, items drawn for each event; 1 in the paper, 4 as in online_mf.
        lr: η.
        reg: λ.
        scale: standard deviation of the initial p and q; with a smaller one new users need many events.
        warmup_epochs: passes over the warm-up, each in order of time.
    """

    def __init__(
        self,
        dim: Annotated[int, Search(8, 128, log=True)] = 32,
        *,
        negatives: Annotated[int, Search(1, 10)] = 4,
        lr: Annotated[float, Search(0.01, 1.0, log=True)] = 0.3,
        reg: Annotated[float, Search(choices=(0.0, 0.0001, 0.001, 0.01))] = 0.0,
        scale: float = 0.1,
        warmup_epochs: Annotated[int, Search(1, 10, log=True)] = 1,
    ) -> None:
        super().__init__(dim, negatives=negatives, lr=lr, reg=reg, scale=scale, warmup_epochs=warmup_epochs)

    def start(self, run: Run) -> None:
        """No users, no items, no histories."""
        super().start(run)
        self.unseen = NegativeSampler(self.negatives, seed=(run.seed, 3))

    def negative_draws(self, events: Events) -> FloatArray:
        """A number in [0, 1) that ``bpr_steps`` maps to the sampled item, or to the event's own if sampling failed."""
        before = self.unseen.known
        chosen = self.unseen.draw(events.user, events.item)
        known = np.maximum.accumulate(np.maximum(events.item + 1, before))[:, None]
        return (np.where(chosen < 0, events.item[:, None], chosen) + 0.5) / known

    def state(self) -> Mapping[str, AnyArray]:
        """The state of online_mf, and the items of each user."""
        return {**super().state(), **self.unseen.state()}
