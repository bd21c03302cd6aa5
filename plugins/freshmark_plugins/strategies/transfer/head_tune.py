"""head_tune: freeze the backbone after the warm-up, and go on training the head."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Unpack

from freshmark import Model, UsageError
from torch import nn

from freshmark_plugins.models.requirements import require_parts
from freshmark_plugins.strategies.transfer.partial_tuning import PartialTuning
from freshmark_plugins.training.options import Training


class HeadTune(PartialTuning):
    """Train the head on the new events only; what lies below it stays as the warm-up made it.

    ::

        θ = (backbone, head) ← train(init, D_0)
        head_t ← train(head_{t−1}, D_t)                 rows of new users and items belong to neither: they learn

    The head is what turns a representation into an answer: of ``mf`` and of sequence models the items, of others the
    part that is called so. Cost of an update: epochs · |D_t|, with the gradients of the head alone. Extra memory: a
    copy of the frozen tables, and the optimiser's state of what learns.
    Yosinski et al., NIPS 2014 (how transferable features are).

    Args:
        model: such as ``mf(dim=32)``.
        head: name of the part that learns, or a list of names; None: as the model says.
        training: see ``Training``.
    """

    def __init__(self, model: Model, *, head: str | Sequence[str] | None = None, **training: Unpack[Training]) -> None:
        self.head = [head] if isinstance(head, str) else head
        super().__init__(model, **training)

    @property
    def name(self) -> str:
        """As it is registered."""
        return "head_tune"

    def frozen(self, model: nn.Module) -> list[str]:
        """All but the head."""
        kind, named = type(model).__name__, dict(model.named_parameters())
        parts = require_parts(named, self.head or (), f"{kind} that could be its head")
        declared = getattr(type(model), "head", ["head"] if "head" in parts else None)
        head = self.head or declared
        if head is None:
            raise UsageError(f"{kind} has no head", remedy=f"say what learns: head= one or more of {', '.join(parts)}")
        if len(parts) == len(set(head)):
            raise UsageError(f"{kind} is all head ({', '.join(parts)}): nothing would be frozen", remedy="finetune")
        return [name for name in named if name.partition(".")[0] not in head]
