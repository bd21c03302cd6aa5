"""biased_mf: matrix factorisation with biases, for ratings."""

from __future__ import annotations

from typing import Annotated, ClassVar, Unpack

import torch
from freshmark import Events, Query, Run, Search, Task
from torch import Tensor

from freshmark_plugins.models.tabular.fields import lookup
from freshmark_plugins.models.tabular.pointwise import Pointwise
from freshmark_plugins.training.embedding_table import EmbeddingTable
from freshmark_plugins.training.options import Recipe


class BiasedMF(Pointwise):
    """r̂ = μ + b_u + b_i + p_u · q_i, trained with the squared error.

    ::

        ℓ = (r − r̂)² + reg (|p_u|² + |q_i|² + b_u² + b_i²)

    μ starts at the mean of the first ratings and is trained. Users and items without a row contribute 0: without both,
    the answer is μ. Cost per event: dim. Memory: 4 (dim + 1) bytes per user and item.
    Koren, Bell & Volinsky, IEEE Computer 2009, equations 4 and 5.

    Args:
        dim: length of p and q.
        reg: λ of the penalty, over the rows of a batch.
        scale: standard deviation of the initial p and q; biases start at 0.
        recipe: see ``Recipe``.
    """

    tasks: ClassVar[frozenset[Task]] = frozenset({"rate"})
    head: ClassVar[tuple[str, ...]] = ("items", "item_bias")
    """The parameters between the representation of a user and the answer."""

    def __init__(
        self,
        dim: Annotated[int, Search(4, 64, log=True)] = 16,
        *,
        reg: Annotated[float, Search(1e-3, 0.3, log=True)] = 0.02,
        scale: float = 0.1,
        **recipe: Unpack[Recipe],
    ) -> None:
        super().__init__(**recipe)
        self.dim, self.reg, self.scale = dim, reg, scale

    def create_parameters(self, run: Run) -> None:
        """Vectors from the seed."""
        self.users, self.items = (EmbeddingTable(self.dim, scale=self.scale, seed=(run.seed, of)) for of in (90, 91))
        self.user_bias, self.item_bias = (EmbeddingTable(1, scale=0.0, seed=(run.seed,)) for _ in range(2))

    def grow(self, users: int, items: int) -> None:
        """Grow to these numbers of users and items."""
        for table, rows in ((self.users, users), (self.user_bias, users), (self.items, items), (self.item_bias, items)):
            table.grow(rows)

    def loss(self, events: Events, draw: torch.Generator) -> Tensor:
        """(n,) squared error and penalty."""
        penalty = sum(part.square().sum(1) for part in self._parts(events, self.bias.dtype))
        return super().loss(events, draw) + self.reg * penalty

    def score_without_bias(self, rows: Events | Query, dtype: torch.dtype) -> Tensor:
        """(n,) r̂ − μ."""
        p, q, user, item = self._parts(rows, dtype)
        return (user + item)[:, 0] + (p * q).sum(1)

    def _parts(self, rows: Events | Query, dtype: torch.dtype) -> list[Tensor]:
        """The rows p (n, dim), q (n, dim), b_u (n, 1), b_i (n, 1)."""
        lookups = (
            (self.users, rows.user),
            (self.items, rows.item),
            (self.user_bias, rows.user),
            (self.item_bias, rows.item),
        )
        return [lookup(table, codes).to(dtype) for table, codes in lookups]
