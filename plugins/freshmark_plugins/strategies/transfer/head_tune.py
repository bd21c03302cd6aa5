"""head_tune: freeze the backbone after the warm-up, and train the head."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Unpack

from freshmark import Model, UsageError
from torch import nn

from freshmark_plugins.models.requirements import require_parts
from freshmark_plugins.strategies.transfer.partial_tuning import PartialTuning
from freshmark_plugins.training.options import Training


class HeadTune(PartialTuning):
    """Train only the head on new events; the backbone stays as it was after the warm-up.

    ::

        θ = (backbone, head) ← train(init, D_0)
        head_t ← train(head_{t−1}, D_t)                 rows of new users and items are trained too

    The head turns a representation into an answer: the items of ``mf`` and of sequence models, the part named ``head``
    of others. Cost of an update: epochs · |D_t|, with the gradients of the head alone. Extra memory: a copy of the
    frozen tables, and the optimiser's state of the head. Yosinski et al., NIPS 2014 (how transferable features are).

    Args:
        model: such as ``mf(dim=32)``.
        head: prefix of the trained parameters, or a list; None: as the model declares.
        training: see ``Training``.
    """

    def __init__(self, model: Model, *, head: str | Sequence[str] | None = None, **training: Unpack[Training]) -> None:
        self.head = [head] if isinstance(head, str) else head
        super().__init__(model, **training)

    @property
    def name(self) -> str:
        """Its registered name."""
        return "head_tune"

    def frozen(self, model: nn.Module) -> list[str]:
        """All except the head."""
        kind, named = type(model).__name__, dict(model.named_parameters())
        parts = require_parts(named, self.head or (), f"{kind} to train as its head")
        declared = getattr(type(model), "head", ["head"] if "head" in parts else None)
        head = self.head or declared
        if head is None:
            raise UsageError(
                f"{kind} has no head", remedy=f"name the trained part: head= one or more of {', '.join(parts)}"
            )
        if len(parts) == len(set(head)):
            raise UsageError(
                f"{kind} has no other parts ({', '.join(parts)}): nothing would be frozen", remedy="finetune"
            )
        return [name for name in named if name.partition(".")[0] not in head]
