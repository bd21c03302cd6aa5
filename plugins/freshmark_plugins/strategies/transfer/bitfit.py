"""bitfit: freeze all weights after the warm-up except the biases."""

from __future__ import annotations

from freshmark import UsageError
from torch import nn

from freshmark_plugins.strategies.transfer.partial_tuning import PartialTuning


class BitFit(PartialTuning):
    """Train only the bias terms on new events: overall popularity moves, user preferences stay.

    ::

        θ = (W, b) ← train(init, D_0)
        b_t ← train(b_{t−1}, D_t)                       rows of new users and items are trained too

    A bias is any parameter with ``bias`` in its name. Cost of an update: epochs · |D_t|, with the
    gradients of the biases alone. Extra memory: a copy of the frozen tables, and the optimiser's state of what learns.
    Ben-Zaken, Goldberg & Ravfogel, ACL 2022 (BitFit).

    Args:
        model: such as ``mf(dim=32)``.
        training: see ``Training``.
    """

    def frozen(self, model: nn.Module) -> list[str]:
        """All except the biases."""
        named = [name for name, _ in model.named_parameters()]
        biases = {name for name in named if any("bias" in part for part in name.split("."))}
        if not biases or len(biases) == len(named):
            what = "no" if not biases else "only"
            raise UsageError(f"{type(model).__name__} has {what} biases", remedy="head_tune, or finetune")
        return [name for name in named if name not in biases]
