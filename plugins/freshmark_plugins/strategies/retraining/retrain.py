"""retrain: train again on everything, or on the newest part of it."""

from __future__ import annotations

from typing import TypedDict

import numpy as np
from freshmark import Events, Model, UsageError, microseconds

from freshmark_plugins.strategies.retraining.over_model import OverModel
from freshmark_plugins.training.learner import Batch


class Retraining(TypedDict, total=False):
    """The options of ``retrain``, which every strategy takes that retrains now and then."""

    init: str
    window: int | str | None
    epochs: int
    warmup_epochs: int | None
    batch: Batch
    optimiser: str
    lr: float
    sparse: bool
    shuffle: bool
    fallback: str | None
    stop: float | None
    patience: int | None


class Retrain(OverModel):
    """Train on all events so far, or on a window of the newest, from scratch or from where the model stands.

    ::

        θ_t ← train(init, D_0 ∪ … ∪ D_t)            init = θ at the start (scratch) or θ_{t−1} (warm)
        θ_t ← train(init, newest ``window`` of it)

    Nothing is stored: the past is read where the stream lies. Cost of an update: epochs · |window|, so the cost of a
    run without a window is quadratic in its length. Extra memory: the optimiser's state.
    "Joint" of Mi et al., RecSys 2020 (ADER) is ``init="scratch"``; "BU-w" of Peng et al., RecSys 2021, a warm window.

    Args:
        model: such as ``mf(dim=32)``.
        init: "scratch" or "warm".
        window: None for everything, "7d" for a span before the newest event, or a number of events.
        epochs: passes over the window.
        warmup_epochs: passes over the warm-up; None for as many as ``epochs``.
        batch: events a step; "all": gradient descent; "auto": 32 steps an epoch, of 64 to 4096 events.
        optimiser: sgd, momentum, nesterov, adagrad, rmsprop, adam, adamw or ftrl; options as in ``ftrl(l1=0.5)``.
        lr: learning rate; a step follows the mean over its batch, so with sgd it grows with ``batch``.
        sparse: whether only the rows of a batch move; with sgd, adagrad, ftrl and adam, where it is another algorithm.
        shuffle: whether each epoch draws a new order; else events come in the order of time.
        fallback: "popularity" of what it learned from, for users who were not in it; None leaves them to the model.
        stop: end training once the mean loss on the newest tenth of its events, kept from it, is this low.
        patience: end it after so many epochs in which that loss was not lower, with the best weights; see stopping.
    """

    def __init__(
        self,
        model: Model,
        *,
        init: str = "scratch",
        window: int | str | None = None,
        epochs: int = 2,
        warmup_epochs: int | None = None,
        batch: Batch = "auto",
        optimiser: str = "adagrad",
        lr: float = 0.07,
        sparse: bool = False,
        shuffle: bool = True,
        fallback: str | None = "popularity",
        stop: float | None = None,
        patience: int | None = None,
    ) -> None:
        super().__init__(
            model,
            epochs=epochs,
            warmup_epochs=epochs if warmup_epochs is None else warmup_epochs,
            batch=batch,
            optimiser=optimiser,
            lr=lr,
            sparse=sparse,
            shuffle=shuffle,
            fallback=fallback,
            stop=stop,
            patience=patience,
        )
        if init not in {"scratch", "warm"}:
            raise UsageError(f"init={init!r}", remedy="'scratch' or 'warm'")
        if isinstance(window, int) and window < 1:
            raise UsageError(f"retrain has a window of {window} events", remedy="1 or more")
        self.scratch = init == "scratch"
        self.size = window if isinstance(window, int) else None
        self.span = microseconds(window) if isinstance(window, str) else None

    def update(self, events: Events) -> None:
        """Train on the window that ends with the new events."""
        self.learner.know(events)
        self.again(len(self.run.past))

    def again(self, end: int) -> None:
        """Train on the window that ends before the event number ``end`` of the past."""
        if self.scratch:
            self.learner.restart()
        if self.fallback is not None:
            self.fallback.clear()
        self.learn(self._window(self.run.past[:end]), epochs=self.epochs)

    def _window(self, past: Events) -> Events:
        if self.span is not None:
            return past[int(np.searchsorted(past.time, past.time[-1] - self.span, "left")) :]
        return past[-self.size :] if self.size is not None else past
