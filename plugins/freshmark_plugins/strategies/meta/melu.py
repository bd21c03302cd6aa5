"""melu: adapt weights to each user's history, and learn to do so."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, ClassVar, Unpack

import numpy as np
import torch
from freshmark import AnyArray, Events, Model, Run, Search, Task, UsageError
from torch import Tensor

from freshmark_plugins.models.requirements import refuse_stop_rule, require_dense, supported_tasks
from freshmark_plugins.strategies.meta.inner_loop import InnerLoop, adapted_parameters
from freshmark_plugins.strategies.meta.personalised_model import PersonalisedProbabilities, PersonalisedScores
from freshmark_plugins.strategies.meta.support_sets import SupportSets, user_by_user
from freshmark_plugins.strategies.retraining.finetune import Finetune
from freshmark_plugins.training.options import Training


class MeLU(Finetune):
    """Users are tasks: decision layers are adapted to each user's newest events, embeddings are shared.

    ::

        θ = (θ_shared, θ_local)
        θ_u ← θ_local − α ∇_local mean L(θ; the newest ``support`` events of u before t)         ``inner`` times
        θ   ← θ − β ∇_θ L(θ_shared, θ_u(θ); events of u at t and after)         over D_t, by the optimiser
        answer u with (θ_shared, θ_u)

    θ_u is computed for every request from the observed events of the user, which counts as latency of the answer; it
    follows the user between updates, and is not stored. With ``local_lr=0`` it is ``finetune``.
    Cost of an update: epochs · |D_t|, and about 3 · ``inner`` · ``support`` for each user of a batch, one user at a
    time. Extra memory: ``support`` events a user, and the optimiser's state.
    Lee et al., KDD 2019 (MeLU): 1 inner step, all layers local and all embeddings shared, 32 users a batch.

    Args:
        model: with layers besides its tables, or any with ``local``.
        local: prefix of the adapted parameters, one or a list; None: all parameters except tables.
        support: newest events of a user to adapt to.
        inner: steps on them.
        local_lr: α.
        training: see ``Training``; ``sparse`` and a stop rule are refused.
    """

    usual_models: ClassVar[Mapping[Task, str]] = {"rank": "neumf(epochs=1)"}
    """The model of ``--all-strategies``: mf has only tables; one epoch, since users are trained one by one."""

    def __init__(
        self,
        model: Model,
        *,
        local: str | Sequence[str] | None = None,
        support: Annotated[int, Search(5, 50, log=True)] = 20,
        inner: int = 1,
        local_lr: Annotated[float, Search(0.01, 1.0, log=True)] = 0.1,
        **training: Unpack[Training],
    ) -> None:
        super().__init__(model, **training)
        require_dense(self.learner, "melu")
        refuse_stop_rule(self.learner, "melu")
        if min(support, inner) < 1 or not local_lr >= 0:
            raise UsageError(
                f"melu has support={support}, inner={inner}, local_lr={local_lr}", remedy="1 or more, and 0 or more"
            )
        self.parts = [local] if isinstance(local, str) else list(local or ())
        self.tasks = supported_tasks(model, lambda built: adapted_parameters(built, self.parts, "melu"))
        self.size = support
        self.adaptation = InnerLoop(self.learner.model, lr=local_lr, steps=inner, second_order=True)
        self.learner.objective = self.objective
        for way in ("factors", "score", "predict", "recommend"):
            self.__dict__.pop(way, None)
        self._answer_as(
            (PersonalisedProbabilities if hasattr(model, "predict") else PersonalisedScores)(model, self.answering)
        )
        self.__dict__.pop("observe", None)  # hides the method of this class, which calls the model's

    def start(self, run: Run) -> None:
        """Build the model; there are no histories yet.

        Raises:
            UsageError: it has no such parts, or only tables.
        """
        super().start(run)
        self.supports = SupportSets(self.size, labelled=run.task != "rank")
        self.local = adapted_parameters(self.learner.model, self.parts, "melu")

    def fit(self, history: Events) -> None:
        """Train on the warm-up, which is history too."""
        self.supports.add(history)
        super().fit(history)

    def observe(self, events: Events) -> None:
        """Add the events to the histories, if their labels are known."""
        self.model.observe(events)
        self.supports.observe(events)

    def update(self, events: Events) -> None:
        """Train on the new events."""
        self.supports.reveal(events)
        super().update(events)

    def objective(self, batch: Events, draw: torch.Generator) -> Tensor:
        """(n,) losses of the batch, for each user after adaptation to earlier events."""
        losses, order = user_by_user(
            batch.user,
            lambda user, rows: self.weights(user, int(batch.time[rows].min()), draw),
            lambda rows, weights: self.adaptation.loss(batch[rows], draw, weights or {}),
        )
        return torch.cat(losses)[torch.from_numpy(order)]

    def weights(self, user: int, time: int, draw: torch.Generator) -> Mapping[str, Tensor] | None:
        """θ_u from the user's events before this time; None: θ."""
        support = self.supports.before(user, time) if self.adaptation.lr else None
        if support is not None:
            # Observed events may hold users and items that no update has given yet: the model has no rows for them.
            support = support[(support.user < self.learner.users) & (support.item < self.learner.items)]
        if support is None or not len(support):
            return None
        named = dict(self.learner.model.named_parameters())
        return self.adaptation.adapted(support, draw, {name: named[name] for name in self.local})

    def answering(self, user: int) -> Mapping[str, Tensor] | None:
        """θ_u for an answer; its draws depend on the user only."""
        return self.weights(user, np.iinfo(np.int64).max, torch.Generator(self.run.device).manual_seed(user))

    def state(self) -> Mapping[str, AnyArray]:
        """The state of finetune, and the histories."""
        return {**super().state(), **dict(self.supports.state())}
