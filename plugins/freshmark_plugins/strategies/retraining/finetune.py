"""finetune: go on training with the new events alone."""

from __future__ import annotations

from typing import TypedDict

from freshmark import Events, Model

from freshmark_plugins.strategies.retraining.over_model import OverModel
from freshmark_plugins.training.learner import Batch


class Training(TypedDict, total=False):
    """The options of ``finetune``, which every strategy takes that trains on new events and something beside them."""

    epochs: int
    warmup_epochs: int
    batch: Batch
    optimiser: str
    lr: float
    sparse: bool
    shuffle: bool
    fallback: str | None
    stop: float | None
    patience: int | None


class Finetune(OverModel):
    """Start from the parameters as they are, and pass over the new events only.

    ::

        θ_t ← train(θ_{t−1}, D_t)        optimiser state is kept, and grows

    With ``batch="all"`` each epoch is one step of gradient descent; with ``every=event`` and ``batch=1`` it is online
    learning. Cost of an update: epochs · |D_t|. Extra memory: the optimiser's state (adagrad: one more model).
    Mini-batch incremental update ("IU") of Peng et al., RecSys 2021 (ASMG), there 1 epoch, Adam, lr 1e-3, batch 1024.

    Args:
        model: such as ``mf(dim=32)``.
        epochs: passes over the events of an update.
        warmup_epochs: passes over the warm-up.
        batch: events a step; "all": gradient descent; "auto": 32 steps an epoch, of 64 to 4096 events.
        optimiser: sgd, momentum, nesterov, adagrad, rmsprop, adam, adamw or ftrl; options as in ``ftrl(l1=0.5)``.
        lr: learning rate; a step follows the mean over its batch, so with sgd it grows with ``batch``.
        sparse: whether only the rows of a batch move; with sgd, adagrad, ftrl and adam, where it is another algorithm.
        shuffle: whether each epoch draws a new order; else events come in the order of time.
        fallback: "popularity" of what it learned from, for users who were not in it; None leaves them to the model.
        stop: end training once the mean loss on the newest tenth of its events, kept from it, is this low.
        patience: end it after so many epochs in which that loss was not lower, with the best weights; see stopping.
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
        stop: float | None = None,
        patience: int | None = None,
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
            stop=stop,
            patience=patience,
        )

    def update(self, events: Events) -> None:
        """Train on the new events."""
        self.learn(events, epochs=self.epochs)
