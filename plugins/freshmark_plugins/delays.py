"""Delays: what can be learned of late clicks from the impressions whose labels have come, by two further models."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping

import numpy as np
from freshmark import Events, Query, Run
from freshmark.contract.arrays import AnyArray, BoolArray, FloatArray

from freshmark_plugins.corrections import elapsed_weights, shift_weights
from freshmark_plugins.impressions import Entries
from freshmark_plugins.learner import Learner


class Delays:
    """Weights of ``esdfm`` and ``fsiw``: one model for each of the two chances, of the kind of the model itself.

    ::

        esdfm  first: of all, clicked and late?         second: of what entered as a negative, never clicked?
        fsiw   first: of what is clicked, in time?      second: likewise

    Args:
        learner: of the model, not started yet; the two are copies of it.
        repeats: whether late clicks enter again (esdfm), or not (fsiw).
    """

    def __init__(self, learner: Learner, *, repeats: bool) -> None:
        self.repeats = repeats
        self.first, self.negative = copy.deepcopy(learner), copy.deepcopy(learner)

    def start(self, run: Run) -> None:
        """Build both models."""
        self.first.start(run)
        self.negative.start(run)

    def learn(self, entries: Entries, *, epochs: int) -> None:
        """Labels have come: of each it is known whether it came too late."""
        told, entered = entries.told, entries.entered
        clicked = told.label > 0 if told.label is not None else np.zeros(len(told), np.bool_)
        if self.repeats:
            _learn(self.first, told, clicked & entered, epochs=epochs)
        else:
            _learn(self.first, told[clicked], ~entered[clicked], epochs=epochs)
        _learn(self.negative, told[entered], ~clicked[entered], epochs=epochs)

    def weights(self, events: Events, label: AnyArray) -> FloatArray:
        """(n,) how much each event counts that enters with this label."""
        weigh = elapsed_weights if self.repeats else shift_weights
        return weigh(label, chances(self.first, events), chances(self.negative, events))

    def state(self) -> Mapping[str, AnyArray]:
        """Those of both."""
        return dict(self._states())

    def _states(self) -> Iterator[tuple[str, AnyArray]]:
        for side, learner in (("first", self.first), ("negative", self.negative)):
            for name, value in learner.state().items():
                yield f"delays.{side}.{name}", value


def chances(learner: Learner, events: Events) -> FloatArray:
    """(n,) what a model for clicks answers about events."""
    learner.know(events)
    learner.model.eval()
    candidates = np.full(len(events), learner.items)
    query = Query(events.time, events.user, events.item, candidates, events.features)
    chance: FloatArray = learner.model.predict(query)
    return chance


def _learn(learner: Learner, events: Events, truth: BoolArray, *, epochs: int) -> None:
    if len(events):
        events.label = truth.astype(np.float64)
        learner.learn(events, epochs=epochs, weights=np.full(len(events), learner.filled(len(events))))
