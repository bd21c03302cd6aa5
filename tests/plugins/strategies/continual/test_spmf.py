"""SPMF draws what the model scores low, from a reservoir of a share of the warm-up."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from freshmark import stream_of
from freshmark_plugins.models.ranking.mf import MF
from freshmark_plugins.models.tabular.logistic import Logistic
from freshmark_plugins.strategies.continual.spmf import SPMF, Worst

LIKE: dict[str, Any] = {"batch": 32, "lr": 0.05, "epochs": 2, "warmup_epochs": 2}


def test_the_reservoir_has_the_size_of_a_share_of_the_warmup(walk, stream):
    walked = walk(SPMF(MF(dim=4), share=0.3, **LIKE), stream)
    assert len(walked.strategy.buffer) == 60
    assert len(walked.update(600).buffer) == 60


def test_places_by_score_decide_how_likely_an_event_is_drawn(walk, stream):
    buffer = Worst(5, "rank", np.random.default_rng(0))
    costs = np.array([0.1, 9.0, -3.0, 2.0])
    weights = buffer.weights(walk(SPMF(MF(dim=4)), stream).run.past[:4], lambda events: costs)
    assert weights == pytest.approx(np.exp(np.array([1, 3, 0, 2]) / 4))


def test_the_score_of_a_rank_is_that_of_its_item(walk, stream, scores, query):
    strategy = walk(SPMF(MF(dim=4), fallback=None, **LIKE), stream).strategy
    some = strategy.run.past[:50]
    expected = scores(strategy, query(some.user))[np.arange(50), some.item]
    assert -strategy.costs(some) == pytest.approx(expected, abs=1e-5)


@pytest.mark.parametrize("task", ["click", "classify"])
def test_the_score_of_a_label_is_the_logit_of_what_happened(walk, task):
    draw = np.random.default_rng(0)
    x, label = draw.standard_normal((300, 2)).astype(np.float32), draw.integers(0, 2, 300)
    stream = stream_of(
        name="l", task=task, time=np.arange(300) * 10**6, item=np.zeros(300, int), features={"x": x},
        label=label.astype(float) if task == "click" else label, classes=("a", "b") if task == "classify" else (),
    )  # fmt: skip
    strategy = walk(SPMF(Logistic(bits=2), **LIKE), stream).strategy
    some = strategy.run.past[:200]
    outputs = strategy.learner.evaluate(strategy.model.outputs, some)
    expected = outputs[np.arange(200), label[:200]] if task == "classify" else outputs[:, 0] * (2 * label[:200] - 1)
    assert -strategy.costs(some) == pytest.approx(expected, abs=1e-5)


def test_what_is_replayed_is_scored_lower_than_what_is_not(walk, stream, monkeypatch):
    walked = walk(SPMF(MF(dim=4), share=0.9, ratio=0.5, **LIKE), stream)
    strategy, gaps = walked.strategy, []
    costs = strategy.costs(strategy.buffer.held)
    for _ in range(100):
        rows = strategy.buffer.sample(strategy.buffer.held, 50, strategy.costs)
        gaps.append(costs[rows].mean() - costs.mean())
    assert np.mean(gaps) > 3 * np.std(gaps) / 10
