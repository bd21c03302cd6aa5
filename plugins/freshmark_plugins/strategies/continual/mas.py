"""mas: penalise changes of parameters that the outputs are sensitive to."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Unpack

from freshmark import Events, Model, Search
from torch import Tensor

from freshmark_plugins.models.abilities import require
from freshmark_plugins.strategies.continual.anchored import Anchored
from freshmark_plugins.training.importance import importance
from freshmark_plugins.training.options import Training


class MAS(Anchored):
    """Memory aware synapses: a quadratic penalty, weighted by the sensitivity of the model's outputs.

    ::

        L = ℓ(D_t; θ) + λ/2 Σ_i Ω_i (θ_i − θ_{t−1,i})²
        Ω ← γ Ω + mean over events of D_t of |∂ |f(x)|² / ∂θ|         f: a logit of each item, or of each class

    Labels are not used. With ``lam=0`` it is ``finetune``. Cost of an update: epochs · |D_t|, and ``samples`` single
    gradients of all outputs: samples · |θ|. Extra memory: two more models. Aljundi et al., ECCV 2018 (γ = 1).

    Args:
        model: with ``outputs``, such as ``mf(dim=32)``.
        lam: λ; twice that of the paper, which has no ½.
        samples: events whose gradients are averaged, sampled uniformly.
        gamma: γ.
        training: see ``Training``; not sparse.
    """

    def __init__(
        self,
        model: Model,
        *,
        lam: Annotated[float, Search(1e-2, 1e4, log=True)] = 1.0,
        samples: int = 200,
        gamma: Annotated[float, Search(0.0, 1.0)] = 1.0,
        **training: Unpack[Training],
    ) -> None:
        super().__init__(model, lam=lam, gamma=gamma, **training)
        require("mas", model, "outputs")
        self.samples = samples

    def importance(self, events: Events) -> Mapping[str, Tensor]:
        """Ω of the events."""
        model = self.learner.model
        return importance(
            model, self.sampled(events, self.samples), lambda event: model.outputs(event).square(), power=1
        )
