"""adapter: freeze all weights after the warm-up, and train a bottleneck after each table."""

from __future__ import annotations

from math import sqrt
from typing import Annotated, Unpack

import torch
from freshmark import Model, Search, UsageError
from torch import Tensor, nn

from freshmark_plugins.strategies.transfer.partial_tuning import PartialTuning
from freshmark_plugins.training.options import Training
from freshmark_plugins.training.parametrisation import Parametrisation, grown_tables


class Adapter(PartialTuning):
    """Pass every frozen row of users and items through a trained bottleneck.

    ::

        e ← e_0 + U relu(V e_0 + v) + u       e_0 (d,) from the warm-up, frozen;  V (b, d) ~ U(±1/√d);  U = v = u = 0
        (U, V, u, v)_t ← train((U, V, u, v)_{t−1}, D_t)             one adapter per table

    e is stored for answering, so that latency does not change. Rows of new users and items are not frozen: they are
    trained. Layers besides the tables stay frozen. Cost of an update: epochs · |D_t|, and 2 n b d multiplications
    per step. Extra memory: e_0, and 2 b d per table with the optimiser's state of it.
    Houlsby et al., ICML 2019 (adapters; near-identity at first, a bottleneck of 8 to 64).

    Args:
        model: such as ``mf(dim=32)``.
        bottleneck: b.
        training: see ``Training``.
    """

    def __init__(
        self, model: Model, *, bottleneck: Annotated[int, Search(4, 64, log=True)] = 16, **training: Unpack[Training]
    ) -> None:
        super().__init__(model, **training)
        if bottleneck < 1:
            raise UsageError(f"adapter has bottleneck={bottleneck}", remedy="1 or more")
        self.bottleneck = bottleneck

    def frozen(self, model: nn.Module) -> list[str]:
        """All parameters."""
        if not grown_tables(model):
            raise UsageError(
                f"{type(model).__name__} has no table of users or items with more than one column",
                remedy="lora, head_tune or finetune",
            )
        return [name for name, _ in model.named_parameters()]

    def part(self, weight: nn.Parameter, *, grows: bool) -> Parametrisation | None:
        """A bottleneck after a table of users or items."""
        return Bottleneck(weight, self.bottleneck, self.draw) if grows else None


class Bottleneck(Parametrisation):
    """``e_0 + U relu(V e_0 + v) + u`` for every row."""

    def __init__(self, weight: Tensor, size: int, draw: torch.Generator) -> None:
        super().__init__()
        rows = weight.detach().clone()
        self.register_buffer("start", rows)
        self.start: Tensor
        width = rows.shape[1]
        drawn = (2 * torch.rand(width, size, generator=draw) - 1) / sqrt(width)
        self.down, self.shift = nn.Parameter(drawn.to(rows)), nn.Parameter(rows.new_zeros(size))
        self.up, self.bias = nn.Parameter(rows.new_zeros(size, width)), nn.Parameter(rows.new_zeros(width))

    def forward(self) -> Tensor:
        """(rows, width)."""
        return self.start + torch.relu(self.start @ self.down + self.shift) @ self.up + self.bias
