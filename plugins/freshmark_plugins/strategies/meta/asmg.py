"""asmg: answer with a model generated from the last fine-tuned ones."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Annotated, Unpack

import numpy as np
import torch
from freshmark import AnyArray, Events, Model, Search, UnknownName, UsageError
from torch import Tensor

from freshmark_plugins.models.requirements import refuse_stop_rule, require_dense
from freshmark_plugins.strategies.retraining.finetune import Finetune
from freshmark_plugins.training.model_generator import GeneratedModel, GRUGenerator, WeightedAverage
from freshmark_plugins.training.optimisers import Optimiser
from freshmark_plugins.training.options import Training

MODES = ("gru", "linear")


class ASMG(Finetune):
    """Finetune, and answer with a model that a network generates from the last k results.

    ::

        ω   ← one pass over D_t of  Σ_j w_j L(M_ω(…, θ_j); D_t)  for the last k models θ_j         gru only
        θ_t ← train(θ_{t−1}, D_t)                                                                  finetune
        answer with θ*_t = M_ω(θ_{t−k+1}, …, θ_t)

        gru     M: θ_t + a · h + c, h of one GRU per column of each weight, shared by its rows
        linear  M: Σ_j w_j θ_j                                       w_j by ``weights``, or ∝ 1, 2, …, k

    D_t trains ω before θ, and after its events were scored. A step uses one of the k outputs, drawn by w: in
    expectation all of them. M starts as θ_t; the paper starts at random and trains it for ten periods before the test.
    ``linear`` with ``weights=[0, 0, 1]`` is ``finetune``, bit for bit. Cost of an update: (1 + epochs) · |D_t|, and k
    steps of a GRU for each parameter and step. Extra memory: k + ``hidden`` models, and the optimiser's state. Peng et
    al., RecSys 2021 (ASMG): k = 3, hidden = 4, Adam with lr 1e-2 for ω, 1 epoch.

    Args:
        model: such as ``mf(dim=32)``.
        k: number of last models that are read.
        hidden: length of h.
        mode: "gru" or "linear".
        weights: w of the last k models, oldest first; normalised.
        meta_lr: learning rate of ω.
        training: see ``Training``; ``sparse`` and a stop rule are refused.
    """

    def __init__(
        self,
        model: Model,
        *,
        k: Annotated[int, Search(2, 6)] = 3,
        hidden: Annotated[int, Search(2, 16, log=True)] = 4,
        mode: str = "gru",
        weights: Sequence[float] | None = None,
        meta_lr: Annotated[float, Search(1e-4, 0.1, log=True)] = 0.01,
        **training: Unpack[Training],
    ) -> None:
        super().__init__(model, **training)
        require_dense(self.learner, "asmg")
        refuse_stop_rule(self.learner, "asmg")
        if mode not in MODES:
            raise UnknownName("mode of asmg", mode, MODES)
        self.shares = list(range(1, k + 1)) if weights is None else list(weights)
        if min(k, hidden) < 1 or not meta_lr > 0:
            raise UsageError(f"asmg has k={k}, hidden={hidden}, meta_lr={meta_lr}", remedy="1 or more, and above 0")
        if len(self.shares) != k or min(self.shares) < 0 or not self.shares[-1] > 0:
            raise UsageError(f"asmg has weights={weights} for k={k}", remedy="k of them from 0, the last above 0")
        self.hidden, self.mode, self.meta_lr = hidden, mode, meta_lr

    def fit(self, history: Events) -> None:
        """Train on the warm-up, which gives the first model."""
        super().fit(history)
        make: Callable[[Tensor], WeightedAverage] = partial(WeightedAverage, shares=self.shares)
        if self.mode == "gru":
            draw = torch.Generator().manual_seed(self.run.seed)
            make = partial(GRUGenerator, shares=self.shares, hidden=self.hidden, draw=draw)
        generators = {name: make(weight) for name, weight in self.learner.model.named_parameters()}
        optimise = partial(Optimiser, name="adam", lr=self.meta_lr, sparse=False)
        self.outputs = GeneratedModel(
            self.learner.model, generators, optimise, np.random.default_rng([self.run.seed, 30])
        )

    def update(self, events: Events) -> None:
        """Train the generator, then the model, and generate the model that answers."""
        self.learner.grow_vocabulary(events)
        self.outputs.grow()
        if self.mode == "gru":
            plain, self.learner.optimiser = self.learner.optimiser, self.outputs
            self.learner.learn(events)
            self.learner.optimiser = plain
        self.outputs.go_on()
        super().update(events)
        self.outputs.see()

    def state(self) -> Mapping[str, AnyArray]:
        """The state of finetune, the models that are read, and the generator."""
        return {**super().state(), **{f"generator.{name}": one for name, one in self.outputs.state()}}
