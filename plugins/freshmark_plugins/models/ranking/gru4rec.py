"""gru4rec: a recurrent network over the history of a user."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Annotated, Unpack

import numpy as np
import torch
from freshmark import Events, FloatArray, Search, UnknownName
from torch import Tensor, nn

from freshmark_plugins.kernels.growth import bincount, row_count, with_room
from freshmark_plugins.models.layers import dropped, index_of
from freshmark_plugins.models.ranking.ranking_losses import bpr_max, cross_entropy
from freshmark_plugins.models.ranking.sequential import Stepwise
from freshmark_plugins.training.options import Recipe

Loss = Callable[[Tensor, Tensor], Tensor]


class GRU4Rec(Stepwise):
    """score = h · q_i + b_i, h the state of a GRU over the user's items, embedded by the same q.

    ::

        h ← GRU(q_item, h), h = 0 at the beginning of the history          for each item before the event
        cross-entropy:  ℓ = −log softmax(s)_i                              over i and the negatives
        bpr-max:        ℓ = −log Σ_j w_j σ(r_i − r_j) + reg Σ_j w_j r_j²   w = softmax(r_j), r = elu_½(s)
        negatives:      items of ``parallel`` events of the batch, and ``negatives`` items j with p ∝ n_j^alpha

    Differences from the authors' code. There a batch holds one event of each of B parallel sessions, whose states are
    carried over without gradients; here a session is a user's whole history, and the state of an event comes from
    running the GRU over the ``length`` items before it with the current weights, so that events can be learned in any
    order (``through_time=False`` stops gradients between steps, as there). Negatives equal to the target are ignored,
    there they count. n_j counts events so far, there the training set. The first event of a session trains only b;
    there it is not a target.

    Cost: O(length · dim²) per user of a batch and request, O((parallel + negatives) · dim) per event. Memory:
    4 (dim + 1) bytes per item, 24 per event (histories).
    Hidasi et al., ICLR 2016; Hidasi & Karatzoglou, CIKM 2018 (bpr-max, sampling). Defaults of the authors' code:
    cross-entropy, 100 units, 2048 samples, alpha .5, logq 0, reg 1, batch 64, adagrad with lr .1; ``dim``,
    ``negatives`` and ``logq`` differ here, for catalogues of thousands.

    Args:
        dim: units of the GRU, and length of q.
        loss: "cross-entropy" or "bpr-max".
        length: items of the history that are read.
        negatives: items sampled per batch.
        parallel: events of the batch whose items are negatives for the others.
        alpha: 1 draws by popularity, 0 uniformly.
        logq: weight of the correction −log P(j) of sampled scores; with 1 the cross-entropy approximates that over all
            items.
        reg: of bpr-max.
        dropout: dropout of h.
        through_time: whether gradients pass from step to step.
        scale: standard deviation of the initial q.
        recipe: see ``Recipe``.
    """

    def __init__(
        self,
        dim: Annotated[int, Search(16, 128, log=True)] = 64,
        *,
        loss: str = "cross-entropy",
        length: Annotated[int, Search(10, 50, log=True)] = 20,
        negatives: Annotated[int, Search(64, 1024, log=True)] = 256,
        parallel: int = 64,
        alpha: float = 0.5,
        logq: float = 1.0,
        reg: float = 1.0,
        dropout: Annotated[float, Search(0.0, 0.5)] = 0.0,
        through_time: bool = True,
        scale: float = 0.05,
        **recipe: Unpack[Recipe],
    ) -> None:
        super().__init__(dim=dim, length=length, scale=scale, **recipe)
        losses: dict[str, Loss] = {"cross-entropy": cross_entropy, "bpr-max": partial(bpr_max, reg=reg)}
        if loss not in losses:
            raise UnknownName("loss of gru4rec", loss, losses)
        self._loss: Loss = losses[loss]
        self.logq = logq if loss == "cross-entropy" else 0.0
        self.negatives, self.parallel, self.alpha = negatives, parallel, alpha
        self.dropout, self.through_time = dropout, through_time
        self.counts: FloatArray = np.zeros(0)

    def build_encoder(self, draw: torch.Generator) -> None:
        """The weights of the three gates, reset, update and new, above each other."""
        self.input, self.recurrent = (nn.Parameter(torch.empty(3 * self.dim, self.dim)) for _ in range(2))
        self.input_bias, self.recurrent_bias = (nn.Parameter(torch.zeros(3 * self.dim)) for _ in range(2))
        for gate in (*self.input.data.chunk(3), *self.recurrent.data.chunk(3)):
            nn.init.xavier_uniform_(gate, generator=draw)

    def observe(self, events: Events) -> None:
        """Add to the histories and to the sampling distribution."""
        super().observe(events)
        items = row_count(events.item)
        self.counts = with_room(self.counts, items)
        self.counts[:items] += bincount(events.item, items)

    def encode(self, items: Tensor, draw: torch.Generator | None) -> Tensor:
        """(w, l, dim) the states."""
        weights = [w.to(items.dtype) for w in (self.input, self.recurrent, self.input_bias, self.recurrent_bias)]
        state = items.new_zeros(1, len(items), self.dim)
        if self.through_time or draw is None:
            with torch.backends.cudnn.flags(enabled=False):  # cuDNN needs contiguous weights
                states = torch.gru(items, state, weights, True, 1, 0.0, False, False, True)[0]
        else:
            steps = [state[0]]
            for step in items.unbind(1):
                steps.append(torch.gru_cell(step, steps[-1].detach(), *weights))
            states = torch.stack(steps[1:], 1)
        return dropped(states, self.dropout, draw)

    def loss(self, events: Events, draw: torch.Generator) -> Tensor:
        """(n,) one per event."""
        hidden = self.represent(events, draw)  # (n, dim)
        item = index_of(events.item, hidden.device)
        index, logs, log_chance = self._drawn(item, draw)
        true = (hidden * self.items(item)).sum(1) + self.bias(item)[:, 0] - self.logq * log_chance[item]
        others = self.scores(hidden, index) - self.logq * logs
        return self._loss(true, others.masked_fill(index == item[:, None], -torch.inf))

    def _drawn(self, item: Tensor, draw: torch.Generator) -> tuple[Tensor, Tensor, Tensor]:
        """(K,) negatives, (K,) the log of the probability of each, (m,) log P of popularity."""
        chances = [self._chances(alpha).to(item.device) for alpha in (1.0, self.alpha)]
        in_batch = item[torch.randperm(len(item), generator=draw, device=item.device)[: self.parallel]]
        at = torch.rand(self.negatives, generator=draw, device=item.device, dtype=torch.float64)
        drawn = torch.searchsorted(chances[1].cumsum(0), at).clamp(max=len(self.items) - 1)
        plain, tempered = (chance.log().to(self.items.weight.dtype) for chance in chances)
        return torch.cat([in_batch, drawn]), torch.cat([plain[in_batch], tempered[drawn]]), plain

    def _chances(self, alpha: float) -> Tensor:
        """(m,) float64, ∝ n^alpha; an item without events counts as one with one event."""
        counts = np.ones(len(self.items))
        seen = self.counts[: len(counts)]
        counts[: len(seen)] = np.maximum(seen, 1.0)
        weights = counts**alpha
        return torch.from_numpy(weights / weights.sum())
