"""reptile: train for some steps, then go a part of the way back."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Unpack

import torch
from freshmark import AnyArray, Events, Model, UsageError
from torch import nn

from freshmark_plugins.models.requirements import refuse_stop_rule
from freshmark_plugins.strategies.retraining.finetune import Finetune
from freshmark_plugins.training.embedding_table import extended
from freshmark_plugins.training.optimisers import Steps
from freshmark_plugins.training.options import Training


class Reptile(Finetune):
    """Move towards where ``inner`` steps of training lead: to an initialisation from which blocks are learned fast.

    ::

        repeat, while there are batches of D_t:
            W ← φ;  for each of the next ``inner`` batches: W ← W − η ∇L(W)
            φ ← φ + ε (W − φ)

    Each block is a task; φ answers. With ``eps=1`` it is ``finetune``, bit for bit. The optimiser's state goes on over
    tasks. Cost of an update: epochs · |D_t|. Extra memory: one more model (φ), and the optimiser's state.
    Nichol, Achiam & Schulman 2018 (Reptile): 5 to 8 inner steps; ε from 1 down to 0 there, constant here, where the
    stream has no end. As an optimiser it is Lookahead of Zhang et al., NeurIPS 2019: 5 steps, ε = 0.5.

    Args:
        model: such as ``mf(dim=32)``.
        inner: steps until the model goes back.
        eps: ε, the part of the way that is kept.
        training: see ``Training``.
    """

    def __init__(self, model: Model, *, inner: int = 5, eps: float = 0.1, **training: Unpack[Training]) -> None:
        super().__init__(model, **training)
        if inner < 1 or not 0 < eps <= 1:
            raise UsageError(f"reptile has inner={inner}, eps={eps}", remedy="inner of 1 or more, 0 < eps ≤ 1")
        refuse_stop_rule(self.learner, "reptile")
        self.inner, self.eps = inner, eps

    def fit(self, history: Events) -> None:
        """Train on the warm-up as ever; φ begins where that ends."""
        super().fit(history)
        self.way = Way(self.learner.model, self.learner.optimiser, inner=self.inner, eps=self.eps)
        self.learner.optimiser = self.way

    def update(self, events: Events) -> None:
        """Train on the new events; the last steps count, though they be fewer than ``inner``."""
        super().update(events)
        self.way.turn_back()


class Way:
    """Steps of an optimiser, a part of which is taken back every so often.

    Args:
        model: what moves.
        optimiser: makes the steps.
        inner: after how many it turns back.
        eps: the part of the way that is kept.
    """

    def __init__(self, model: nn.Module, optimiser: Steps, *, inner: int, eps: float) -> None:
        self.optimiser, self.inner, self.eps, self.taken = optimiser, inner, eps, 0
        self.starts = [(fast, fast.detach().clone()) for fast in model.parameters()]

    def clear(self) -> None:
        """Forget the gradients."""
        self.optimiser.clear()

    def step(self) -> None:
        """One step; after the last of ``inner``, back."""
        self.optimiser.step()
        self.taken += 1
        if self.taken == self.inner:
            self.turn_back()

    @torch.no_grad()
    def turn_back(self) -> None:
        """φ ← φ + ε (W − φ), and W begins there anew."""
        if self.taken:
            for fast, start in self.starts:
                fast.data.copy_(start.lerp_(fast.data, self.eps))
        self.taken = 0

    def grow(self) -> None:
        """New rows begin where the model begins them."""
        self.optimiser.grow()
        self.starts = [
            (fast, start if fast.shape == start.shape else extended(start, fast.data[len(start) :]))
            for fast, start in self.starts
        ]

    def state(self) -> Iterator[tuple[str, AnyArray]]:
        """Of the optimiser; between updates W is φ."""
        return self.optimiser.state()
