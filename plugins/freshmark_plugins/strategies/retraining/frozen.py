"""frozen: trained once, never updated; what staleness costs is measured against it."""

from __future__ import annotations

from typing import ClassVar

from freshmark_plugins.strategies.retraining.model_strategy import ModelStrategy
from freshmark_plugins.training.options import Training


class Frozen(ModelStrategy):
    """Learn from the warm-up, then never again; a model's context (histories, sessions) still moves.

    ::

        θ ← train(init, warm-up)

    Cost of an update: none. Extra memory: none. It is what ``retrain(…)`` and ``finetune(…)`` are with ``every=never``.

    Args:
        model: such as ``mf(dim=32)``.
        training: see ``Training``; the epochs are passes over the warm-up.
    """

    recipe: ClassVar[Training] = {
        "epochs": 2,
        "batch": "auto",
        "optimiser": "adagrad",
        "lr": 0.07,
        "sparse": False,
        "fallback": "popularity",
    }
