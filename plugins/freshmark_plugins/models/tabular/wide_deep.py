"""wide_deep: a linear model that memorises pairs plus a network that generalises, for clicks and ratings."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Annotated, ClassVar, Unpack

import numpy as np
import torch
from freshmark import Events, Query, Run, Search
from torch import Tensor, nn

from freshmark_plugins.kernels.hashing import buckets
from freshmark_plugins.models.inputs import numbers, numeric, width
from freshmark_plugins.models.layers import Projection
from freshmark_plugins.models.tabular.fields import Fields
from freshmark_plugins.models.tabular.pointwise import Pointwise
from freshmark_plugins.training.embedding_table import EmbeddingTable
from freshmark_plugins.training.options import Recipe


class WideDeep(Pointwise):
    """s = b + wide + deep, learned together.

    ::

        wide = Σ_f w_f + w_{user × item} + v · x            one weight a field, one a hashed pair, v of the numbers x
        deep = MLP([e_user, e_item, e_category …, x])        max(0, ·) between its layers
        ℓ = −log σ(±s) for a click or none,  (s − rating)²

    Cost per event: the sizes of the layers multiplied. Memory: 4 (dim + 1) bytes per user, item and bucket.
    Cheng et al., DLRS 2016, there with FTRL for the wide part and AdaGrad for the deep one, here with one optimiser.

    Args:
        dim: length of e.
        layers: widths of the hidden layers.
        bits: log2 of the number of buckets that categories, and pairs, are hashed into.
        recipe: see ``Recipe``.
    """

    recipe: ClassVar[Recipe] = {"epochs": 2}

    def __init__(
        self,
        dim: Annotated[int, Search(4, 64, log=True)] = 16,
        *,
        layers: Sequence[int] = (32, 16),
        bits: int = 16,
        **recipe: Unpack[Recipe],
    ) -> None:
        super().__init__(**recipe)
        self.dim, self.layers, self.bits = dim, tuple(layers), bits

    def create_parameters(self, run: Run) -> None:
        """The wide part at 0, the deep one from the seed."""
        self.names = numeric(run.features)
        columns = width(run.features, self.names)
        self.weights = Fields(run, 1, bits=self.bits, scale=0.0, seed=70)
        self.pairs = EmbeddingTable(1, scale=0.0, seed=(run.seed,))
        self.pairs.grow(1 << self.bits)
        self.slopes = nn.Parameter(torch.zeros(columns, 1))
        self.embedded = Fields(run, self.dim, bits=self.bits, scale=0.1, seed=71)
        draw = torch.Generator().manual_seed(run.seed)
        sizes = (self.embedded.count * self.dim + columns, *self.layers)
        self.deep = nn.ModuleList([Projection(*size, draw=draw) for size in pairwise(sizes)])
        self.head = Projection(sizes[-1], 1, draw=draw)
        nn.init.zeros_(self.head.weight)  # the first answer is the bias

    def grow(self, users: int, items: int) -> None:
        """Grow to these numbers of users and items."""
        self.weights.grow(users, items)
        self.embedded.grow(users, items)

    def score_without_bias(self, rows: Events | Query, dtype: torch.dtype) -> Tensor:
        """(n,) wide + deep."""
        x = numbers(rows, self.names).to(self.bias.device, dtype)  # (n, columns)
        wide = sum(self.weights(rows, dtype), x @ self.slopes.to(dtype)) + self.pairs(self._pair(rows)).to(dtype)
        score: Tensor = wide + self.head(self._hidden(rows, x))
        return score[:, 0]

    def represent(self, events: Events) -> Tensor:
        """(n, last layer) the input of the last layer of the deep part; gradients flow."""
        return self._hidden(events, numbers(events, self.names).to(self.bias))

    def _hidden(self, rows: Events | Query, x: Tensor) -> Tensor:
        hidden = torch.cat([*self.embedded(rows, x.dtype), x], 1)
        for layer in self.deep:
            hidden = layer(hidden).relu()
        return hidden

    def _pair(self, rows: Events | Query) -> Tensor:
        """(n,) the bucket of each pair of user and item."""
        pair = np.asarray(rows.user, np.int64) << 32 | np.asarray(rows.item, np.int64)
        return torch.from_numpy(buckets(pair, field="user × item", bits=self.bits)).to(self.bias.device)
