"""drift_retrain: finetune, and retrain when a detector reports that the loss has risen."""

from __future__ import annotations

from importlib.util import find_spec
from typing import Unpack

import numpy as np
from freshmark import DETECTORS, Events, Model, Run, UnknownName, UsageError, detector_of

from freshmark_plugins.strategies.retraining.retrain import Retrain, Retraining


class DriftRetrain(Retrain):
    """Monitor the loss of each new event before learning it; retrain when it has risen, else finetune.

    ::

        for each x in D_t:   watch 1 − exp(−ℓ(x; θ_{t−1}))           in [0, 1): 1 − the likelihood of what happened
        if it has risen:                θ_t ← train(init, newest ``window`` of the past)
        else, if ``online``:             θ_t ← train(θ_{t−1}, D_t)

    The schedule says when to update, the detector how. With a detector that never fires it is ``finetune``, with one
    that always does ``retrain``. ``retrain`` under ``--every "drift(…)"`` watches answers
    instead of losses, and does nothing in between.

    Cost of an update: a pass over D_t without gradients, and epochs · |D_t|, or epochs · |window|. Extra memory: the
    optimiser's state and the detector's. The detectors are River's: install the extra ``drift``.
    Gama et al., ACM Computing Surveys 46(4), 2014, on adaptation by detection; ADWIN: Bifet & Gavaldà, SDM 2007;
    Page–Hinkley: Page, Biometrika 1954.

    Args:
        model: such as ``mf(dim=32)``.
        detector: "adwin" or "page_hinkley".
        online: whether to learn in between.
        retraining: as for ``retrain``; a short ``window`` leaves out what was before the drift.
    """

    def __init__(
        self, model: Model, *, detector: str = "adwin", online: bool = True, **retraining: Unpack[Retraining]
    ) -> None:
        super().__init__(model, **retraining)
        if detector not in DETECTORS:
            raise UnknownName("detector", detector, DETECTORS)
        if find_spec("river") is None:  # looked up, not imported: the import takes seconds
            raise UsageError(
                f"the detector {detector!r} needs River, which is not installed",
                remedy="install the extra: pip install 'freshmark[drift]'",
                code="FM116",
            )
        self.detector, self.online = detector, online

    def start(self, run: Run) -> None:
        """Build the model and a fresh detector."""
        super().start(run)
        self.watch = detector_of(self.detector)

    def update(self, events: Events) -> None:
        """Pass the losses to the detector, then retrain or finetune."""
        self.learner.grow_vocabulary(events)
        losses = 1.0 - np.exp(-self.learner.losses(events))
        detections = [self.watch.rose(float(loss)) for loss in losses]  # all of them, also after the first detection
        if any(detections):
            self.retrain(len(self.run.past))
        elif self.online:
            self.learn(events, epochs=self.epochs)
