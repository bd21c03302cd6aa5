"""mf: matrix factorisation for the next item, by BPR, logistic loss or sampled softmax."""

from __future__ import annotations

from collections.abc import Callable
from math import log
from typing import Annotated, ClassVar, Unpack

import torch
from freshmark import Events, Factors, Query, Run, Search, Task, UnknownName
from torch import Tensor
from torch.nn.functional import softplus

from freshmark_plugins.histories.fallback import factors_of
from freshmark_plugins.models.context_free import ContextFree
from freshmark_plugins.models.layers import index_of
from freshmark_plugins.training.embedding_table import EmbeddingTable
from freshmark_plugins.training.options import Recipe


class MF(ContextFree):
    """score(u, i) = p_u · q_i + b_i, trained so that observed items score above sampled ones.

    ::

        bpr:      ℓ = −log σ(s_ui − s_uj), j uniform                        mean over ``negatives`` items j
        logistic: ℓ = −log σ(s_ui) − Σ_j log σ(−s_uj), j uniform            over ``negatives`` items j
        softmax:  ℓ = −s_ui + log(e^s_ui + (m − 1)/K Σ_k e^s_uk)            the K = ``negatives`` items of a batch

    Users it was not trained on have no row: the strategy answers them by popularity.
    Rendle et al., UAI 2009 (bpr); Mikolov et al., NeurIPS 2013 (logistic: negative sampling); Jean et al., ACL 2015,
    and Wu et al., TOIS 2024 (sampled softmax).

    Args:
        dim: length of p_u and q_i.
        loss: "bpr", "logistic" or "softmax".
        negatives: items drawn, uniformly among those known: for each event (bpr: 1, logistic: 4), for each
            batch (softmax: 128).
        reg: λ of λ/2 (|p_u|² + |q_i|² + |q_j|²), over the rows of a batch.
        scale: standard deviation of the initial p and q.
        recipe: see ``Recipe``.
    """

    tasks: ClassVar[frozenset[Task]] = frozenset({"rank"})
    head: ClassVar[tuple[str, ...]] = ("items", "bias")
    """The parameters between the representation of a user and the answer."""
    cold_users: ClassVar[bool] = True
    """It cannot answer users it was not trained on."""

    def __init__(
        self,
        dim: Annotated[int, Search(8, 128, log=True)] = 32,
        *,
        loss: str = "bpr",
        negatives: Annotated[int | None, Search(choices=(None, 1, 4, 16))] = None,
        reg: Annotated[float, Search(choices=(0.0, 1e-05, 0.0001, 0.001))] = 0.0,
        scale: float = 0.01,
        **recipe: Unpack[Recipe],
    ) -> None:
        super().__init__(**recipe)
        losses: dict[str, tuple[Callable[[Events, torch.Generator], Tensor], int]] = {
            "bpr": (self._bpr, 1),
            "logistic": (self._logistic, 4),
            "softmax": (self._softmax, 128),
        }
        if loss not in losses:
            raise UnknownName("loss of mf", loss, losses)
        self.dim, self.reg, self.scale = dim, reg, scale
        self._loss, usual = losses[loss]
        self.negatives = negatives or usual

    def build(self, run: Run) -> None:
        """Fresh rows for the users and items known so far."""
        self.users = EmbeddingTable(self.dim, scale=self.scale, seed=(run.seed, 10))
        self.items = EmbeddingTable(self.dim, scale=self.scale, seed=(run.seed, 11))
        self.bias = EmbeddingTable(1, scale=0.0, seed=(run.seed, 12))
        self.grow(run.users, run.items)

    def grow(self, users: int, items: int) -> None:
        """Grow to these numbers of users and items."""
        self.users.grow(users)
        self.items.grow(items)
        self.bias.grow(items)

    def loss(self, events: Events, draw: torch.Generator) -> Tensor:
        """(n,) one per event."""
        return self._loss(events, draw)

    def outputs(self, events: Events) -> Tensor:
        """(n, m) the scores of all items."""
        logits: Tensor = self.represent(events) @ self.item_vectors().T + self.bias.rows()[:, 0]
        return logits

    def represent(self, events: Events) -> Tensor:
        """(n, dim) the p of each event's user."""
        vectors: Tensor = self.users(index_of(events.user, self.users.weight.device))
        return vectors

    def vectors(self) -> tuple[Tensor, Tensor]:
        """P (users, dim) and q (items, dim)."""
        return self.users.rows(), self.item_vectors()

    def item_vectors(self, index: Tensor | None = None) -> Tensor:
        """(n, dim) the q of these items, or of all that it was trained on."""
        return self.items.rows() if index is None else self.items(index)

    def factors(self, query: Query) -> Factors:
        """Rows of users (n, dim), zero for those without a row, and of items (m, dim) with bias (m,)."""
        index = index_of(query.user, self.users.weight.device)
        known = index < len(self.users)
        user = self.users.weight.new_zeros((len(query), self.dim))
        user[known] = self.users.weight.detach()[index[known]]
        return factors_of(user, *self.item_factors())

    def item_factors(self) -> tuple[Tensor, Tensor]:
        """(m, dim) vectors and (m,) biases of the items it can score, without gradients."""
        return self.items.weight.detach(), self.bias.weight.detach()[:, 0]

    def _bpr(self, events: Events, draw: torch.Generator) -> Tensor:
        score, penalty = self._compared(events, draw)
        return softplus(score[1:] - score[0]).mean(0) + penalty

    def _logistic(self, events: Events, draw: torch.Generator) -> Tensor:
        score, penalty = self._compared(events, draw)
        return softplus(-score[0]) + softplus(score[1:]).sum(0) + penalty

    def _compared(self, events: Events, draw: torch.Generator) -> tuple[Tensor, Tensor | float]:
        """(1 + k, n) scores of each event's item and of k others, and (n,) the regularisation term."""
        n, k = len(events), self.negatives
        drawn = torch.randint(len(self.items), (k * n,), generator=draw, device=draw.device)
        index = torch.cat([index_of(events.item, self.users.weight.device), drawn])
        user = self.users(index_of(events.user, self.users.weight.device))  # (n, dim)
        item = self.item_vectors(index).view(1 + k, n, self.dim)
        bias = self.bias(index).view(1 + k, n)
        score = (user * item).sum(2) + bias
        if not self.reg:
            return score, 0.0
        return score, self.reg / 2 * (user.square().sum(1) + item.square().sum(2).sum(0))

    def _softmax(self, events: Events, draw: torch.Generator) -> Tensor:
        k, m = self.negatives, len(self.items)
        drawn = torch.randint(m, (k,), generator=draw, device=draw.device)
        item = index_of(events.item, self.users.weight.device)
        user, own = self.users(index_of(events.user, self.users.weight.device)), self.item_vectors(item)  # (n, dim)
        true = (user * own).sum(1) + self.bias(item)[:, 0]  # (n,)
        others = user @ self.item_vectors(drawn).T + self.bias(drawn)[:, 0] + log(max(m - 1, 1) / k)  # (n, k)
        others = others.masked_fill(drawn == item[:, None], -torch.inf)
        loss: Tensor = torch.cat([true[:, None], others], 1).logsumexp(1) - true
        if self.reg:
            loss = loss + self.reg / 2 * (user.square().sum(1) + own.square().sum(1))
        return loss
