"""spmf: train on new events together with the old ones that the model ranks worst."""

from __future__ import annotations

from typing import Annotated, Unpack

import numpy as np
import torch
from freshmark import AnyArray, Events, FloatArray, IntArray, Model, Search, UsageError
from torch import Tensor

from freshmark_plugins.models.abilities import require
from freshmark_plugins.strategies.retraining.replay import Replay
from freshmark_plugins.training.buffers import Losses, Reservoir
from freshmark_plugins.training.options import Training


class Worst(Reservoir):
    """A reservoir sampled with p ∝ exp(r / n), r the rank of the event by loss, ascending."""

    def weights(self, events: Events, losses: Losses) -> FloatArray:
        """Between 1 and e."""
        rank: IntArray = np.argsort(np.argsort(losses(events), kind="stable"), kind="stable")
        return np.exp(rank / len(events))


class SPMF(Replay):
    """Stream-centred probabilistic matrix factorisation: replay of the reservoir events that the model scores low.

    ::

        S ← ratio · |D_t| events of R, drawn with p ∝ exp(r / |R|), r = 0, 1 … by score of the true item, descending
        θ_t ← train(θ_{t−1}, D_t ∪ S)
        R ← reservoir(R, D_t)

    The score is the logit of what happened: of the item, the class, click or no click; minus the squared error of a
    rating. With ``ratio=0`` it is ``finetune``. Cost of an update: epochs · (1 + ratio) · |D_t|, and for each event
    of R the scores of all items. Extra memory: ``share`` of the warm-up. Wang et al., KDD 2018; sampling R only, and
    adding all of D_t, is the variant that worked better for Peng et al., RecSys 2021 (ASMG).

    Args:
        model: with ``outputs``, such as ``mf(dim=32)``.
        share: size of the reservoir, as a share of the warm-up's events.
        ratio: old events per new one.
        training: see ``Training``.
    """

    def __init__(
        self,
        model: Model,
        *,
        share: Annotated[float, Search(0.05, 1.0)] = 0.3,
        ratio: Annotated[float, Search(0.1, 4.0, log=True)] = 0.5,
        **training: Unpack[Training],
    ) -> None:
        require("spmf", model, "outputs")
        if not min(share, ratio) >= 0:
            raise UsageError(f"spmf has share={share}, ratio={ratio}", remedy="0 or more of both")
        super().__init__(model, ratio=ratio, **training)
        self.kind, self.share = Worst, share

    def fit(self, history: Events) -> None:
        """Train on the warm-up, and store a share of it."""
        self.buffer.size = round(self.share * len(history))
        super().fit(history)

    def costs(self, events: Events) -> FloatArray:
        """(n,) minus the score of what happened."""
        return -self.learner.evaluate(self._score, events)

    def _score(self, events: Events) -> Tensor:
        outputs: Tensor = self.learner.model.outputs(events)
        if self.run.task == "rank" or events.label is None:
            return outputs.gather(1, _index(events.item, outputs))[:, 0]
        if self.run.task == "classify":
            return outputs.gather(1, _index(events.label, outputs))[:, 0]
        label = torch.from_numpy(np.array(events.label)).to(outputs)
        return outputs[:, 0] * (2 * label - 1) if self.run.task == "click" else -(outputs[:, 0] - label).square()


def _index(codes: AnyArray, like: Tensor) -> Tensor:
    return torch.from_numpy(np.array(codes, np.int64))[:, None].to(like.device)
