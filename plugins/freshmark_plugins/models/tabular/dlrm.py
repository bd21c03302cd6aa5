"""dlrm: a network over inner products of embedded categories and numbers, for clicks and ratings."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations, pairwise
from typing import ClassVar, Unpack

import torch
from freshmark import Events, Query, Run
from torch import Tensor, nn

from freshmark_plugins.models.inputs import numbers, numeric, width
from freshmark_plugins.models.layers import Projection
from freshmark_plugins.models.tabular.fields import Fields
from freshmark_plugins.models.tabular.pointwise import Pointwise
from freshmark_plugins.training.options import Recipe


class DLRM(Pointwise):
    """s = b + top([z, z_i · z_j for all i < j]), with a vector z of the numbers and one per category.

    ::

        z = relu(W relu(W' x))        of the numbers x, if there are any
        z_i = e[category i]           user, item, and every other
        ℓ = −log σ(±s) for click or no click,  (s − rating)²

    Cost per event: fields² · dim / 2 and the layers. Memory: 4 dim bytes per user, item and bucket.
    Naumov et al., 2019 (arXiv 1906.00091), at a smaller scale.

    Args:
        dim: length of the vectors.
        layers: widths of the hidden layers of the network on top.
        bits: log2 of the number of buckets that categories are hashed into.
        recipe: see ``Recipe``.
    """

    recipe: ClassVar[Recipe] = {"epochs": 2}

    def __init__(
        self, dim: int = 16, *, layers: Sequence[int] = (32, 16), bits: int = 16, **recipe: Unpack[Recipe]
    ) -> None:
        super().__init__(**recipe)
        self.dim, self.layers, self.bits = dim, tuple(layers), bits

    def create_parameters(self, run: Run) -> None:
        """Initial values from the seed."""
        self.names = numeric(run.features)
        columns = width(run.features, self.names)
        self.embedded = Fields(run, self.dim, bits=self.bits, scale=0.1, seed=80)
        draw = torch.Generator().manual_seed(run.seed)
        bottom = (columns, 2 * self.dim, self.dim) if columns else ()
        self.bottom = nn.ModuleList([Projection(*size, draw=draw) for size in pairwise(bottom)])
        vectors = self.embedded.count + bool(columns)
        sizes = (vectors * (vectors - 1) // 2 + (self.dim if columns else 0), *self.layers)
        self.top = nn.ModuleList([Projection(*size, draw=draw) for size in pairwise(sizes)])
        self.head = Projection(sizes[-1], 1, draw=draw)
        nn.init.zeros_(self.head.weight)  # the first answer is the bias

    def grow(self, users: int, items: int) -> None:
        """Grow to these numbers of users and items."""
        self.embedded.grow(users, items)

    def score_without_bias(self, rows: Events | Query, dtype: torch.dtype) -> Tensor:
        """(n,) output of the network on top."""
        score: Tensor = self.head(self._hidden(rows, dtype))
        return score[:, 0]

    def represent(self, events: Events) -> Tensor:
        """(n, last layer) the input of the last layer; gradients flow."""
        return self._hidden(events, self.bias.dtype)

    def _hidden(self, rows: Events | Query, dtype: torch.dtype) -> Tensor:
        vectors = self.embedded(rows, dtype)
        dense = []
        if len(self.bottom):
            x = numbers(rows, self.names).to(self.bias.device, dtype)
            for layer in self.bottom:
                x = layer(x).relu()
            vectors, dense = [x, *vectors], [x]
        products = torch.stack([(one * other).sum(1) for one, other in combinations(vectors, 2)], 1)
        hidden = torch.cat([*dense, products], 1)
        for layer in self.top:
            hidden = layer(hidden).relu()
        return hidden
