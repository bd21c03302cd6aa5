"""neumf: matrix factorisation combined with a small network."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Annotated, Any, ClassVar, Unpack

import numpy as np
import torch
from freshmark import Events, FloatArray, Query, Run, Search, Task, UsageError
from torch import Tensor, nn
from torch.nn.functional import linear, relu

from freshmark_plugins.models.context_free import ContextFree
from freshmark_plugins.models.layers import Projection, index_of
from freshmark_plugins.models.ranking.ranking_losses import logistic
from freshmark_plugins.training.embedding_table import EmbeddingTable
from freshmark_plugins.training.options import Recipe


class NeuMF(ContextFree):
    """score(u, i) = w · [p_u ∘ q_i, tower(p'_u, q'_i)] + c, a product and a network side by side.

    ::

        tower(p, q) = relu(W_k … relu(W_1 [p, q] + b_1) … + b_k)       layers 64 → 32 → 16 → 8
        ℓ = −log σ(s_ui) − Σ_j log σ(−s_uj)                            j drawn uniformly, ``negatives`` for each event

    Users it was not trained on have no row: the strategy answers them by popularity. Answers cost a pass of the
    network for each user and item, without its first layer, which is worked out for users and items apart.

    Cost: O((1 + negatives) · network) per event, O(m · network) per requested user. Memory: 4 (factors + layers[0] / 2)
    bytes per user and item.
    He et al., WWW 2017: 8 factors, layers 64-32-16-8, 4 negatives, Adam with lr 1e-3, batch 256; from scratch, without
    the pre-training of both halves.

    Args:
        factors: length of p and q.
        layers: inputs of the tower, half of them for the user, and the outputs of each of its layers.
        negatives: items sampled per event.
        scale: standard deviation of the initial p, q, p', q'.
        recipe: see ``Recipe``.
    """

    tasks: ClassVar[frozenset[Task]] = frozenset({"rank"})
    cold_users: ClassVar[bool] = True
    """It cannot answer users it was not trained on."""

    def __init__(
        self,
        factors: Annotated[int, Search(4, 32, log=True)] = 8,
        *,
        layers: Sequence[int] = (64, 32, 16, 8),
        negatives: Annotated[int, Search(1, 10)] = 4,
        scale: float = 0.05,
        **recipe: Unpack[Recipe],
    ) -> None:
        super().__init__(**recipe)
        if min(factors, negatives, *layers) < 1 or len(layers) < 2 or layers[0] % 2:  # noqa: PLR2004
            raise UsageError(
                f"neumf has factors={factors}, layers={list(layers)}, negatives={negatives}",
                remedy="1 or more of each, and an even first layer with another after it",
            )
        self.product, self.layers, self.negatives, self.scale = factors, list(layers), negatives, scale

    def build(self, run: Run) -> None:
        """Fresh rows for the users and items known so far, and a fresh network."""
        draw = torch.Generator().manual_seed(run.seed)
        width = self.product + self.layers[0] // 2
        self.users = EmbeddingTable(width, scale=self.scale, seed=(run.seed, 30))
        self.items = EmbeddingTable(width, scale=self.scale, seed=(run.seed, 31))
        self.tower: Any = nn.ModuleList(Projection(*sizes, draw=draw) for sizes in pairwise(self.layers))
        self.head = Projection(self.product + self.layers[-1], 1, draw=draw)
        self.grow(run.users, run.items)

    def grow(self, users: int, items: int) -> None:
        """Grow to these numbers of users and items."""
        self.users.grow(users)
        self.items.grow(items)

    def loss(self, events: Events, draw: torch.Generator) -> Tensor:
        """(n,) one per event."""
        item = index_of(events.item, self.items.weight.device)
        drawn = torch.randint(len(self.items), (len(item), self.negatives), generator=draw, device=item.device)
        index = torch.cat([item[:, None], drawn], 1)
        user = self.users(index_of(events.user, item.device))[:, None]  # (n, 1, width)
        items = self.items(index.flatten()).view(*index.shape, -1)  # (n, 1 + K, width)
        scores = self.compared(user, items, self.first_layer(items))
        return logistic(scores[:, 0], scores[:, 1:].masked_fill(drawn == item[:, None], -torch.inf))

    def outputs(self, events: Events) -> Tensor:
        """(n, m) the scores of all items."""
        items = self.items.rows()[None]
        user = self.users(index_of(events.user, items.device))[:, None]
        return self.compared(user, items, self.first_layer(items))

    @torch.no_grad()
    def score(self, query: Query) -> FloatArray:
        """(n, m), float32; each user alone, so that no bit depends on the rest of the batch."""
        codes, back = np.unique(query.user, return_inverse=True)
        items = self.items.weight
        of_items, scores = self.first_layer(items), np.empty((len(codes), len(items)), np.float32)
        for row, code in enumerate(codes):
            user = self.users.weight[code] if code < len(self.users) else items.new_zeros(items.shape[1])
            scores[row] = self.compared(user, items, of_items).numpy(force=True)
        return np.asarray(scores[back])

    def first_layer(self, items: Tensor) -> Tensor:
        """(…, layers[1]) the contribution of items (…, width) to the first layer, including its bias."""
        weight = self.tower[0].weight[:, self.layers[0] // 2 :]
        return linear(items[..., self.product :], weight, self.tower[0].bias)

    def compared(self, user: Tensor, items: Tensor, of_items: Tensor) -> Tensor:
        """(…, k) scores of users (…, 1, width) with items (…, k, width), whose first layer is given."""
        f = self.product
        deep = of_items + linear(user[..., f:], self.tower[0].weight[:, : self.layers[0] // 2])
        for layer in self.tower[1:]:
            deep = layer(relu(deep))
        weight = self.head.weight[0]
        scores: Tensor = (user[..., :f] * items[..., :f]) @ weight[:f] + relu(deep) @ weight[f:] + self.head.bias
        return scores
