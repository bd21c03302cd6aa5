"""replay: train on new events together with a sample of old ones."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Unpack

import numpy as np
from freshmark import AnyArray, Events, FloatArray, Model, Run, Search, UnknownName, UsageError

from freshmark_plugins.strategies.retraining.finetune import Finetune
from freshmark_plugins.training.buffers import buffer_named
from freshmark_plugins.training.event_sets import concatenated, sorted_by_time
from freshmark_plugins.training.options import Training

UNIONS = ("sample_then_union", "union_then_sample")


class Replay(Finetune):
    """Train on the new events and on a sample of a buffer R of old ones.

    ::

        S ← ratio · |D_t| events drawn from R                       sample_then_union
        θ_t ← train(θ_{t−1}, D_t ∪ S)
        S ← (1 + ratio) · |D_t| events drawn from D_t ∪ R           union_then_sample
        θ_t ← train(θ_{t−1}, S)
        R ← keep(R, D_t)

    buffer     holds                              draws
    reservoir  any event so far, alike            uniformly (Vitter, TOMS 1985)
    fifo       the newest                         uniformly
    class_balanced  as many of each item or label      uniformly (Chrysakis & Moens, ICML 2020)
    inverse_degree  as reservoir                       p ∝ 1 / events of the user (Ahrabian et al., CIKM 2021)
    loss       as reservoir                       p ∝ loss of the model now (Schaul et al., ICLR 2016)

    Cost of an update: epochs · (1 + ratio) · |D_t|; with ``loss`` one pass over R more. Extra memory: ``size`` events.
    With ``ratio=0`` or ``size=0`` it is ``finetune``. Experience replay for recommenders: Diaz-Aviles et al.,
    RecSys 2012; ratios of 0.2 to 0.5 are usual (Ahrabian et al.; Peng et al., RecSys 2021).

    Args:
        model: such as ``mf(dim=32)``.
        buffer: which events are stored, and how they are sampled, see above.
        size: events in the buffer.
        ratio: old events per new one.
        union: whether to sample before or after the union, see above.
        training: see ``Training``.
    """

    def __init__(
        self,
        model: Model,
        *,
        buffer: str = "reservoir",
        size: Annotated[int, Search(500, 50000, log=True)] = 5000,
        ratio: Annotated[float, Search(0.1, 4.0, log=True)] = 0.5,
        union: str = "sample_then_union",
        **training: Unpack[Training],
    ) -> None:
        super().__init__(model, **training)
        self.kind = buffer_named(buffer)
        if size < 0 or not ratio >= 0:
            raise UsageError(f"replay has size={size}, ratio={ratio}", remedy="0 or more of both")
        if union not in UNIONS:
            raise UnknownName("union of replay", union, UNIONS)
        if not model.tasks & self.kind.tasks:
            raise UsageError(
                f"the buffer {buffer!r} has no classes in the task of {type(model).__name__}", remedy="another buffer"
            )
        self.tasks = model.tasks & self.kind.tasks
        self.size, self.ratio, self.union_first = size, ratio, union == UNIONS[1]

    def start(self, run: Run) -> None:
        """Build the model and an empty buffer."""
        super().start(run)
        self.buffer = self.kind(self.size, run.task, np.random.default_rng([run.seed, 20]))

    def fit(self, history: Events) -> None:
        """Train on the warm-up, and store some of it."""
        super().fit(history)
        self.buffer.add(history)

    def update(self, events: Events) -> None:
        """Train on new and old events, then store some of the new."""
        self.learner.grow_vocabulary(events)
        self.learn(events, epochs=self.epochs, among=self.among(events))
        self.buffer.add(events)

    def among(self, events: Events) -> Events:
        """New events and sampled old ones, by time."""
        old, count = self.buffer.held, round(self.ratio * len(events))
        if old is None or not count:
            return events
        if self.union_first:
            both = concatenated([old, events])
            return sorted_by_time(both[self.buffer.sample(both, count + len(events), self.costs)])
        return sorted_by_time(concatenated([old[self.buffer.sample(old, count, self.costs)], events]))

    def costs(self, events: Events) -> FloatArray:
        """(n,) the losses for buffers that sample by loss."""
        return self.learner.losses(events)

    def state(self) -> Mapping[str, AnyArray]:
        """The state of the model and the buffer."""
        return {**super().state(), **self.buffer.state()}
