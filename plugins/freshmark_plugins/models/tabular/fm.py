"""fm: a factorisation machine, for clicks and ratings: every pair of fields has a weight, an inner product."""

from __future__ import annotations

import torch
from freshmark import Events, Query, Run
from torch import Tensor, nn

from freshmark_plugins.models.inputs import numbers, numeric, width
from freshmark_plugins.models.tabular.fields import Fields
from freshmark_plugins.models.tabular.pointwise import Pointwise


class FM(Pointwise):
    """s = b + Σ_i w_i x_i + Σ_{i<j} (v_i · v_j) x_i x_j over user, item, categories (x = 1) and numbers x.

    ::

        Σ_{i<j} (v_i · v_j) x_i x_j = ½ Σ_d [(Σ_i v_id x_i)² − Σ_i v_id² x_i²]
        ℓ = −log σ(±s) for a click or none,  (s − rating)²

    Cost of an event: fields · dim. Memory: 4 (dim + 1) bytes a user, an item and a bucket.
    Rendle, ICDM 2010.

    Args:
        dim: length of v.
        bits: log2 of the number of buckets that categories are hashed into.
        scale: standard deviation of the first v; w begins at 0.
    """

    def __init__(self, dim: int = 8, *, bits: int = 16, scale: float = 0.01) -> None:
        super().__init__()
        self.dim, self.bits, self.scale = dim, bits, scale

    def create_parameters(self, run: Run) -> None:
        """Weights of 0, vectors from the seed."""
        self.names = numeric(run.features)
        columns = width(run.features, self.names)
        self.weights = Fields(run, 1, bits=self.bits, scale=0.0, seed=60)
        self.vectors_of = Fields(run, self.dim, bits=self.bits, scale=self.scale, seed=61)
        self.slopes = nn.Parameter(torch.zeros(columns, 1))
        draw = torch.Generator().manual_seed(run.seed)
        self.number_vectors = nn.Parameter(self.scale * torch.randn(columns, self.dim, generator=draw))

    def grow(self, users: int, items: int) -> None:
        """Have rows for these."""
        self.weights.grow(users, items)
        self.vectors_of.grow(users, items)

    def score_without_bias(self, rows: Events | Query, kind: torch.dtype) -> Tensor:
        """(n,) s without b."""
        x = numbers(rows, self.names).to(self.bias.device, kind)  # (n, columns)
        vectors, numbers_of = self.vectors_of(rows, kind), self.number_vectors.to(kind)
        total = sum(vectors, x @ numbers_of)  # (n, dim)
        squares = sum((one.square() for one in vectors), x.square() @ numbers_of.square())
        linear = sum(self.weights(rows, kind), x @ self.slopes.to(kind))
        return linear[:, 0] + (total.square() - squares).sum(1) / 2
