"""retrain: train again on all events so far, or on a window of the newest."""

from __future__ import annotations

from typing import Annotated, Unpack

import numpy as np
from freshmark import Events, Model, Search, UsageError, parse_duration

from freshmark_plugins.strategies.retraining.model_strategy import ModelStrategy
from freshmark_plugins.training.options import Training


class Retraining(Training, total=False):
    """The options of ``retrain`` and of strategies that retrain occasionally."""

    init: str
    window: Annotated[int | str | None, Search(choices=(None, "1d", "7d", "30d"))]


class Retrain(ModelStrategy):
    """Train on all events so far, or on a window of the newest, from scratch or from the current parameters.

    ::

        θ_t ← train(init, D_0 ∪ … ∪ D_t)            init = θ at the start (scratch) or θ_{t−1} (warm)
        θ_t ← train(init, newest ``window`` of it)

    Nothing is stored: the past is read from the stream. Cost of an update: epochs · |window|, so the cost of a
    run without a window is quadratic in its length. Extra memory: the optimiser's state.
    "Joint" of Mi et al., RecSys 2020 (ADER) is ``init="scratch"``; "BU-w" of Peng et al., RecSys 2021, a warm window.

    Args:
        model: such as ``mf(dim=32)``.
        init: "scratch" or "warm".
        window: None for everything, "7d" for a span before the newest event, or a number of events.
        training: see ``Training``; the epochs are passes over the window.
    """

    def __init__(
        self,
        model: Model,
        *,
        init: str = "scratch",
        window: Annotated[int | str | None, Search(choices=(None, "1d", "7d", "30d"))] = None,
        **training: Unpack[Training],
    ) -> None:
        super().__init__(model, **training)
        if init not in {"scratch", "warm"}:
            raise UsageError(f"init={init!r}", remedy="'scratch' or 'warm'")
        if isinstance(window, int) and window < 1:
            raise UsageError(f"retrain has a window of {window} events", remedy="1 or more")
        self.scratch = init == "scratch"
        self.size = window if isinstance(window, int) else None
        self.span = parse_duration(window) if isinstance(window, str) else None

    def update(self, events: Events) -> None:
        """Train on the window that ends with the new events."""
        self.learner.grow_vocabulary(events)
        self.retrain(len(self.run.past))

    def retrain(self, end: int) -> None:
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
