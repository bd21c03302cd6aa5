"""frozen: trained once, never updated; the baseline for the cost of staleness."""

from __future__ import annotations

from freshmark_plugins.strategies.retraining.model_strategy import ModelStrategy


class Frozen(ModelStrategy):
    """Train on the warm-up, then never again; the model still observes context (histories, sessions).

    ::

        θ ← train(init, warm-up)

    Cost of an update: none. Extra memory: none. It is what ``retrain(…)`` and ``finetune(…)`` are with ``every=never``.

    Args:
        model: such as ``mf(dim=32)``.
        training: see ``Training``; the epochs are passes over the warm-up.
    """
