"""distill: train on new events, with the previous model's outputs as soft labels."""

from __future__ import annotations

from typing import Annotated, Unpack

import numpy as np
from freshmark import Events, IntArray, Model, Search, UsageError
from torch import Tensor

from freshmark_plugins.models.abilities import require
from freshmark_plugins.strategies.retraining.finetune import Finetune
from freshmark_plugins.training.options import Training
from freshmark_plugins.training.teacher import Teacher


class Distill(Finetune):
    """Train on the new events, with the outputs of the model before the update as soft labels besides the true ones.

    ::

        L = (1 − λ) · ℓ(D_t; θ) + λ · mean over D_t of KD(f_{t−1}, f_θ)
        KD = −Σ_i softmax(f_{t−1} / T)_i · log softmax(f_θ / T)_i      over the items known before (rank), the classes
        KD = cross-entropy with σ(f_{t−1} / T)                         (click);   (f_{t−1} − f_θ)²   (rate)

    New users and items have initial rows in the previous model too. With ``lam=0`` it is ``finetune``.
    Cost of an update: epochs · |D_t|, plus one more forward pass per event and, for rank, scores of all items.
    Extra memory: one more model during an update, and batch · items scores.
    IncCTR: Wang et al., arXiv 2009.02147 (λ = 0.2, T = 1); LwF: Li & Hoiem, ECCV 2016 (T = 2).

    Args:
        model: with ``outputs``, such as ``mf(dim=32)``.
        lam: λ, 0 to 1.
        T: temperature; above 1 small probabilities count more.
        training: see ``Training``.
    """

    def __init__(
        self,
        model: Model,
        *,
        lam: Annotated[float, Search(0.0, 1.0)] = 0.2,
        T: Annotated[float, Search(0.5, 8.0, log=True)] = 1.0,  # noqa: N803
        **training: Unpack[Training],
    ) -> None:
        super().__init__(model, **training)
        require("distill", model, "outputs")
        if not 0 <= lam <= 1 or not T > 0:
            raise UsageError(f"distill has lam={lam}, T={T}", remedy="lam from 0 to 1, T above 0")
        self.lam, self.temperature = lam, T

    def update(self, events: Events) -> None:
        """Train on the new events, with the current model as the teacher."""
        known = self.learner.items
        self.learner.grow_vocabulary(events)
        if not self.lam:
            super().update(events)
            return
        teacher, student = Teacher(self.learner.model, self.run.task, outputs=known), self.learner.model

        def soft(batch: Events, _rows: IntArray) -> Tensor:
            return self.lam * teacher.distance(student, batch, temperature=self.temperature).mean()

        self.learn(events, epochs=self.epochs, weights=np.full(len(events), 1 - self.lam), terms=[soft])
