"""ema: finetune, and answer with a moving average of the parameters."""

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


class EMA(Finetune):
    """Train as ``finetune``, and answer with an exponential moving average of the parameters.

    ::

        after every step of an update:   θ̄ ← ρ θ̄ + (1 − ρ) θ        θ̄ = θ at the end of the warm-up
        answers use θ̄, training continues from θ

    The average spans about 1 / (1 − ρ) steps: it reduces the noise of small batches, and lags behind drift. Rows of new
    users and items are averaged from their initial values. With ρ = 0 it is ``finetune``.

    Cost of an update: that of finetune, and a pass over all parameters per step. Extra memory: one more model.
    Polyak & Juditsky, SIAM J. Control Optim. 1992; as exponential average with ρ = .99 and more: Tarvainen & Valpola,
    NeurIPS 2017.

    Args:
        model: such as ``mf(dim=32)``.
        rho: ρ, 0 ≤ ρ < 1.
        training: see ``Training``; a stop rule is refused.
    """

    def __init__(
        self,
        model: Model,
        *,
        rho: Annotated[float, Search(choices=(0.9, 0.95, 0.99, 0.995, 0.999))] = 0.99,
        **training: Unpack[Training],
    ) -> None:
        super().__init__(model, **training)
        if not 0 <= rho < 1:
            raise UsageError(f"ema has rho={rho}", remedy="0 ≤ rho < 1")
        refuse_stop_rule(self.learner, "ema")
        self.rho = rho

    def fit(self, history: Events) -> None:
        """Train on the warm-up; the average starts from its result."""
        super().fit(history)
        self.average = AveragedOptimiser(self.learner.model, self.learner.optimiser, self.rho)
        self.learner.optimiser = self.average

    def update(self, events: Events) -> None:
        """Continue training from θ, and put the average back."""
        self.average.swap()
        super().update(events)
        self.average.swap()


class AveragedOptimiser:
    """An optimiser that averages the parameters after each step."""

    def __init__(self, model: nn.Module, optimiser: Steps, rho: float) -> None:
        self.model, self.optimiser, self.rho = model, optimiser, rho
        self.other = [weight.detach().clone() for weight in model.parameters()]

    def swap(self) -> None:
        """Exchange the model's weights: the average to answer, its own to train."""
        for index, weight in enumerate(self.model.parameters()):
            weight.data, self.other[index] = self.other[index], weight.data

    def clear(self) -> None:
        """Forget the gradients."""
        self.optimiser.clear()

    @torch.no_grad()
    def step(self) -> None:
        """Step, then update the average."""
        self.optimiser.step()
        for slow, weight in zip(self.other, self.model.parameters(), strict=True):
            slow.lerp_(weight, 1 - self.rho)

    def grow(self) -> None:
        """New rows of the average start as those of the weights."""
        self.optimiser.grow()
        for index, weight in enumerate(self.model.parameters()):
            slow = self.other[index]
            if slow.dim() and len(slow) < len(weight):
                self.other[index] = extended(slow, weight.data[len(slow) :])

    def state(self) -> Iterator[tuple[str, AnyArray]]:
        """The optimiser's state, and the weights that training continues from."""
        yield from self.optimiser.state()
        for index, weights in enumerate(self.other):
            yield f"trained.{index}", weights.numpy(force=True)
