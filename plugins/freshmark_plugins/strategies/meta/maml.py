"""maml: learn an initialisation from which a step on one batch helps with the next."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Annotated, ClassVar, Unpack

import torch
from freshmark import AnyArray, Events, Model, Run, Search, UsageError
from torch import Tensor

from freshmark_plugins.models.requirements import refuse_stop_rule, require_dense
from freshmark_plugins.strategies.meta.inner_loop import InnerLoop
from freshmark_plugins.strategies.retraining.finetune import Finetune
from freshmark_plugins.training.options import Training


class MAML(Finetune):
    """Train so that a step on one batch reduces the loss of the next; answer after such a step.

    ::

        for each batch Q of D_t, after the batch S:
            θ' ← θ − α ∇L(θ; S)                         ``inner`` times
            θ  ← θ − β ∇_θ L(θ'(θ); Q)                   by the optimiser, through θ'
        answer with θ' ← θ − α ∇L(θ; the last batch)

    Each batch of a stream is a task; its support set is the batch before it. With ``inner_lr=0`` it is
    ``finetune``. Cost of an update: about (1 + 2 · inner) · epochs · |D_t|. Extra memory: one more model, and the
    optimiser's state. Finn, Abbeel & Levine, ICML 2017, with α of 0.01 to 0.4; batches of a stream as tasks: Finn et
    al., ICML 2019. α is large here, because a mean over a batch moves the row of a user only by that user's share.

    Args:
        model: such as ``mf(dim=32)``.
        inner: steps on the support set.
        inner_lr: α.
        training: see ``Training``; ``sparse`` and a stop rule are refused. Batches come in order of time by default,
            since the step from one to the next is what is learned.
    """

    second_order: ClassVar[bool] = True

    recipe: ClassVar[Training] = {"shuffle": False}

    def __init__(
        self,
        model: Model,
        *,
        inner: Annotated[int, Search(1, 5)] = 1,
        inner_lr: Annotated[float, Search(0.01, 5.0, log=True)] = 0.5,
        **training: Unpack[Training],
    ) -> None:
        super().__init__(model, **training)
        name = type(self).__name__.lower()
        if inner < 1 or not inner_lr >= 0:
            raise UsageError(f"{name} has inner={inner}, inner_lr={inner_lr}", remedy="1 or more, and 0 or more")
        require_dense(self.learner, name)
        refuse_stop_rule(self.learner, name)
        self.adaptation = InnerLoop(self.learner.model, lr=inner_lr, steps=inner, second_order=self.second_order)
        self.learner.objective = self.objective

    def start(self, run: Run) -> None:
        """Build the model; the first batch has no support set."""
        super().start(run)
        self.draw = torch.Generator(run.device).manual_seed(run.seed + 1)  # separate: the learner draws as in finetune
        self.support: Events | None = None
        self.begin: Mapping[str, Tensor] = {}

    def fit(self, history: Events) -> None:
        """Train on the warm-up in the same way."""
        super().fit(history)
        self.adapt()

    def update(self, events: Events) -> None:
        """Restore θ, train it, and answer with θ'."""
        self.load(self.begin)
        super().update(events)
        self.adapt()

    def objective(self, batch: Events, draw: torch.Generator) -> Tensor:
        """(n,) losses of the batch after a step on the batch before it."""
        weights = dict(self.learner.model.named_parameters())
        if self.support is not None:
            weights = dict(self.adaptation.adapted(self.support, self.draw, weights))
        self.support = replace(batch, features=dict(batch.features))  # (a mapping that can be copied)
        return self.adaptation.loss(batch, draw, weights)

    def adapt(self) -> None:
        """Store θ, and answer with θ'."""
        weights = dict(self.learner.model.named_parameters())
        self.begin = {name: weight.detach().clone() for name, weight in weights.items()}
        if self.support is not None:
            self.load(self.adaptation.adapted(self.support, self.draw, weights))

    @torch.no_grad()
    def load(self, weights: Mapping[str, Tensor]) -> None:
        """Set the model's parameters."""
        for name, weight in self.learner.model.named_parameters():
            if name in weights:
                weight.data.copy_(weights[name])

    def state(self) -> Mapping[str, AnyArray]:
        """The state of finetune, and θ."""
        return {**super().state(), **{f"begin.{name}": one.numpy(force=True) for name, one in self.begin.items()}}


class FOMAML(MAML):
    """MAML without second derivatives: the gradient on the support set counts as constant.

    ::

        for each batch Q of D_t, after the batch S:
            θ' ← θ − α ∇L(θ; S);  θ ← θ − β ∇L(θ'; Q)
        answer with θ' ← θ − α ∇L(θ; the last batch)

    If second derivatives vanish it is ``maml``; with ``inner_lr=0`` it is ``finetune``. Cost of an update: about
    (1 + inner) · epochs · |D_t|. Extra memory: one more model, and the optimiser's state.
    Finn, Abbeel & Levine, ICML 2017, section 5.2; Nichol, Achiam & Schulman 2018.
    """

    second_order: ClassVar[bool] = False
