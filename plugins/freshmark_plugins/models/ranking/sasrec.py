"""sasrec: self-attention over the history of a user."""

from __future__ import annotations

from math import sqrt
from typing import Annotated, Unpack

import torch
from freshmark import Events, Search, UnknownName, UsageError
from torch import Tensor, nn

from freshmark_plugins.models.layers import Norm, Projection, dropped, index_of
from freshmark_plugins.models.ranking.ranking_losses import cross_entropy, logistic
from freshmark_plugins.models.ranking.sequential import Stepwise
from freshmark_plugins.training.options import Recipe


class SASRec(Stepwise):
    """score = h · q_i + b_i, h the last output of a transformer over the user's items, embedded by the same q.

    ::

        x_k = √dim q_k + p_k                     the k-th of the user's newest ``length`` items, oldest first
        x ← x + attention(norm(x))               ``blocks`` times; x_k looks at x_1 … x_k only
        x ← x + W₂ relu(W₁ norm(x))
        h = norm(x_last)
        softmax:   ℓ = −log softmax(s)_i         over all known items, or ``negatives`` drawn uniformly and i
        logistic:  ℓ = −log σ(s_i) − Σ_j log σ(−s_j)         j drawn uniformly, ``negatives`` per event

    As in the paper, one pass over a history gives the losses of all its events in the batch. Positions
    count from the oldest item of the window, in the paper from the newest of the sequence; b is not in the paper.

    Cost: O(length · dim · (dim + length)) per user of a batch and request, O(m · dim) per event (softmax over all).
    Memory: 4 (dim + 1) bytes per item, 24 per event (histories).
    Kang & McAuley, ICDM 2018: 50 dimensions, 2 blocks, 1 head, dropout .2, the logistic loss with one negative, Adam
    with lr 1e-3, batches of 128 sequences. The softmax is that of Mi et al., RecSys 2020 (ADER), which needs
    fewer events than the logistic loss.

    Args:
        dim: of x, h and q.
        blocks: how often attention and feed-forward alternate.
        heads: of attention; they share ``dim``.
        length: items of the history that are attended to.
        dropout: of x, of attention and of the feed-forward outputs.
        loss: "softmax" or "logistic".
        negatives: items sampled per batch (softmax; None: all known), per event (logistic; None: 1).
        scale: standard deviation of the initial q and p.
        recipe: see ``Recipe``.
    """

    def __init__(
        self,
        dim: Annotated[int, Search(choices=(16, 32, 50, 64, 128))] = 50,
        *,
        blocks: Annotated[int, Search(1, 3)] = 2,
        heads: int = 1,
        length: Annotated[int, Search(10, 50, log=True)] = 20,
        dropout: Annotated[float, Search(0.0, 0.5)] = 0.2,
        loss: str = "softmax",
        negatives: int | None = None,
        scale: float = 0.02,
        **recipe: Unpack[Recipe],
    ) -> None:
        super().__init__(dim=dim, length=length, scale=scale, **recipe)
        losses = {"softmax": self._softmax, "logistic": self._logistic}
        if loss not in losses:
            raise UnknownName("loss of sasrec", loss, losses)
        if min(blocks, heads) < 1 or dim % heads:
            raise UsageError(
                f"sasrec has dim={dim}, blocks={blocks}, heads={heads}", remedy="1 or more, and dim a multiple of heads"
            )
        self.blocks, self.heads, self.dropout, self.negatives = blocks, heads, dropout, negatives
        self._loss = losses[loss]

    def build_encoder(self, draw: torch.Generator) -> None:
        """Positions, blocks and the last norm."""
        self.places = nn.Parameter(torch.randn(self.length, self.dim, generator=draw) * self.scale)
        self.stack = nn.ModuleList(Block(self.dim, self.heads, self.dropout, draw=draw) for _ in range(self.blocks))
        self.norm = Norm(self.dim)

    def encode(self, items: Tensor, draw: torch.Generator | None) -> Tensor:
        """(w, l, dim) outputs; each depends on the items up to its own."""
        x = items * sqrt(self.dim) + self.places[: items.shape[1]].to(items.dtype)
        x = dropped(x, self.dropout, draw)
        for block in self.stack:
            x = block(x, draw)
        normed: Tensor = self.norm(x)
        return normed

    def loss(self, events: Events, draw: torch.Generator) -> Tensor:
        """(n,) one per event."""
        hidden = self.represent(events, draw)
        return self._loss(hidden, index_of(events.item, hidden.device), draw)

    def _softmax(self, hidden: Tensor, item: Tensor, draw: torch.Generator) -> Tensor:
        if self.negatives is None:
            scores = self.all_scores(hidden)
            return scores.logsumexp(1) - scores.gather(1, item[:, None])[:, 0]
        drawn = torch.randint(len(self.items), (self.negatives,), generator=draw, device=item.device)
        both = self.scores(hidden, item[:, None])[:, 0], self.scores(hidden, drawn)
        return cross_entropy(both[0], both[1].masked_fill(drawn == item[:, None], -torch.inf))

    def _logistic(self, hidden: Tensor, item: Tensor, draw: torch.Generator) -> Tensor:
        shape = (len(item), self.negatives or 1)
        drawn = torch.randint(len(self.items), shape, generator=draw, device=item.device)
        scores = self.scores(hidden, torch.cat([item[:, None], drawn], 1))
        return logistic(scores[:, 0], scores[:, 1:].masked_fill(drawn == item[:, None], -torch.inf))


class Block(nn.Module):
    """Causal attention, then two layers, each with a residual connection."""

    def __init__(self, dim: int, heads: int, dropout: float, *, draw: torch.Generator) -> None:
        super().__init__()
        self.heads, self.dropout = heads, dropout
        self.before, self.between = Norm(dim), Norm(dim)
        self.query, self.key, self.value = (Projection(dim, dim, draw=draw) for _ in range(3))
        self.inner, self.outer = Projection(dim, dim, draw=draw), Projection(dim, dim, draw=draw)

    def forward(self, x: Tensor, draw: torch.Generator | None) -> Tensor:
        """(w, l, dim) of (w, l, dim)."""
        x = x + dropped(self.attend(self.before(x), draw), self.dropout, draw)
        inner = dropped(torch.relu(self.inner(self.between(x))), self.dropout, draw)
        return x + dropped(self.outer(inner), self.dropout, draw)

    def attend(self, x: Tensor, draw: torch.Generator | None) -> Tensor:
        """(w, l, dim) the values of positions up to each, weighted by softmax(query · key / √(dim per head))."""
        w, length, dim = x.shape
        sides = (side(x).view(w, length, self.heads, -1) for side in (self.query, self.key, self.value))
        query, key, value = (side.transpose(1, 2) for side in sides)  # (w, heads, length, dim / heads)
        match = query @ key.transpose(2, 3) / sqrt(dim / self.heads)  # (w, heads, length, length)
        later = torch.ones(length, length, dtype=torch.bool, device=x.device).triu(1)
        weight = dropped(match.masked_fill(later, -torch.inf).softmax(3), self.dropout, draw)
        seen: Tensor = (weight @ value).transpose(1, 2).reshape(w, length, dim)
        return seen
