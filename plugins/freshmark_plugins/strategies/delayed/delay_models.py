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
    """Weights of ``esdfm`` and ``fsiw``: a model of the same kind as the main one for each of two probabilities.

    ::

        esdfm  first: of all, clicked and late?         second: of what entered as a negative, never clicked?
        fsiw   first: of what is clicked, in time?      second: likewise

    Clicks are reported sooner than non-clicks. So labels wait until a non-click at least as new has arrived: otherwise
    both would learn from clicks only at first.

    Args:
        learner: of the main model, not started yet; both are copies of it.
        repeats: whether late clicks enter again (esdfm), or not (fsiw).
    """

    def __init__(self, learner: Learner, *, repeats: bool) -> None:
        self.repeats = repeats
        self.first, self.negative = copy.deepcopy(learner), copy.deepcopy(learner)
        self.waiting: list[Events] = []
        self.entered: BoolArray = np.zeros(0, np.bool_)
        self.horizon = np.iinfo(np.int64).min

    def start(self, run: Run) -> None:
        """Build both models."""
        self.first.start(run)
        self.negative.start(run)

    @property
    def known(self) -> bool:
        """Whether anything has been learned."""
        return self.horizon > np.iinfo(np.int64).min

    def learn(self, entries: Entries, *, epochs: int) -> None:
        """Train both models on events whose labels have arrived."""
        labelled, entered, clicked = self._ripe(entries)
        if self.repeats:
            _learn(self.first, labelled, clicked & entered, epochs=epochs)
        else:
            _learn(self.first, labelled[clicked], ~entered[clicked], epochs=epochs)
        _learn(self.negative, labelled[entered], ~clicked[entered], epochs=epochs)

    def _ripe(self, entries: Entries) -> tuple[Events, BoolArray, BoolArray]:
        """Events no newer than a known non-click; whether each entered, and whether it was clicked."""
        labelled, entered = concatenated([*self.waiting, entries.labelled]), np.append(self.entered, entries.entered)
        clicked = labelled.label > 0 if labelled.label is not None else np.zeros(len(labelled), np.bool_)
        self.horizon = max(self.horizon, int(labelled.time[~clicked].max(initial=self.horizon)))
        ripe = labelled.time <= self.horizon
        self.waiting, self.entered = [labelled[~ripe]], entered[~ripe]
        return labelled[ripe], entered[ripe], clicked[ripe]

    def weights(self, events: Events, label: AnyArray, *, p: FloatArray, q: float) -> FloatArray:
        """(n,) weights of the entering events.

        Args:
            events: n entering events.
            label: (n,) with which they enter.
            p: (n,) probability of a click.
            q: the share of late clicks; used for all events until something has been learned.
        """
        weigh = elapsed_weights if self.repeats else shift_weights
        if self.known:
            return weigh(label, chances(self.first, events), chances(self.negative, events))
        return weigh(label, p * q if self.repeats else np.full(len(p), 1 - q), real_negative(p, q))

    def state(self) -> Mapping[str, AnyArray]:
        """The state of both models."""
        return dict(self._states())

    def _states(self) -> Iterator[tuple[str, AnyArray]]:
        if self.waiting:
            yield from columns_of("delays.told", self.waiting[0]).items()
            yield "delays.told.entered", self.entered
        for side, learner in (("first", self.first), ("negative", self.negative)):
            for name, value in learner.state().items():
                yield f"delays.{side}.{name}", value


def chances(learner: Learner, events: Events) -> FloatArray:
    """(n,) the probabilities of a click model for events."""
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
