"""Finetune with a quadratic penalty on the distance from the parameters after the last update."""

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
    """Adds λ/2 · Σ Ω_i (θ_i − θ*_i)² to the loss; a subclass defines the importance Ω.

    Rows of new users and items are not penalised.

    Args:
        model: any.
        lam: λ.
        gamma: Ω ← γ Ω + Ω_new; 0: only the last update counts, 1: all equally.
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
        """Build the model; there is no anchor yet."""
        super().start(run)
        self.anchor: dict[str, Tensor] = {}
        self.weight: dict[str, Tensor] = {}
        self.draw = torch.Generator(run.device).manual_seed(run.seed)
        self.pick = np.random.default_rng([run.seed, 21])

    def fit(self, history: Events) -> None:
        """Train on the warm-up, and set the anchor."""
        super().fit(history)
        self._set_anchor(history)

    def update(self, events: Events) -> None:
        """Train on the new events with the penalty, then set the anchor again."""
        self.learn(events, epochs=self.epochs, terms=[self._penalty])
        self._set_anchor(events)

    def importance(self, events: Events) -> Mapping[str, Tensor]:
        """Ω after training on these events, by parameter; empty: 1 everywhere."""
        del events
        return {}

    def state(self) -> Mapping[str, AnyArray]:
        """The state of the model, θ* and Ω."""
        held = {f"anchor.{name}": array for name, array in self.anchor.items()}
        held |= {f"importance.{name}": array for name, array in self.weight.items()}
        return {**super().state(), **{name: array.numpy(force=True) for name, array in held.items()}}

    def sampled(self, events: Events, count: int) -> Events:
        """At most so many of the events, sampled uniformly."""
        return events[self.pick.permutation(len(events))[:count]]

    def _set_anchor(self, events: Events) -> None:
        parameters = dict(self.learner.model.named_parameters())
        self.anchor = {name: one.detach().clone() for name, one in parameters.items()}
        for name, new in self.importance(events).items():
            if self.gamma and name in self.weight:
                _part(new, self.weight[name]).add_(self.weight[name], alpha=self.gamma)
            self.weight[name] = new

    def _penalty(self, _batch: Events, _rows: IntArray) -> Tensor:
        total = torch.zeros((), device=self.run.device)
        for name, parameter in self.learner.model.named_parameters():
            if name in self.anchor:
                moved = (_part(parameter, self.anchor[name]) - self.anchor[name]).square()
                total = total + (moved * self.weight[name] if name in self.weight else moved).sum()
        return self.lam / 2 * total


def _part(grown: Tensor, old: Tensor) -> Tensor:
    """The part of a tensor from before it grew."""
    return grown[tuple(slice(length) for length in old.shape)]
