"""reptile: train for some steps, then move back a part of the way."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Unpack

import torch
from freshmark import AnyArray, Events, Model, Search, UsageError
from torch import nn

from freshmark_plugins.models.requirements import refuse_stop_rule
from freshmark_plugins.strategies.retraining.finetune import Finetune
from freshmark_plugins.training.embedding_table import extended
from freshmark_plugins.training.optimisers import Steps
from freshmark_plugins.training.options import Training


class Reptile(Finetune):
    """Move a part of the way towards the result of ``inner`` training steps: an initialisation that adapts fast.

    ::

        repeat, while there are batches of D_t:
            W ← φ;  for each of the next ``inner`` batches: W ← W − η ∇L(W)
            φ ← φ + ε (W − φ)

    Each block is a task; φ answers. With ``eps=1`` it is ``finetune``, bit for bit. The optimiser keeps its state over
    tasks. Cost of an update: epochs · |D_t|. Extra memory: one more model (φ), and the optimiser's state.
    Nichol, Achiam & Schulman 2018 (Reptile): 5 to 8 inner steps; ε decays from 1 to 0 there, and is constant here,
    since a stream has no end. As an optimiser it is Lookahead of Zhang et al., NeurIPS 2019: 5 steps, ε = 0.5.

    Args:
        model: such as ``mf(dim=32)``.
        inner: steps between interpolations.
        eps: ε, the part of the way that is kept.
        training: see ``Training``.
    """

    def __init__(
        self,
        model: Model,
        *,
        inner: Annotated[int, Search(1, 20, log=True)] = 5,
        eps: Annotated[float, Search(0.01, 1.0, log=True)] = 0.1,
        **training: Unpack[Training],
    ) -> None:
        super().__init__(model, **training)
        if inner < 1 or not 0 < eps <= 1:
            raise UsageError(f"reptile has inner={inner}, eps={eps}", remedy="inner of 1 or more, 0 < eps ≤ 1")
        refuse_stop_rule(self.learner, "reptile")
        self.inner, self.eps = inner, eps

    def fit(self, history: Events) -> None:
        """Train on the warm-up; φ starts from its result."""
        super().fit(history)
        self.lookahead = Lookahead(self.learner.model, self.learner.optimiser, inner=self.inner, eps=self.eps)
        self.learner.optimiser = self.lookahead

    def update(self, events: Events) -> None:
        """Train on the new events, and interpolate after the last steps, even if fewer than ``inner``."""
        super().update(events)
        self.lookahead.interpolate()


class Lookahead:
    """An optimiser that interpolates between φ and W after every ``inner`` steps.

    Args:
        model: with the parameters W.
        optimiser: takes the steps.
        inner: steps between interpolations.
        eps: ε.
    """

    def __init__(self, model: nn.Module, optimiser: Steps, *, inner: int, eps: float) -> None:
        self.optimiser, self.inner, self.eps, self.steps_taken = optimiser, inner, eps, 0
        self.starts = [(fast, fast.detach().clone()) for fast in model.parameters()]

    def clear(self) -> None:
        """Forget the gradients."""
        self.optimiser.clear()

    def step(self) -> None:
        """One step, and after the last of ``inner`` an interpolation."""
        self.optimiser.step()
        self.steps_taken += 1
        if self.steps_taken == self.inner:
            self.interpolate()

    @torch.no_grad()
    def interpolate(self) -> None:
        """φ ← φ + ε (W − φ), and W ← φ."""
        if self.steps_taken:
            for fast, start in self.starts:
                fast.data.copy_(start.lerp_(fast.data, self.eps))
        self.steps_taken = 0

    def grow(self) -> None:
        """New rows of φ start as those of the model."""
        self.optimiser.grow()
        self.starts = [
            (fast, start if fast.shape == start.shape else extended(start, fast.data[len(start) :]))
            for fast, start in self.starts
        ]

    def state(self) -> Iterator[tuple[str, AnyArray]]:
        """The optimiser's state; between updates W = φ."""
        return self.optimiser.state()
