"""Layers that compute in the precision of their input, with seeded draws only.

Answers are computed in float64 with the float32 weights, then rounded: they are independent of the size of the batch,
which float32 products are not.
"""

from __future__ import annotations

import numpy as np
import torch
from freshmark import AnyArray, FloatArray
from torch import Tensor, nn
from torch.nn import functional


class Projection(nn.Module):
    """``x W + b``. W is drawn uniformly within ±√(6/(inputs + outputs)), b is 0. Glorot & Bengio, AISTATS 2010.

    weight: (outputs, inputs)
    bias: (outputs,)
    """

    def __init__(self, inputs: int, outputs: int, *, draw: torch.Generator) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.empty(outputs, inputs))
        self.bias = nn.Parameter(torch.zeros(outputs))
        nn.init.xavier_uniform_(self.weight, generator=draw)

    def forward(self, x: Tensor) -> Tensor:
        """(…, outputs) of (…, inputs)."""
        return functional.linear(x, self.weight.to(x.dtype), self.bias.to(x.dtype))


class Norm(nn.Module):
    """``(x − mean) / sd · g + b`` over the last axis. Ba, Kiros & Hinton 2016 (layer normalisation)."""

    def __init__(self, dim: int) -> None:
        super().__init__()
        self.gain = nn.Parameter(torch.ones(dim))
        self.bias = nn.Parameter(torch.zeros(dim))

    def forward(self, x: Tensor) -> Tensor:
        """The same shape."""
        return functional.layer_norm(x, self.gain.shape, self.gain.to(x.dtype), self.bias.to(x.dtype))


def dropped(x: Tensor, share: float, draw: torch.Generator | None) -> Tensor:
    """Inverted dropout; unchanged without ``draw``."""
    if not share or draw is None:
        return x
    mask = torch.rand(x.shape, generator=draw, device=x.device) >= share
    return x * mask / (1 - share)


def index_of(codes: AnyArray, device: torch.device) -> Tensor:
    """The codes as an index on the device."""
    return torch.from_numpy(codes.astype("i8")).to(device)


def sigmoid(logits: FloatArray) -> FloatArray:
    """``1 / (1 + e^−x)`` without overflow."""
    small = np.exp(-np.abs(logits))
    probabilities: FloatArray = np.where(logits >= 0, 1.0, small) / (1.0 + small)
    return probabilities


class Convolution(nn.Module):
    """A 3 × 3 convolution with a border of zeros, initialised as a Projection.

    weight: (outputs, inputs, 3, 3)
    bias: (outputs,)
    """

    def __init__(self, inputs: int, outputs: int, *, draw: torch.Generator) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.empty(outputs, inputs, 3, 3))
        self.bias = nn.Parameter(torch.zeros(outputs))
        nn.init.xavier_uniform_(self.weight, generator=draw)

    def forward(self, x: Tensor) -> Tensor:
        """(n, outputs, h, w) of (n, inputs, h, w)."""
        return functional.conv2d(x, self.weight.to(x.dtype), self.bias.to(x.dtype), padding=1)
