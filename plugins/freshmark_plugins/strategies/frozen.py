"""frozen: trained once, never updated; what staleness costs is measured against it."""

from __future__ import annotations

from freshmark import Model

from freshmark_plugins.learner import Batch
from freshmark_plugins.strategies.over_model import OverModel


class Frozen(OverModel):
    """Learn from the warm-up, then never again; a model's context (histories, sessions) still moves.

    ::

        θ ← train(init, warm-up)

    Cost of an update: none. Extra memory: none. It is what ``retrain(…)`` and ``finetune(…)`` are with ``every=never``.

    Args:
        model, epochs, batch, optimiser, lr, sparse, fallback: as in OverModel; ``epochs`` over the warm-up.
    """

    def __init__(
        self,
        model: Model,
        *,
        epochs: int = 3,
        batch: Batch = 4096,
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
