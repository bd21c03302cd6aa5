"""finetune: continue training on the new events only."""

from __future__ import annotations

from typing import ClassVar

from freshmark import Events

from freshmark_plugins.strategies.retraining.model_strategy import ModelStrategy


class Finetune(ModelStrategy):
    """Continue training from the current parameters, on the new events only.

    ::

        θ_t ← train(θ_{t−1}, D_t)        the optimiser keeps its state

    With ``batch="all"`` each epoch is one step of gradient descent; with ``every=event`` and ``batch=1`` it is online
    learning. Cost of an update: epochs · |D_t|. Extra memory: the optimiser's state (adagrad: one more model).
    Mini-batch incremental update ("IU") of Peng et al., RecSys 2021 (ASMG), there 1 epoch, Adam, lr 1e-3, batch 1024.

    Args:
        model: such as ``mf(dim=32)``.
        training: see ``Training``.
    """

    continues: ClassVar[bool] = True

    def update(self, events: Events) -> None:
        """Train on the new events."""
        self.learn(events, epochs=self.epochs)
