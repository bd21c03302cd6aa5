"""online_sgd: one step of gradient descent per event."""

from __future__ import annotations

from typing import ClassVar

from freshmark import Events

from freshmark_plugins.strategies.retraining.model_strategy import ModelStrategy
from freshmark_plugins.training.options import Training


class OnlineSGD(ModelStrategy):
    """Take one step per event, in order of time; users and items become known event by event.

    ::

        for each new event x:   θ ← θ − η ∇ℓ(x; θ)

    The result does not depend on how events are split into updates. It is ``finetune(batch=1, epochs=1,
    shuffle=False)``, except that ``finetune`` may draw items of the same update as negatives before their first event.

    Optimiser and η are not the model's: a step per event is sgd by definition, and follows no mean of a batch.
    Cost of an update: |D_t| steps; a step has a fixed cost of some 0.2 ms in torch: ``online_mf`` is ``mf`` without it.
    Extra memory: none (sgd). Robbins & Monro, Ann. Math. Statist. 1951; Bottou, 1998.

    Args:
        model: such as ``mf(dim=32)``.
        training: see ``Training``; the warm-up is learned step by step too.
    """

    recipe: ClassVar[Training] = {"warmup_epochs": 1, "optimiser": "sgd", "lr": 0.3}
    fixed: ClassVar[Training] = {"epochs": 1, "batch": 1, "shuffle": False, "stop": None, "patience": None}

    def fit(self, history: Events) -> None:
        """Learn the warm-up event by event, after observing it as context."""
        self.model.observe(history)
        for _ in range(self.warmup_epochs):
            learn_each(self, history)

    def update(self, events: Events) -> None:
        """One step per event."""
        learn_each(self, events)


def learn_each(strategy: ModelStrategy, events: Events) -> None:
    """One step per event, as if each were an update of its own."""
    for row in range(len(events)):
        strategy.learn(events[row : row + 1], epochs=1)
