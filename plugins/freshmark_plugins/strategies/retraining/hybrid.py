"""hybrid: retrain periodically, learn online in between."""

from __future__ import annotations

from typing import Annotated, Unpack

import numpy as np
from freshmark import Events, Model, Run, Search, parse_duration

from freshmark_plugins.strategies.retraining.online_sgd import learn_each
from freshmark_plugins.strategies.retraining.retrain import Retrain, Retraining


class Hybrid(Retrain):
    """Retrain in batch at the end of every period, and take one step per event in between.

    ::

        at an update, D_t its events, b the newest of t0 + k · ``retrain_every`` that D_t reaches:
            if b lies after the last update:   θ ← train(init, past before b);   D_t ← events of D_t from b on
            for each x in D_t, if ``online``:        θ ← θ − η ∇ℓ(x; θ)

    t0 is the first event after the warm-up. A boundary is seen by the first event given that is not before it, so with
    ``online=False`` it is ``retrain``, live one update later. Schedules updates more often than ``retrain_every``, or
    nothing lies in between. Batch and online steps share an optimiser and a learning rate.

    Cost of an update: |D_t| steps, and once a period epochs · |window|. Extra memory: the optimiser's state.
    "BatchAndOnline" of Alpenglow, Frigó et al., RecSys 2017: retrained each day there.

    Args:
        model: such as ``mf(dim=32)``.
        retrain_every: the period, in stream time.
        online: whether to learn in between.
        retraining: as for ``retrain``.
    """

    def __init__(
        self,
        model: Model,
        *,
        retrain_every: Annotated[str, Search(choices=("1d", "7d", "30d"))] = "7d",
        online: bool = True,
        **retraining: Unpack[Retraining],
    ) -> None:
        super().__init__(model, **retraining)
        self.every, self.online = parse_duration(retrain_every), online

    def start(self, run: Run) -> None:
        """Build the model; no period has begun."""
        super().start(run)
        self.origin: int | None = None
        self.period = 0

    def update(self, events: Events) -> None:
        """Retrain if a period has ended, then learn the events after its end."""
        if not len(events):
            return
        if self.origin is None:
            self.origin = int(events.time[0])
        period, before = (int(events.time[-1]) - self.origin) // self.every, 0
        if period > self.period:
            self.period = period
            before = int(np.searchsorted(events.time, self.origin + period * self.every, "left"))
            self.learner.grow_vocabulary(events[:before])
            self.retrain(len(self.run.past) - len(events) + before)
        if self.online:
            learn_each(self, events[before:])
