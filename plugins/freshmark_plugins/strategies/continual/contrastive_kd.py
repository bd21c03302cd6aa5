"""contrastive_kd: keep users near the items they had, as embedded before the update."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Unpack

import numpy as np
import torch
from freshmark import AnyArray, Events, IntArray, Model, Run, Search, UsageError
from torch import Tensor
from torch.nn.functional import log_softmax

from freshmark_plugins.histories.recency_lists import RecencyLists
from freshmark_plugins.models.abilities import require
from freshmark_plugins.strategies.retraining.finetune import Finetune
from freshmark_plugins.training.options import Training


class ContrastiveKD(Finetune):
    """Contrastive distillation over past neighbours: the user-item and item-user terms of LWC-KD, without a graph.

    ::

        L = ℓ(D_t; θ) + λ · (mean over users u of the batch of UI(u) + mean over its items i of IU(i))
        UI(u) = −1/|N(u)| Σ_{i ∈ N(u)} log softmax_i(p_u^{t−1} · q_i / τ)          over the items known before
        IU(i) = −1/|N(i)| Σ_{u ∈ N(i)} log softmax_u(q_i^{t−1} · p_u / τ)          over the users known before
        N: neighbours before the update, the newest ``neighbours``;  p^{t−1}, q^{t−1}: vectors before it

    Users and items without neighbours count 0. With ``lam=0`` it is ``finetune``. Cost of an update: epochs · |D_t|,
    plus scores of all items and of all users for each event. Extra memory: the vectors during an update, and 16 bytes a
    neighbour. Wang et al., CIKM 2021 (LWC-KD; its layers need a graph model); τ = 5 as in Lee et al., KDD 2024 (CCD),
    where 1 overflowed.

    Args:
        model: with ``vectors``, such as ``mf(dim=32)``.
        lam: λ (ours; the paper tunes it).
        tau: τ.
        neighbours: newest neighbours of each user and item that count.
        training: see ``Training``.
    """

    def __init__(
        self,
        model: Model,
        *,
        lam: Annotated[float, Search(1e-3, 10.0, log=True)] = 0.1,
        tau: Annotated[float, Search(0.5, 20.0, log=True)] = 5.0,
        neighbours: Annotated[int, Search(10, 200, log=True)] = 50,
        **training: Unpack[Training],
    ) -> None:
        super().__init__(model, **training)
        require("contrastive_kd", model, "vectors")
        if not lam >= 0 or not tau > 0 or neighbours < 1:
            raise UsageError(
                f"contrastive_kd has lam={lam}, tau={tau}, neighbours={neighbours}",
                remedy="lam from 0, tau above 0, 1 neighbour or more",
            )
        self.lam, self.tau, self.neighbours = lam, tau, neighbours

    def start(self, run: Run) -> None:
        """Build the model; there are no neighbours yet."""
        super().start(run)
        self.items_of, self.users_of = RecencyLists(self.neighbours), RecencyLists(self.neighbours)

    def fit(self, history: Events) -> None:
        """Train on the warm-up, and add its events to the neighbours."""
        super().fit(history)
        self._add_neighbours(history)

    def update(self, events: Events) -> None:
        """Train with the old neighbours, then add the new ones."""
        with torch.no_grad():
            users, items = (vectors.clone() for vectors in self.learner.model.vectors())

        def near(batch: Events, _rows: IntArray) -> Tensor:
            new_users, new_items = self.learner.model.vectors()
            ui = self._distance(batch.user, users, new_items[: len(items)], self.items_of)
            iu = self._distance(batch.item, items, new_users[: len(users)], self.users_of)
            return self.lam * (ui + iu)

        self.learn(events, epochs=self.epochs, terms=[near] if self.lam else [])
        self._add_neighbours(events)

    def state(self) -> Mapping[str, AnyArray]:
        """The state of the model, and the neighbours."""
        return {**super().state(), **self.items_of.state("items_of"), **self.users_of.state("users_of")}

    def _add_neighbours(self, events: Events) -> None:
        self.items_of.append(events.user, events.item)
        self.users_of.append(events.item, events.user)

    def _distance(self, codes: IntArray, before: Tensor, others: Tensor, neighbours: RecencyLists) -> Tensor:
        """The mean over distinct codes of −log softmax of their neighbours among the others."""
        distinct = np.unique(codes)
        near = [neighbours.of(code) for code in distinct.tolist()]
        counts = np.array([len(one) for one in near])
        if not counts.any():
            return others.new_zeros(())
        row, column = np.repeat(np.arange(len(near)), counts), np.concatenate([one for one in near if one])
        old = np.flatnonzero(counts)
        logs = log_softmax(before[torch.from_numpy(distinct[old]).to(before.device)] @ others.T / self.tau, 1)
        row = np.searchsorted(old, row)
        weight = torch.from_numpy(1.0 / counts[old][row]).to(logs)
        return -(weight * logs[torch.from_numpy(row), torch.from_numpy(column)]).sum() / len(distinct)
