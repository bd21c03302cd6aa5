"""Distillation: at λ = 1 nothing but the former answers is learned, which is to learn nothing."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from freshmark import stream_of
from freshmark_plugins.models.ranking.mf import MF
from freshmark_plugins.models.tabular.logistic import Logistic
from freshmark_plugins.strategies.continual.distill import Distill
from freshmark_plugins.strategies.retraining.finetune import Finetune

LIKE: dict[str, Any] = {"batch": 32, "lr": 0.1, "epochs": 3, "warmup_epochs": 2, "optimiser": "sgd"}


def clicks(label):
    n = len(label)
    draw = np.random.default_rng(0)
    x = draw.standard_normal((n, 3)).astype(np.float32)
    return stream_of(
        name="c", task="click", time=np.arange(n) * 10**6, item=np.zeros(n, int), label=label, features={"x": x}
    )


def test_a_student_whose_teacher_is_itself_does_not_move(walk, stream):
    walked = walk(Distill(MF(dim=4), lam=1.0, **LIKE), stream)
    before = {name: array.copy() for name, array in walked.strategy.model.state().items()}
    after = walked.update(400).model.state()
    for name, array in before.items():
        assert after[name][: len(array)] == pytest.approx(array, abs=2e-4), name


def test_soft_and_hard_labels_mix_as_lambda_says(walk, events):
    """One step of gradient descent on clicks, worked out by hand."""
    label = (np.random.default_rng(1).random(300) < 0.5).astype(float)
    stream = clicks(label)
    walked = walk(Distill(Logistic(bits=2), lam=0.3, epochs=1, batch="all", lr=0.7, optimiser="sgd"), stream)
    model = walked.strategy.model
    before = model.state()["linear"].copy()
    x = stream.features["x"][200:]
    chance = model.predict(events(stream, 200, 300))
    after = walked.update(300).model.state()["linear"]
    # the teacher is the model itself, so its soft labels pull nowhere at the first step: (1 − λ)(p − y)
    slope = (0.7 * (chance - label[200:])[:, None] * x).mean(0)
    assert (before - after)[:, 0] == pytest.approx(0.7 * slope, rel=1e-4, abs=1e-7)


@pytest.mark.parametrize("temperature", [1.0, 2.0])
def test_it_stays_nearer_to_what_was_said_before_than_finetune(walk, stream, events, temperature):
    def far(strategy):
        walked = walk(strategy, stream)
        old = events(stream, 0, 200)
        before = walked.strategy.learner.evaluate(walked.strategy.model.outputs, old)
        after = walked.update(600).learner.evaluate(walked.strategy.model.outputs, old)[:, : before.shape[1]]
        return np.abs(after - before).mean()

    assert far(Distill(MF(dim=4), lam=0.5, T=temperature, **LIKE)) < far(Finetune(MF(dim=4), **LIKE))
