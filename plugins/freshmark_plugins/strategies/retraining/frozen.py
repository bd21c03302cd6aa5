"""frozen: trained once, never updated; what staleness costs is measured against it."""

from __future__ import annotations

from freshmark import Model

from freshmark_plugins.strategies.retraining.over_model import OverModel
from freshmark_plugins.training.learner import Batch


class Frozen(OverModel):
    """Learn from the warm-up, then never again; a model's context (histories, sessions) still moves.

    ::

        θ ← train(init, warm-up)

    Cost of an update: none. Extra memory: none. It is what ``retrain(…)`` and ``finetune(…)`` are with ``every=never``.

    Args:
        model: such as ``mf(dim=32)``.
        epochs: passes over the warm-up.
        batch: events a step; "all": gradient descent; "auto": 32 steps an epoch, of 64 to 4096 events.
        optimiser: sgd, momentum, nesterov, adagrad, rmsprop, adam, adamw or ftrl; options as in ``ftrl(l1=0.5)``.
        lr: learning rate; a step follows the mean over its batch, so with sgd it grows with ``batch``.
        sparse: whether only the rows of a batch move; with sgd, adagrad, ftrl and adam, where it is another algorithm.
        fallback: "popularity" of what it learned from, for users who were not in it; None leaves them to the model.
    """

    def __init__(
        self,
        model: Model,
        *,
        epochs: int = 2,
        batch: Batch = "auto",
        optimiser: str = "adagrad",
        lr: float = 0.07,
        sparse: bool = False,
        fallback: str | None = "popularity",
    ) -> None:
        super().__init__(
            model,
            epochs=0,
            warmup_epochs=epochs,
            batch=batch,
            optimiser=optimiser,
            lr=lr,
            sparse=sparse,
            shuffle=True,
            fallback=fallback,
        )
