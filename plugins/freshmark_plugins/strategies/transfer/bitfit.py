"""bitfit: freeze all weights after the warm-up, and go on training the biases."""

from __future__ import annotations

from freshmark import UsageError
from torch import nn

from freshmark_plugins.strategies.transfer.partial_tuning import PartialTuning


class BitFit(PartialTuning):
    """Train the bias terms on the new events only: what is liked by all moves, what tells users apart stays.

    ::

        θ = (W, b) ← train(init, D_0)
        b_t ← train(b_{t−1}, D_t)                       rows of new users and items are not frozen: they learn

    A bias is a parameter that is called so, of a layer or of an item. Cost of an update: epochs · |D_t|, with the
    gradients of the biases alone. Extra memory: a copy of the frozen tables, and the optimiser's state of what learns.
    Ben-Zaken, Goldberg & Ravfogel, ACL 2022 (BitFit).

    Args:
        model: such as ``mf(dim=32)``.
        training: see ``Training``.
    """

    def frozen(self, model: nn.Module) -> list[str]:
        """All but the biases."""
        named = [name for name, _ in model.named_parameters()]
        biases = {name for name in named if any("bias" in part for part in name.split("."))}
        if not biases or len(biases) == len(named):
            what = "no" if not biases else "only"
            raise UsageError(f"{type(model).__name__} has {what} biases", remedy="head_tune, or finetune")
        return [name for name in named if name not in biases]
