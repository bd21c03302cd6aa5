"""drift_retrain: finetune, and start again when a detector finds that the model has become worse."""

from __future__ import annotations

from typing import Unpack

import numpy as np
from freshmark import DETECTORS, Events, Model, Run, UnknownName, detector_of

from freshmark_plugins.strategies.retraining.retrain import Retrain, Retraining


class DriftRetrain(Retrain):
    """Watch what each new event costs the model before it learns from it; retrain when that has risen, else finetune.

    ::

        for each x in D_t:   watch 1 − exp(−ℓ(x; θ_{t−1}))           in [0, 1): what the truth was given, from 1
        if it was found to have risen:   θ_t ← train(init, newest ``window`` of the past)
        else, if ``online``:             θ_t ← train(θ_{t−1}, D_t)

    The schedule says when it is updated, the detector what an update is. With a detector that finds nothing it is
    ``finetune``, with one that always does ``retrain``. ``retrain`` under ``--every "drift(…)"`` watches answers
    instead of losses, and does nothing in between.

    Cost of an update: a pass over D_t without gradients, and epochs · |D_t|, or epochs · |window|. Extra memory: the
    optimiser's state and the detector's. The detectors are River's: install the extra ``drift``.
    Gama et al., ACM Computing Surveys 46(4), 2014, on adaptation by detection; ADWIN: Bifet & Gavaldà, SDM 2007;
    Page–Hinkley: Page, Biometrika 1954.

    Args:
        model: such as ``mf(dim=32)``.
        detector: "adwin" or "page_hinkley".
        online: whether anything is learned in between.
        retraining: as for ``retrain``; a short ``window`` leaves out what was before the drift.
    """

    def __init__(
        self, model: Model, *, detector: str = "adwin", online: bool = True, **retraining: Unpack[Retraining]
    ) -> None:
        super().__init__(model, **retraining)
        if detector not in DETECTORS:
            raise UnknownName("detector", detector, DETECTORS)
        self.detector, self.online = detector, online

    def start(self, run: Run) -> None:
        """Build the model, and a detector that has seen nothing.

        Raises:
            UsageError: River is not installed.
        """
        super().start(run)
        self.watch = detector_of(self.detector)

    def update(self, events: Events) -> None:
        """Watch the events, then learn from them in the way that their losses call for."""
        self.learner.grow_vocabulary(events)
        losses = 1.0 - np.exp(-self.learner.losses(events))
        found = [self.watch.rose(float(loss)) for loss in losses]  # all are watched, also after the first
        if any(found):
            self.again(len(self.run.past))
        elif self.online:
            self.learn(events, epochs=self.epochs)
