"""multvae: a variational autoencoder over the set of a user's items."""

from __future__ import annotations

from typing import Annotated, ClassVar, Unpack

import torch
from freshmark import Events, Query, Search, UsageError
from torch import Tensor
from torch.nn import functional

from freshmark_plugins.models.layers import Projection, dropped, index_of
from freshmark_plugins.models.ranking.sequential import Sequential
from freshmark_plugins.training.embedding_table import EmbeddingTable
from freshmark_plugins.training.options import Recipe


class MultVAE(Sequential):
    """score = h(z) · q_i + b_i, z a code of the set of the user's newest items.

    ::

        x = 1 for each item of the set, else 0, divided by |x|; with dropout in training
        e = tanh(x E + c)                        E has a row per item
        μ, log σ² = W e;   z = μ + σ ε           ε ~ N(0, 1) in training, 0 in answers
        h = tanh(V z + a)
        ℓ = −log softmax(h Q + b)_i + β KL(N(μ, σ²) ‖ N(0, 1)) / |set|
        β = cap · min(1, steps / anneal)

    The paper reconstructs each user's set from a dropped-out version of itself: one term per item, and one KL per set.
    Here each event is a term whose input x is the set before it, as in prediction, so that no event is part of its own
    input. The KL is divided by the size of the set, which keeps its weight.

    Cost: O((length + dim + m) · hidden) per event. Memory: 8 (hidden + ½) bytes per item, 24 per event (histories).
    Liang et al., WWW 2018: hidden 600, dim 200, dropout .5, cap .2 after 200,000 steps, batches of 500 users, Adam with
    lr 1e-3; smaller here, for catalogues of thousands and fewer steps.

    Args:
        hidden: length of e, h and q.
        dim: length of z.
        length: newest items in the set.
        dropout: of the set.
        cap: the largest β.
        anneal: steps until β reaches it.
        scale: standard deviation of the initial Q and E.
        recipe: see ``Recipe``.
    """

    by_user: ClassVar[bool] = False  # sets do not share a pass

    steps: Tensor

    def __init__(
        self,
        hidden: Annotated[int, Search(50, 200, log=True)] = 100,
        *,
        dim: Annotated[int, Search(25, 100, log=True)] = 50,
        length: int = 20,
        dropout: Annotated[float, Search(0.0, 0.8)] = 0.5,
        cap: Annotated[float, Search(0.05, 1.0, log=True)] = 0.2,
        anneal: int = 1000,
        scale: float = 0.05,
        **recipe: Unpack[Recipe],
    ) -> None:
        super().__init__(dim=hidden, length=length, scale=scale, **recipe)
        if min(dim, anneal) < 1 or not 0 <= dropout < 1:
            raise UsageError(f"multvae has dim={dim}, anneal={anneal}, dropout={dropout}", remedy="1 or more; below 1")
        self.code, self.dropout, self.cap, self.anneal = dim, dropout, cap, anneal

    def build_encoder(self, draw: torch.Generator) -> None:
        """E, c, W, V, a, and the step counter."""
        self.inputs = EmbeddingTable(self.dim, scale=self.scale, seed=(int(draw.initial_seed()), 22))
        self.offset = torch.nn.Parameter(torch.zeros(self.dim))
        self.encoder = Projection(self.dim, 2 * self.code, draw=draw)
        self.decoder = Projection(self.code, self.dim, draw=draw)
        self.register_buffer("steps", torch.zeros(1))

    def grow(self, users: int, items: int) -> None:
        """Have rows for that many items, in E and in Q."""
        super().grow(users, items)
        self.inputs.grow(items)

    def hidden(self, rows: Events | Query, draw: torch.Generator | None, *, least: int, dtype: torch.dtype) -> Tensor:
        """(n, hidden) h of the users of these rows, by the mean of z."""
        del draw, least
        mean, _, _ = self.posterior(rows, None, dtype=dtype)
        return torch.tanh(self.decoder(mean))

    def posterior(
        self, rows: Events | Query, draw: torch.Generator | None, *, dtype: torch.dtype
    ) -> tuple[Tensor, Tensor, Tensor]:
        """(n, dim) μ and log σ² of the users of these rows, and (n,) the sizes of their sets."""
        windows = self.sequences.windows(rows, length=self.length, least=self.length, known=len(self.items))
        device = self.items.weight.device
        item, column = (index_of(part, device) for part in (windows.item[windows.row], windows.column))
        before = torch.arange(item.shape[1], device=device) < column[:, None]  # a window also holds later items
        item, _ = item.masked_fill(~before, -1).sort(1)
        first = (item >= 0) & (item != functional.pad(item[:, :-1], (1, 0), value=-1))  # (n, length) each item once
        count = first.sum(1)
        share = dropped(first / count.clamp(min=1)[:, None].sqrt(), self.dropout, draw).to(dtype)
        if count.any():
            drawn = self.inputs(item.clamp(min=0).flatten()).to(dtype).view(*item.shape, -1)
            bag = torch.einsum("nl,nlh->nh", share, drawn)
        else:
            bag = torch.zeros(len(item), self.dim, dtype=dtype, device=device)
        mean, log_variance = self.encoder(torch.tanh(bag + self.offset.to(dtype))).chunk(2, 1)
        return mean, log_variance, count

    def loss(self, events: Events, draw: torch.Generator) -> Tensor:
        """(n,) one per event; each call in training is a step of the annealing."""
        if self.training:
            self.steps += 1
        mean, log_variance, count = self.posterior(
            events, draw if self.training else None, dtype=self.items.weight.dtype
        )
        noise = torch.randn(mean.shape, generator=draw, device=mean.device, dtype=mean.dtype) if self.training else 0.0
        hidden = torch.tanh(self.decoder(mean + noise * (log_variance / 2).exp()))
        scores = self.all_scores(hidden)
        item = index_of(events.item, mean.device)
        reconstruction = scores.logsumexp(1) - scores.gather(1, item[:, None])[:, 0]
        divergence = (mean.square() + log_variance.exp() - 1 - log_variance).sum(1) / 2
        beta = self.cap * (self.steps / self.anneal).clamp(max=1)
        return reconstruction + beta * divergence / count.clamp(min=1)
