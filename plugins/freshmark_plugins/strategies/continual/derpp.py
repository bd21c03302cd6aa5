"""derpp: store old events with the model's outputs, and train on both."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Annotated, Unpack

import numpy as np
import torch
from freshmark import AnyArray, Events, IntArray, Model, Run, Search, UsageError
from numpy.typing import NDArray
from torch import Tensor

from freshmark_plugins.models.abilities import require
from freshmark_plugins.strategies.retraining.finetune import Finetune
from freshmark_plugins.training.buffers import Reservoir
from freshmark_plugins.training.learner import Term
from freshmark_plugins.training.options import Training


class DERpp(Finetune):
    """Dark experience replay++: replay events from a reservoir with their labels and with the logits of their time.

    ::

        L = ℓ(D_t; θ) + α · mean over B' of |f_θ(x) − z|² / |z| + β · mean over B'' of ℓ(x, y; θ)
        B', B'': as many as the batch, each drawn from a reservoir of (x, y, z)
        z = f_{θ_t}(x), stored when x enters the reservoir, after the update that learned it

    z has a number for each item known at that time (rank), or class. Memory: size · outputs · 4 bytes.
    With ``alpha=0, beta=0`` it is ``finetune``. Cost of an update: 3 · epochs · |D_t|, and scores of all items.
    Buzzega et al., NeurIPS 2020 (α, β from 0.1 to 1, by validation; buffers of 200 to 5120).

    Args:
        model: with ``outputs``, such as ``mf(dim=32)``.
        alpha: α.
        beta: β.
        size: events of the reservoir.
        training: see ``Training``.
    """

    def __init__(
        self,
        model: Model,
        *,
        alpha: Annotated[float, Search(0.05, 5.0, log=True)] = 0.5,
        beta: Annotated[float, Search(0.05, 5.0, log=True)] = 0.5,
        size: Annotated[int, Search(100, 10000, log=True)] = 500,
        **training: Unpack[Training],
    ) -> None:
        super().__init__(model, **training)
        require("derpp", model, "outputs")
        if not min(alpha, beta) >= 0 or size < 0:
            raise UsageError(f"derpp has alpha={alpha}, beta={beta}, size={size}", remedy="0 or more of each")
        self.alpha, self.beta, self.size = alpha, beta, size

    def start(self, run: Run) -> None:
        """Build the model and an empty reservoir."""
        super().start(run)
        self.buffer = Reservoir(self.size, run.task, np.random.default_rng([run.seed, 23]))
        self.logits: NDArray[np.float32] = np.zeros((0, 0), np.float32)  # NaN for an item not known then
        self.draw = np.random.default_rng([run.seed, 24])
        self.negatives = torch.Generator(run.device).manual_seed(run.seed)

    def fit(self, history: Events) -> None:
        """Train on the warm-up, and store some of it."""
        super().fit(history)
        self._store(history)

    def update(self, events: Events) -> None:
        """Train on new and old events, then store some of the new."""
        self.learner.grow_vocabulary(events)
        held, terms = self.buffer.held, list[Term]()
        if held is not None and self.alpha:
            terms.append(partial(self._logit_term, held))
        if held is not None and self.beta:
            terms.append(partial(self._label_term, held))
        self.learn(events, epochs=self.epochs, terms=terms)
        self._store(events)

    def state(self) -> Mapping[str, AnyArray]:
        """The state of the model, the reservoir, and z (size, outputs)."""
        return {**super().state(), **self.buffer.state(), "said": self.logits}

    def _store(self, events: Events) -> None:
        slots, rows = self.buffer.add(events)
        if not len(rows):
            return
        logits = self.learner.evaluate(self.learner.model.outputs, events[rows])
        grown = np.full((len(self.buffer), logits.shape[1]), np.nan, np.float32)  # outputs never become fewer
        grown[: self.logits.shape[0], : self.logits.shape[1]] = self.logits
        grown[slots] = logits
        self.logits = grown

    def _logit_term(self, held: Events, _batch: Events, rows: IntArray) -> Tensor:
        slots = self.draw.permutation(len(held))[: len(rows)]
        now: Tensor = self.learner.model.outputs(held[slots])
        stored = torch.from_numpy(self.logits[slots]).to(now)
        squares = torch.where(stored.isnan(), 0.0, now[:, : stored.shape[1]] - stored).square()
        return self.alpha * (squares.sum(1) / (~stored.isnan()).sum(1)).mean()

    def _label_term(self, held: Events, _batch: Events, rows: IntArray) -> Tensor:
        slots = self.draw.permutation(len(held))[: len(rows)]
        loss: Tensor = self.learner.model.loss(held[slots], self.negatives)
        return self.beta * loss.mean()
