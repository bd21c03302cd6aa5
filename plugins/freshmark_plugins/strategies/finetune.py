"""finetune: go on training with the new events alone."""

from __future__ import annotations

from freshmark import Events, Model

from freshmark_plugins.learner import Batch
from freshmark_plugins.strategies.over_model import OverModel


class Finetune(OverModel):
    """Start from the parameters as they are, and pass over the new events only.

    ::

        θ_t ← train(θ_{t−1}, D_t)        optimiser state is kept, and grows

    With ``batch="all"`` each epoch is one step of gradient descent; with ``every=event`` and ``batch=1`` it is online
    learning. Cost of an update: epochs · |D_t|. Extra memory: the optimiser's state (adagrad: one more model).
    Mini-batch incremental update ("IU") of Peng et al., RecSys 2021 (ASMG), there 1 epoch, Adam, lr 1e-3, batch 1024.

    Args:
        model, epochs, warmup_epochs, batch, optimiser, lr, sparse, shuffle, fallback: as in OverModel.
    """

    def __init__(
        self,
        model: Model,
        *,
        epochs: int = 5,
        warmup_epochs: int = 5,
        batch: Batch = 256,
        optimiser: str = "adam",
        lr: float = 0.01,
        sparse: bool = False,
        shuffle: bool = True,
        fallback: str | None = "popularity",
    ) -> None:
        super().__init__(
            model,
            epochs=epochs,
            warmup_epochs=warmup_epochs,
            batch=batch,
            optimiser=optimiser,
            lr=lr,
            sparse=sparse,
            shuffle=shuffle,
            fallback=fallback,
        )

    def update(self, events: Events) -> None:
        """Train on the new events."""
        self.learn(events, epochs=self.epochs)
