"""batch_gd: full-batch gradient descent on each update."""

from __future__ import annotations

from typing import Annotated, ClassVar, Unpack

from freshmark import Events, Model, Search, UsageError

from freshmark_plugins.strategies.retraining.model_strategy import ModelStrategy
from freshmark_plugins.training.options import Training


class BatchGD(ModelStrategy):
    """Take a few steps from the current parameters, each along the gradient of all new events.

    ::

        ``steps`` times:   θ ← θ − η ∇ mean_{x in D_t} ℓ(x; θ)

    It is ``finetune(batch="all", epochs=steps)``. Steps are not noisy, but each costs as much as an epoch, and a row
    with few of the events moves little: with plain sgd, η should grow with |D_t|; adaptive optimisers compensate.
    Optimiser and η are not the model's: ten steps have to go as far as the hundreds of other strategies.

    Cost of an update: steps · |D_t|. Extra memory: the optimiser's state (adam: two more models). Cauchy, 1847.

    Args:
        model: such as ``mf(dim=32)``.
        steps: per update.
        warmup_steps: on the warm-up.
        training: see ``Training``.
    """

    recipe: ClassVar[Training] = {"optimiser": "adam", "lr": 0.05}
    fixed: ClassVar[Training] = {"epochs": 0, "warmup_epochs": 0, "batch": "all", "shuffle": False}

    def __init__(
        self,
        model: Model,
        *,
        steps: Annotated[int, Search(2, 50, log=True)] = 10,
        warmup_steps: Annotated[int, Search(20, 500, log=True)] = 100,
        **training: Unpack[Training],
    ) -> None:
        super().__init__(model, **training)
        if min(steps, warmup_steps) < 0:
            raise UsageError(f"batch_gd has steps={steps}, warmup_steps={warmup_steps}", remedy="0 or more")
        self.epochs, self.warmup_epochs = steps, warmup_steps

    def update(self, events: Events) -> None:
        """Take the steps."""
        self.learn(events, epochs=self.epochs)
