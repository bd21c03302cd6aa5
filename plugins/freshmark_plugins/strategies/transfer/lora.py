"""lora: freeze all weights after the warm-up, and train a low-rank update of each matrix."""

from __future__ import annotations

from math import sqrt
from typing import Annotated, Unpack

import torch
from freshmark import Model, Search, UsageError
from torch import Tensor, nn

from freshmark_plugins.strategies.transfer.partial_tuning import PartialTuning
from freshmark_plugins.training.options import Training
from freshmark_plugins.training.parametrisation import Parametrisation


class LoRA(PartialTuning):
    """Train a low-rank difference to every matrix, and nothing else.

    ::

        W = W_0 + α/r · B A               W_0 (n, d) from the warm-up, frozen;  B (n, r) = 0,  A (r, d) ~ U(±1/√d)
        (A, B)_t ← train((A, B)_{t−1}, D_t)

    W is merged for answering, so that latency does not change. Matrices are the tables of users and items and the
    weights of layers; parameters with one column, such as biases, stay. Rows of new users and items are trained too.
    Cost of an update: epochs · |D_t|, and r (n + d) multiplications of d per step. Extra memory: W_0, and r (n + d)
    with the optimiser's state of it. Hu et al., ICLR 2022 (LoRA); r 4 to 8 and α = 2r are usual.

    Args:
        model: such as ``mf(dim=32)``.
        r: rank.
        alpha: α; the difference is scaled by α/r, so that r can change without another learning rate.
        training: see ``Training``.
    """

    def __init__(
        self,
        model: Model,
        *,
        r: Annotated[int, Search(1, 16, log=True)] = 4,
        alpha: Annotated[float, Search(1.0, 64.0, log=True)] = 8.0,
        **training: Unpack[Training],
    ) -> None:
        super().__init__(model, **training)
        if r < 1 or not alpha > 0:
            raise UsageError(f"lora has r={r}, alpha={alpha}", remedy="r of 1 or more, alpha above 0")
        self.r, self.alpha = r, alpha

    def frozen(self, model: nn.Module) -> list[str]:
        """All parameters."""
        named = dict(model.named_parameters())
        if not any(_is_matrix(weight) for weight in named.values()):
            raise UsageError(f"{type(model).__name__} has no matrix, only single columns", remedy="finetune")
        return list(named)

    def part(self, weight: nn.Parameter, *, grows: bool) -> Parametrisation | None:
        """A low-rank update of a matrix."""
        del grows
        return LowRank(weight, self.r, self.alpha / self.r, self.draw) if _is_matrix(weight) else None


class LowRank(Parametrisation):
    """``W_0 + scale · B A``."""

    def __init__(self, weight: Tensor, r: int, scale: float, draw: torch.Generator) -> None:
        super().__init__()
        rows = weight.detach().clone()
        self.register_buffer("start", rows)
        self.start: Tensor
        width, self.scale = rows.flatten(1).shape[1], scale
        drawn = (2 * torch.rand(r, width, generator=draw) - 1) / sqrt(width)
        self.a = nn.Parameter(drawn.to(rows))
        self.b = nn.Parameter(rows.new_zeros(len(rows), r))

    def forward(self) -> Tensor:
        """The weight, in its own shape."""
        return self.start + self.scale * (self.b @ self.a).view_as(self.start)


def _is_matrix(weight: Tensor) -> bool:
    return weight.dim() > 1 and weight.shape[1:].numel() > 1
