"""ewc: penalise changes of parameters that the loss of past events is sensitive to."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Unpack

from freshmark import Events, Model, Search
from torch import Tensor

from freshmark_plugins.strategies.continual.anchored import Anchored
from freshmark_plugins.training.importance import importance
from freshmark_plugins.training.options import Training


class EWC(Anchored):
    """Elastic weight consolidation: a quadratic penalty, weighted by the Fisher information of past events.

    ::

        L = ℓ(D_t; θ) + λ/2 Σ_i F_i (θ_i − θ_{t−1,i})²
        F ← γ F + mean over events of D_t of (∂ℓ/∂θ)²            the diagonal of the empirical Fisher information

    γ = 0 is EWC as in Mi et al., RecSys 2020 (ADER), which uses the last update only; γ > 0 is online EWC.
    With ``lam=0`` it is ``finetune``. Cost of an update: epochs · |D_t|, and ``fisher_samples`` single gradients.
    Extra memory: two more models. Kirkpatrick et al., PNAS 2017; online: Schwarz et al., ICML 2018 (γ = 0.9 … 1).

    Args:
        model: any.
        lam: λ, to be tuned, since F is small; for SASRec 1000 (docs/reproductions.md).
        fisher_samples: events whose gradients are averaged, sampled uniformly (1000: Mi et al.).
        gamma: γ.
        training: see ``Training``; not sparse.
    """

    def __init__(
        self,
        model: Model,
        *,
        lam: Annotated[float, Search(1e-2, 1e4, log=True)] = 1.0,
        fisher_samples: int = 1000,
        gamma: Annotated[float, Search(0.0, 1.0)] = 0.0,
        **training: Unpack[Training],
    ) -> None:
        super().__init__(model, lam=lam, gamma=gamma, **training)
        self.samples = fisher_samples

    def importance(self, events: Events) -> Mapping[str, Tensor]:
        """F of the events."""
        model = self.learner.model
        return importance(
            model, self.sampled(events, self.samples), lambda event: model.loss(event, self.draw), power=2
        )
