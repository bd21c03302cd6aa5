"""SML's transfer network: combines each row of a table before and after training."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from freshmark_plugins.training.embedding_table import extended
from freshmark_plugins.training.parametrisation import Parametrisation

CHANNELS, FEWER = 10, 5
"""Channels of the two convolutions."""


class TransferNetwork(Parametrisation):
    """``W = Ŵ + f(W_before, Ŵ)``, row by row.

    ::

        x = [w_before; ŵ; w_before ⊙ ŵ / ‖w_before‖]                            (3, d), the product a constant
        f = FC_d(g(FC_hidden(flatten(g(conv_1×1(g(conv_3×1(x)))))))),  g(x) = x σ(1.702 x)    FC_d is 0 at first

    before: (rows, d) the rows before training
    hat: (rows, d) the rows after training

    Args:
        weight: the rows as they are, before and after.
        hidden: width of the hidden layer.
        draw: of the initial values.
    """

    def __init__(self, weight: Tensor, *, hidden: int, draw: torch.Generator) -> None:
        super().__init__()
        self.register_buffer("before", weight.detach().clone())
        self.before: Tensor
        self.hat = nn.Parameter(weight.detach().clone())
        width = weight.shape[1]
        self.net = nn.ModuleList(
            _layer(*sizes, draw).to(weight)
            for sizes in ((3, CHANNELS), (CHANNELS, FEWER), (FEWER * width, hidden), (hidden, width))
        )
        for parameter in self.net[-1].parameters():
            nn.init.zeros_(parameter)

    def forward(self) -> Tensor:
        """(rows, d) the transferred rows, which answer."""
        tall, flat, wide, last = self.net
        length = self.before.norm(dim=1, keepdim=True).clamp(min=torch.finfo(self.before.dtype).tiny)
        product = (self.before * self.hat / length).detach()
        x = torch.stack([self.before, self.hat, product], 2)  # (rows, d, 3): what is convolved comes last
        x = _gelu(flat(_gelu(tall(x)))).transpose(1, 2).flatten(1)  # (rows, FEWER · d)
        rows: Tensor = self.hat + last(_gelu(wide(x)))
        return rows

    @torch.no_grad()
    def close(self) -> None:
        """End a period: the next one starts from the transferred rows."""
        rows = self()
        self.before.copy_(rows)
        self.hat.data.copy_(rows)

    def grow(self, weight: Tensor) -> None:
        """New rows start with before = hat = their initial values."""
        rows = weight[len(self.before) :]
        if len(rows):
            self.before, self.hat.data = extended(self.before, rows), extended(self.hat.data, rows)


def _layer(inputs: int, outputs: int, draw: torch.Generator) -> nn.Linear:
    layer = nn.Linear(inputs, outputs)
    nn.init.xavier_uniform_(layer.weight, generator=draw)
    nn.init.zeros_(layer.bias)
    return layer


def _gelu(x: Tensor) -> Tensor:
    return x * torch.sigmoid(1.702 * x)
