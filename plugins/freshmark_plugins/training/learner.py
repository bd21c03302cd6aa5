"""Learner: a model, its optimiser and the one training loop."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any, TypeAlias, Unpack

import numpy as np
import torch
from freshmark import AnyArray, Events, FloatArray, IntArray, Model, Run, UsageError
from torch import Tensor

from freshmark_plugins.kernels.growth import row_count
from freshmark_plugins.training.optimisers import Optimiser, Steps, check
from freshmark_plugins.training.options import Training
from freshmark_plugins.training.stopping import StopRule
from freshmark_plugins.training.trainable import recipe_of

Term: TypeAlias = Callable[[Events, IntArray], Tensor]
"""What a strategy adds to the loss of a batch: (events of the batch, their rows in all events) → a scalar."""

Objective: TypeAlias = Callable[[Events, torch.Generator], Tensor]
"""(n,) losses of a batch, one per event: the model's own, or a strategy's version of it."""

AUTO_STEPS, AUTO_LEAST, AUTO_MOST = 32, 64, 4096

PIECE = 1 << 16
"""Events whose gradients are computed at once; larger batches are accumulated in pieces, which bounds memory."""

EVALUATED = 512
"""Events evaluated at once: each may give a number for every item."""


class Learner:
    """Minimises ``mean(weight · loss) + Σ terms`` over events, batch by batch.

    Args:
        model: what is trained; its ``loss`` gives one number an event.
        training: how, where it differs from the model's recipe; epochs are said for each call of ``learn``.
    """

    def __init__(self, model: Model, **training: Unpack[Training]) -> None:
        options: Training = {**recipe_of(model), **training}
        optimiser, lr, batch, sparse = options["optimiser"], options["lr"], options["batch"], options["sparse"]
        check(optimiser, sparse=sparse, lr=lr)
        if batch not in {"all", "auto"} and not (isinstance(batch, int) and batch > 0):
            raise UsageError(f"batch={batch!r}", remedy="a number of events, 'all' or 'auto'")
        self.model: Any = model  # a torch module too; the contract does not say so, to import without torch
        self.objective: Objective = model.loss
        self.optimise = partial(Optimiser, name=optimiser, lr=lr, sparse=sparse)
        self.sparse = sparse
        self.batch = batch
        self.shuffle = options["shuffle"]
        loss, patience = options["stop"], options["patience"]
        self.stop = None if loss is None and patience is None else StopRule(loss=loss, patience=patience)

    def start(self, run: Run) -> None:
        """Build the model for the users and items so far, and seed the draws of training."""
        self.run = run
        self.draw = torch.Generator(run.device).manual_seed(run.seed)
        self.order = np.random.default_rng([run.seed, 1])
        self.users, self.items = run.users, run.items
        self.restart()

    def restart(self) -> None:
        """Start from scratch: initial parameters with rows for all users and items so far, a fresh optimiser."""
        self.model.build(self.run)
        for module in self.model.modules():
            if hasattr(module, "sparse"):
                module.sparse = self.sparse
        self.model.grow(self.users, self.items)
        self.model.to(self.run.device)
        self.optimiser: Steps = self.optimise(self.model)

    def grow_vocabulary(self, events: Events) -> None:
        """Add rows for the users and items of these events; the optimiser's state grows with them.

        A model with ``meet(events)`` has other rows too, and sees the events before it learns from them.
        """
        users, items = max(self.users, row_count(events.user)), max(self.items, row_count(events.item))
        grows, meet = (users, items) != (self.users, self.items), getattr(self.model, "meet", None)
        if grows:
            self.users, self.items = users, items
            self.model.grow(users, items)
        if meet is not None:
            meet(events)
        if grows or meet is not None:
            self.optimiser.grow()

    def learn(
        self, events: Events, *, epochs: int = 1, weights: FloatArray | None = None, terms: Sequence[Term] = ()
    ) -> None:
        """Train on the events, ``epochs`` times over.

        Args:
            events: n of them, in memory or mapped.
            epochs: passes, at most; 0 changes no parameter.
            weights: (n,) of the events; None: all equal.
            terms: added to the mean loss of every step.
        """
        self.grow_vocabulary(events)
        watch = self.stop.over(events, self.losses, self.model, self.optimiser) if self.stop and epochs else None
        for _ in range(epochs):
            self._epoch(events, watch.trained if watch else None, weights, terms)
            if watch and watch.should_stop():
                break
        if watch:
            watch.restore()
            self._epoch(events, watch.held_out, weights, terms)

    def batch_fill(self, n: int) -> float:
        """How full the batches of n events are: n ÷ (steps per epoch · events per step).

        A step follows the mean over its batch. Weights of this size make it follow the sum: each event then counts
        the same, however small its batch.
        """
        size = max(self._size(n), 1)
        return n / (-(-n // size) * size) if n else 1.0

    def losses(self, events: Events) -> FloatArray:
        """(n,) the loss of each event now. The generators of training are not advanced."""
        draw = torch.Generator(self.run.device).manual_seed(self.run.seed)
        return self.evaluate(lambda some: self.model.loss(some, draw), events).astype(np.float64)

    def evaluate(self, ask: Callable[[Events], Tensor], events: Events) -> AnyArray:
        """(n, …) an output of the model for each event, without gradients, a few hundred at a time."""
        self.model.eval()
        with torch.no_grad():
            parts = [ask(events[at : at + EVALUATED]).numpy(force=True) for at in range(0, len(events), EVALUATED)]
        return np.concatenate(parts) if parts else np.zeros(0)

    def state(self) -> Mapping[str, AnyArray]:
        """The arrays of the model and of the optimiser; views, valid until the next training."""
        return {**self.model.state(), **dict(self.optimiser.state())}

    def _epoch(self, events: Events, rows: IntArray | None, weights: FloatArray | None, terms: Sequence[Term]) -> None:
        """One pass over these rows of the events; None: over all."""
        self.model.train()
        for chosen in self._batches(events if rows is None else events[rows]):
            self._step(events, chosen if rows is None else rows[chosen], weights, terms)
        self.model.eval()

    def _batches(self, events: Events) -> Iterator[IntArray]:
        n = len(events)
        size, order = self._size(n), self._order(events)
        for begin in range(0, n, max(size, 1)):
            yield order[begin : begin + size]

    def _order(self, events: Events) -> IntArray:
        if not self.shuffle:
            return np.arange(len(events))
        if getattr(self.model, "by_user", False):  # users in random order, the events of each by time
            _, users = np.unique(events.user, return_inverse=True)
            return np.argsort(self.order.permutation(users.max(initial=-1) + 1)[users], kind="stable")
        return self.order.permutation(len(events))

    def _size(self, n: int) -> int:
        if self.batch == "auto":
            return min(max(n // AUTO_STEPS, AUTO_LEAST), AUTO_MOST)
        return n if self.batch == "all" else self.batch

    def _step(self, events: Events, rows: IntArray, weights: FloatArray | None, terms: Sequence[Term]) -> None:
        self.optimiser.clear()
        for begin in range(0, len(rows), PIECE):
            piece = rows[begin : begin + PIECE]
            self._total(events[piece], piece, weights, terms).mul(len(piece) / len(rows)).backward()  # type: ignore[no-untyped-call]
        self.optimiser.step()

    def _total(self, batch: Events, rows: IntArray, weights: FloatArray | None, terms: Sequence[Term]) -> Tensor:
        loss = self.objective(batch, self.draw)
        if weights is not None:
            loss = loss * torch.from_numpy(weights[rows]).to(loss)
        total = loss.mean()
        for term in terms:
            total = total + term(batch, rows)
        return total
