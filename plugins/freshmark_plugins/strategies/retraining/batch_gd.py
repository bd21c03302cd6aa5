"""batch_gd: gradient descent on the whole of an update."""

from __future__ import annotations

from typing import ClassVar, Unpack

from freshmark import Events, Model, UsageError

from freshmark_plugins.strategies.retraining.model_strategy import ModelStrategy
from freshmark_plugins.training.options import Training


class BatchGD(ModelStrategy):
    """Start from the parameters as they are, and take a few steps, each along the gradient of all new events at once.

    ::

        ``steps`` times:   θ ← θ − η ∇ mean_{x in D_t} ℓ(x; θ)

    It is ``finetune(batch="all", epochs=steps)``. No event of an update comes before another, and no step is noisy; but
    a step costs as much as an epoch, and moves a row that has few of the events only a little: with plain sgd η is to
    grow with |D_t|, adaptive optimisers see to that themselves.

    Cost of an update: steps · |D_t|. Extra memory: the optimiser's state (adam: two more models). Cauchy, 1847.

    Args:
        model: such as ``mf(dim=32)``.
        steps: of an update.
        warmup_steps: of the warm-up.
        training: see ``Training``.
    """

    recipe: ClassVar[Training] = {"optimiser": "adam", "lr": 0.05, "sparse": False, "fallback": "popularity"}
    fixed: ClassVar[Training] = {"epochs": 0, "batch": "all", "shuffle": False}

    def __init__(self, model: Model, *, steps: int = 10, warmup_steps: int = 100, **training: Unpack[Training]) -> None:
        super().__init__(model, **training)
        if min(steps, warmup_steps) < 0:
            raise UsageError(f"batch_gd has steps={steps}, warmup_steps={warmup_steps}", remedy="0 or more")
        self.epochs, self.warmup_epochs = steps, warmup_steps

    def update(self, events: Events) -> None:
        """Take the steps."""
        self.learn(events, epochs=self.epochs)
