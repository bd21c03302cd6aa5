"""delayed: train on impressions before their clicks are known, and correct for it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Unpack

import numpy as np
from freshmark import AnyArray, Events, FloatArray, Model, Query, Run, UnknownName, UsageError, parse_duration

from freshmark_plugins.strategies.delayed.corrections import calibrated, fake_negative_weights
from freshmark_plugins.strategies.delayed.delay_models import DelayModels, chances
from freshmark_plugins.strategies.delayed.pending_impressions import Entries, PendingImpressions
from freshmark_plugins.strategies.retraining.finetune import Finetune
from freshmark_plugins.training.options import Training

CORRECTIONS = ("vanilla", "fnw", "fnc", "fsiw", "esdfm")


class Delayed(Finetune):
    """Delayed feedback: train on unclicked impressions as negatives, and again as positives when a click arrives.

    ::

        θ_t ← train(θ_{t−1}, entries, weights w)
        vanilla  w = 1
        fnw      w⁺ = 1 + p q               w⁻ = (1 − p)(1 + p q) / (1 − p + p q)      q = 1: (1 + p), (1 − p)(1 + p)
        fnc      w = 1, and answer with p = b / (1 − b q)                              q = 1: b / (1 − b)
        fsiw     w⁺ = 1 / P(in time|x, 1)   w⁻ = P(negative|x, entered as one)         late clicks do not enter
        esdfm    w⁺ = 1 + p_dp(x)           w⁻ = (1 + p_dp(x)) P(negative|x, entered as one)

    p is the model's answer before the update, q the share of clicks so far that came late: without delayed labels it is
    0, and every correction is ``finetune``, bit for bit. The probabilities of ``fsiw`` and ``esdfm`` are learned by two
    further models of the same kind from impressions whose labels have arrived; until these include non-clicks, they
    are computed from p and q. ``finetune`` itself waits for labels. Cost of an update: epochs · entries, with
    those two three times that. Extra memory: impressions without labels; with those two, two more models.

    Weights are multiplied by n ÷ batch, so that an update of few events moves the model less than one of many: at
    night, clicks of the day arrive with few impressions, and a mean over each update would overweight them. Ktena et
    al., RecSys 2019 (fnw, fnc); Yasui et al., WWW 2020 (fsiw); Yang et al., AAAI 2021 (esdfm).

    Args:
        model: for clicks, such as ``logistic``.
        correction: vanilla, fnw, fnc, fsiw or esdfm.
        wait: how long an impression waits for its click before it enters as a negative.
        training: see ``Training``.
    """

    def __init__(
        self, model: Model, *, correction: str = "esdfm", wait: str = "0s", **training: Unpack[Training]
    ) -> None:
        super().__init__(model, **training)
        if correction not in CORRECTIONS:
            raise UnknownName("correction of delayed", correction, CORRECTIONS)
        self.tasks = model.tasks & {"click"}
        if not self.tasks:
            raise UsageError(f"{type(model).__name__} does not answer clicks", remedy="a model for the task click")
        self.correction, self.wait = correction, parse_duration(wait)
        self.delays = None
        if correction in {"fsiw", "esdfm"}:
            self.delays = DelayModels(self.learner, repeats=correction == "esdfm")
        if correction == "fnc":
            self.predict = self.calibrated
        self.__dict__.pop("observe", None)  # hides the method of this class, which calls the model's

    @property
    def q(self) -> float:
        """The share of clicks that came late, of those whose impressions were shown before."""
        return self.late / self.clicks if self.clicks else 0.0

    def start(self, run: Run) -> None:
        """Build all models; there are no impressions yet."""
        super().start(run)
        self.impressions = PendingImpressions(self.wait)
        self.late = self.clicks = 0
        if self.delays:
            self.delays.start(run)

    def observe(self, events: Events) -> None:
        """Add these impressions; their labels are not used."""
        self.model.observe(events)
        self.impressions.add(events)

    def update(self, events: Events) -> None:
        """Labels have arrived: train on the events that enter now."""
        entries = self.impressions.resolve(events)
        self._count(entries)
        if self.delays:
            self.delays.learn(entries, epochs=self.epochs)
        enters = entries.events[~entries.late] if self.correction == "fsiw" else entries.events
        if len(enters):
            self.learn(enters, epochs=self.epochs, weights=self.weights(enters))

    def weights(self, events: Events) -> FloatArray | None:
        """(n,) weights of the entering events; None while no click was late, as in ``finetune``."""
        if not self.late or events.label is None:
            return None
        weights = np.ones(len(events))
        if self.correction in {"fnw", "fsiw", "esdfm"}:
            p, q = chances(self.learner, events), self.q
            delays, label = self.delays, events.label
            weights = delays.weights(events, label, p=p, q=q) if delays else fake_negative_weights(label, p, q)
        return weights * self.learner.batch_fill(len(events))

    def calibrated(self, query: Query) -> FloatArray:
        """(n,) the probability of a click, from the model's probability of a positive."""
        b: FloatArray = self.learner.model.predict(query)
        return calibrated(b, self.q) if self.late else b

    def state(self) -> Mapping[str, AnyArray]:
        """The state of all models, and the pending impressions."""
        delays = self.delays.state() if self.delays else {}
        return {**super().state(), **delays, **self.impressions.state()}

    def _count(self, entries: Entries) -> None:
        if entries.labelled.label is not None:
            self.clicks += int((entries.labelled.label > 0).sum())
            self.late += int((entries.entered & (entries.labelled.label > 0)).sum())
