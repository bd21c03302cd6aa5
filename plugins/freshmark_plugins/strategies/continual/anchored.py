"""Anchored: finetune with springs that pull each parameter back to where the last update left it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Unpack

import numpy as np
import torch
from freshmark import AnyArray, Events, IntArray, Model, Run, UsageError
from torch import Tensor

from freshmark_plugins.models.abilities import refuse_sparse
from freshmark_plugins.strategies.retraining.finetune import Finetune
from freshmark_plugins.training.options import Training


class Anchored(Finetune):
    """Adds λ/2 · Σ Ω_i (θ_i − θ*_i)² to the loss; a subclass says how much each parameter matters, Ω.

    Rows of users and items that are new have no anchor, and move freely.

    Args:
        model: any.
        lam: λ.
        gamma: Ω ← γ Ω + Ω_new; 0: the last update alone counts, 1: all alike.
        training: see ``Training``; not sparse.
    """

    def __init__(self, model: Model, *, lam: float, gamma: float = 0.0, **training: Unpack[Training]) -> None:
        super().__init__(model, **training)
        name = type(self).__name__.lower()
        refuse_sparse(name, sparse=self.learner.sparse)
        if not lam >= 0 or not 0 <= gamma <= 1:
            raise UsageError(f"{name} has lam={lam}, gamma={gamma}", remedy="lam from 0, gamma from 0 to 1")
        self.lam, self.gamma = lam, gamma

    def start(self, run: Run) -> None:
        """There is no anchor yet."""
        super().start(run)
        self.anchor: dict[str, Tensor] = {}
        self.weight: dict[str, Tensor] = {}
        self.draw = torch.Generator(run.device).manual_seed(run.seed)
        self.pick = np.random.default_rng([run.seed, 21])

    def fit(self, history: Events) -> None:
        """Train on the warm-up, and drop the anchor."""
        super().fit(history)
        self._settle(history)

    def update(self, events: Events) -> None:
        """Train on the new events, held by the anchor, and drop it anew."""
        self.learn(events, epochs=self.epochs, terms=[self._pull])
        self._settle(events)

    def importance(self, events: Events) -> Mapping[str, Tensor]:
        """Ω of the update that was learned from these events, by parameter; nothing for 1 everywhere."""
        del events
        return {}

    def state(self) -> Mapping[str, AnyArray]:
        """Those of the model, θ* and Ω."""
        held = {f"anchor.{name}": array for name, array in self.anchor.items()}
        held |= {f"importance.{name}": array for name, array in self.weight.items()}
        return {**super().state(), **{name: array.numpy(force=True) for name, array in held.items()}}

    def sampled(self, events: Events, count: int) -> Events:
        """At most so many of the events, drawn uniformly."""
        return events[self.pick.permutation(len(events))[:count]]

    def _settle(self, events: Events) -> None:
        parameters = dict(self.learner.model.named_parameters())
        self.anchor = {name: one.detach().clone() for name, one in parameters.items()}
        for name, new in self.importance(events).items():
            if self.gamma and name in self.weight:
                _part(new, self.weight[name]).add_(self.weight[name], alpha=self.gamma)
            self.weight[name] = new

    def _pull(self, _batch: Events, _rows: IntArray) -> Tensor:
        total = torch.zeros((), device=self.run.device)
        for name, parameter in self.learner.model.named_parameters():
            if name in self.anchor:
                moved = (_part(parameter, self.anchor[name]) - self.anchor[name]).square()
                total = total + (moved * self.weight[name] if name in self.weight else moved).sum()
        return self.lam / 2 * total


def _part(grown: Tensor, old: Tensor) -> Tensor:
    """The part of a tensor that was there before it grew."""
    return grown[tuple(slice(length) for length in old.shape)]
