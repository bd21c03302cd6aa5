"""frozen: trained once, never updated; the baseline for the cost of staleness."""

from __future__ import annotations

from typing import ClassVar

from freshmark_plugins.strategies.retraining.model_strategy import ModelStrategy
from freshmark_plugins.training.options import Training


class Frozen(ModelStrategy):
    """Train on the warm-up, then never again; the model still observes context (histories, sessions).

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
