"""Two further models that learn the delay of clicks from the impressions whose labels have arrived."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping

import numpy as np
from freshmark import AnyArray, BoolArray, Events, FloatArray, Query, Run

from freshmark_plugins.strategies.delayed.corrections import elapsed_weights, real_negative, shift_weights
from freshmark_plugins.strategies.delayed.pending_impressions import Entries
from freshmark_plugins.training.event_sets import columns_of, concatenated
from freshmark_plugins.training.learner import Learner


class DelayModels:
    """Weights of ``esdfm`` and ``fsiw``: one model for each of the two chances, of the kind of the model itself.

    ::

        esdfm  first: of all, clicked and late?         second: of what entered as a negative, never clicked?
        fsiw   first: of what is clicked, in time?      second: likewise

    A click is told sooner than that there is none. So what is told waits until something as new is told not to be
    clicked: else both would learn from clicks alone at first.

    Args:
        learner: of the model, not started yet; the two are copies of it.
        repeats: whether late clicks enter again (esdfm), or not (fsiw).
    """

    def __init__(self, learner: Learner, *, repeats: bool) -> None:
        self.repeats = repeats
        self.first, self.negative = copy.deepcopy(learner), copy.deepcopy(learner)
        self.told: list[Events] = []
        self.entered: BoolArray = np.zeros(0, np.bool_)
        self.horizon = np.iinfo(np.int64).min

    def start(self, run: Run) -> None:
        """Build both models."""
        self.first.start(run)
        self.negative.start(run)

    @property
    def known(self) -> bool:
        """Whether anything was learned yet."""
        return self.horizon > np.iinfo(np.int64).min

    def learn(self, entries: Entries, *, epochs: int) -> None:
        """Labels have come: of each it is known whether it came too late."""
        told, entered, clicked = self._ripe(entries)
        if self.repeats:
            _learn(self.first, told, clicked & entered, epochs=epochs)
        else:
            _learn(self.first, told[clicked], ~entered[clicked], epochs=epochs)
        _learn(self.negative, told[entered], ~clicked[entered], epochs=epochs)

    def _ripe(self, entries: Entries) -> tuple[Events, BoolArray, BoolArray]:
        """What is as old as something that is known not to be clicked; whether it entered, whether it is clicked."""
        told, entered = concatenated([*self.told, entries.told]), np.append(self.entered, entries.entered)
        clicked = told.label > 0 if told.label is not None else np.zeros(len(told), np.bool_)
        self.horizon = max(self.horizon, int(told.time[~clicked].max(initial=self.horizon)))
        ripe = told.time <= self.horizon
        self.told, self.entered = [told[~ripe]], entered[~ripe]
        return told[ripe], entered[ripe], clicked[ripe]

    def weights(self, events: Events, label: AnyArray, *, p: FloatArray, q: float) -> FloatArray:
        """(n,) how much each event counts that enters with this label.

        Args:
            events: that enter.
            label: (n,) with which they do.
            p: (n,) the chance that each is clicked.
            q: the share of clicks that come late; until something is learned, of all events alike.
        """
        weigh = elapsed_weights if self.repeats else shift_weights
        if self.known:
            return weigh(label, chances(self.first, events), chances(self.negative, events))
        return weigh(label, p * q if self.repeats else np.full(len(p), 1 - q), real_negative(p, q))

    def state(self) -> Mapping[str, AnyArray]:
        """Those of both."""
        return dict(self._states())

    def _states(self) -> Iterator[tuple[str, AnyArray]]:
        if self.told:
            yield from columns_of("delays.told", self.told[0]).items()
            yield "delays.told.entered", self.entered
        for side, learner in (("first", self.first), ("negative", self.negative)):
            for name, value in learner.state().items():
                yield f"delays.{side}.{name}", value


def chances(learner: Learner, events: Events) -> FloatArray:
    """(n,) what a model for clicks answers about events."""
    learner.grow_vocabulary(events)
    learner.model.eval()
    candidates = np.full(len(events), learner.items)
    query = Query(events.time, events.user, events.item, candidates, events.features)
    chance: FloatArray = learner.model.predict(query)
    return chance


def _learn(learner: Learner, events: Events, truth: BoolArray, *, epochs: int) -> None:
    if len(events):
        events.label = truth.astype(np.float64)
        learner.learn(events, epochs=epochs, weights=np.full(len(events), learner.batch_fill(len(events))))
