"""online_bpr: online_mf with negatives that the user has not had."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from freshmark import AnyArray, Events, FloatArray, Run

from freshmark_plugins.histories.negative_sampler import NegativeSampler
from freshmark_plugins.strategies.factorisation.online_mf import OnlineMF


class OnlineBPR(OnlineMF):
    """BPR with every event as it is given, against items that the user has not had, as its paper defines the pairs.

    ::

        for each new event (u, i), with negatives j_1 … j_K uniform among the known items not in H_u:
            the step of online_mf          g_k = σ(s_uj_k − s_ui) / K

    ``online_mf`` may draw what the user had, also the item itself; where users take many of few items that teaches the
    opposite of what happened. A draw fails where 8 items in a row had been taken; it then teaches nothing.

    Cost of an update: O(K · dim) an event. Memory: that of online_mf, and 8 to 11 bytes for each item that a user had.
    Rendle et al., UAI 2009 (BPR); online: Diaz-Aviles et al., RecSys 2012.

    Args:
        dim: length of p and q.
        negatives: K, items drawn for each event; 1 in the paper, 4 as in online_mf.
        lr: η.
        reg: λ.
        scale: standard deviation of the first p and q; from a smaller one new users take many events to learn.
        warmup_epochs: passes over the warm-up, each in the order of time.
    """

    def __init__(
        self,
        dim: int = 32,
        *,
        negatives: int = 4,
        lr: float = 0.3,
        reg: float = 0.0,
        scale: float = 0.1,
        warmup_epochs: int = 1,
    ) -> None:
        super().__init__(dim, negatives=negatives, lr=lr, reg=reg, scale=scale, warmup_epochs=warmup_epochs)

    def start(self, run: Run) -> None:
        """Nothing is known, and nobody had anything."""
        super().start(run)
        self.unseen = NegativeSampler(self.negatives, seed=(run.seed, 3))

    def negative_draws(self, events: Events) -> FloatArray:
        """The middle of the part of [0, 1) that stands for each item chosen; where none was, for the event's own."""
        before = self.unseen.known
        chosen = self.unseen.draw(events.user, events.item)
        known = np.maximum.accumulate(np.maximum(events.item + 1, before))[:, None]
        return (np.where(chosen < 0, events.item[:, None], chosen) + 0.5) / known

    def state(self) -> Mapping[str, AnyArray]:
        """The state of online_mf, and who had what."""
        return {**super().state(), **self.unseen.state()}
