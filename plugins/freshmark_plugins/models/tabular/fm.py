"""fm: a factorisation machine, for clicks and ratings: the weight of each pair of fields is an inner product."""

from __future__ import annotations

from typing import Annotated, ClassVar, Unpack

import torch
from freshmark import Events, Query, Run, Search
from torch import Tensor, nn

from freshmark_plugins.models.inputs import numbers, numeric, width
from freshmark_plugins.models.tabular.fields import Fields
from freshmark_plugins.models.tabular.pointwise import Pointwise
from freshmark_plugins.training.options import Recipe


class FM(Pointwise):
    """s = b + Σ_i w_i x_i + Σ_{i<j} (v_i · v_j) x_i x_j over user, item, categories (x = 1) and numbers x.

    ::

        Σ_{i<j} (v_i · v_j) x_i x_j = ½ Σ_d [(Σ_i v_id x_i)² − Σ_i v_id² x_i²]
        ℓ = −log σ(±s) for click or no click,  (s − rating)²

    Cost per event: fields · dim. Memory: 4 (dim + 1) bytes per user, item and bucket.
    Rendle, ICDM 2010.

    Args:
        dim: length of v.
        bits: log2 of the number of buckets that categories are hashed into.
        scale: standard deviation of the initial v; w starts at 0.
        recipe: see ``Recipe``.
    """

    recipe: ClassVar[Recipe] = {"epochs": 2}

    def __init__(
        self,
        dim: Annotated[int, Search(4, 64, log=True)] = 8,
        *,
        bits: int = 16,
        scale: float = 0.01,
        **recipe: Unpack[Recipe],
    ) -> None:
        super().__init__(**recipe)
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
        """Grow to these numbers of users and items."""
        self.weights.grow(users, items)
        self.vectors_of.grow(users, items)

    def score_without_bias(self, rows: Events | Query, dtype: torch.dtype) -> Tensor:
        """(n,) s without b."""
        x = numbers(rows, self.names).to(self.bias.device, dtype)  # (n, columns)
        vectors, numbers_of = self.vectors_of(rows, dtype), self.number_vectors.to(dtype)
        total = sum(vectors, x @ numbers_of)  # (n, dim)
        squares = sum((one.square() for one in vectors), x.square() @ numbers_of.square())
        linear = sum(self.weights(rows, dtype), x @ self.slopes.to(dtype))
        return linear[:, 0] + (total.square() - squares).sum(1) / 2
