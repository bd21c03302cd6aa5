"""Learner: a model, its optimiser and the one training loop."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any, Literal, TypeAlias

import numpy as np
import torch
from freshmark import Events, Model, Run
from freshmark.contract.arrays import AnyArray, FloatArray, IntArray
from freshmark.errors import UsageError
from torch import Tensor

from freshmark_plugins.growth import highest
from freshmark_plugins.optimisers import Optimiser, Steps, check

Term: TypeAlias = Callable[[Events, IntArray], Tensor]
"""What a strategy adds to the loss of a batch: (events of the batch, their rows in all events) → a scalar."""

Batch: TypeAlias = int | Literal["all", "auto"]

AUTO_STEPS, AUTO_LEAST, AUTO_MOST = 32, 64, 4096

PIECE = 1 << 16
"""Events whose gradients are computed at once; more are added up piece by piece, which bounds memory."""


class Learner:
    """Minimises ``mean(weight · loss) + Σ terms`` over events, batch by batch.

    Args:
        model: what is trained; its ``loss`` gives one number an event.
        optimiser: ``sgd``, ``momentum``, ``adam`` or ``adagrad``, with torch's defaults.
        lr: learning rate; the loss is a mean over the batch, so with sgd it grows with ``batch``.
        batch: events a step; "all" is gradient descent: one step an epoch; "auto" makes 32 steps an epoch, of 64 to
            4096 events: enough steps for few events, and little time for many.
        sparse: whether only the rows of a batch move; cheaper for tables much larger than a batch.
        shuffle: whether each epoch draws a new order; else events come in the order of time.
    """

    def __init__(
        self,
        model: Model,
        *,
        optimiser: str = "adagrad",
        lr: float = 0.1,
        batch: Batch = 1024,
        sparse: bool = False,
        shuffle: bool = True,
    ) -> None:
        check(optimiser, sparse=sparse, lr=lr)
        if batch not in {"all", "auto"} and not (isinstance(batch, int) and batch > 0):
            raise UsageError(f"batch={batch!r}", remedy="a number of events, 'all' or 'auto'")
        self.model: Any = model  # a torch module too, which the contract leaves unsaid to stay light
        self.optimise = partial(Optimiser, name=optimiser, lr=lr, sparse=sparse)
        self.sparse = sparse
        self.batch = batch
        self.shuffle = shuffle

    def start(self, run: Run) -> None:
        """Build the model for what is known, and seed what is drawn in training."""
        self.run = run
        self.draw = torch.Generator(run.device).manual_seed(run.seed)
        self.order = np.random.default_rng([run.seed, 1])
        self.users, self.items = run.users, run.items
        self.restart()

    def restart(self) -> None:
        """From scratch: parameters as at the start, with rows for all that is known by now; nothing remembered."""
        self.model.build(self.run)
        for module in self.model.modules():
            if hasattr(module, "sparse"):
                module.sparse = self.sparse
        self.model.grow(self.users, self.items)
        self.model.to(self.run.device)
        self.optimiser: Steps = self.optimise(self.model)

    def know(self, events: Events) -> None:
        """Have rows for every user and item of these events; the optimiser's state grows along."""
        users, items = max(self.users, highest(events.user)), max(self.items, highest(events.item))
        if (users, items) != (self.users, self.items):
            self.users, self.items = users, items
            self.model.grow(users, items)
            self.optimiser.grow()

    def learn(
        self, events: Events, *, epochs: int = 1, weights: FloatArray | None = None, terms: Sequence[Term] = ()
    ) -> None:
        """Train on the events, ``epochs`` times over.

        Args:
            events: n of them, in memory or mapped.
            epochs: passes; 0 changes no parameter.
            weights: (n,) how much each event counts; None for equally.
            terms: what else is minimised, added to the mean loss of every step.
        """
        self.know(events)
        self.model.train()
        for _ in range(epochs):
            for rows in self._batches(len(events)):
                self._step(events, rows, weights, terms)
        self.model.eval()

    def losses(self, events: Events) -> FloatArray:
        """(n,) what each event costs the model as it is. Nothing is trained, and nothing drawn that training would."""
        draw = torch.Generator(self.run.device).manual_seed(self.run.seed)
        with torch.no_grad():
            parts = [self.model.loss(events[at : at + PIECE], draw) for at in range(0, len(events), PIECE)]
        return np.concatenate([np.zeros(0), *(part.numpy(force=True) for part in parts)])

    def state(self) -> Mapping[str, AnyArray]:
        """The arrays of the model and of the optimiser; views, valid until the next training."""
        return {**self.model.state(), **dict(self.optimiser.state())}

    def _batches(self, n: int) -> Iterator[IntArray]:
        size = self._size(n)
        order = self.order.permutation(n) if self.shuffle else np.arange(n)
        for begin in range(0, n, max(size, 1)):
            yield order[begin : begin + size]

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
        loss: Tensor = self.model.loss(batch, self.draw)
        if weights is not None:
            loss = loss * torch.from_numpy(weights[rows]).to(loss)
        total = loss.mean()
        for term in terms:
            total = total + term(batch, rows)
        return total
