from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from freshmark import Events, Run, stream_of
from freshmark.contract.past import Past
from freshmark_plugins.models.ranking.mf import MF
from freshmark_plugins.models.tabular.logistic import Logistic
from freshmark_plugins.strategies.retraining.ema import EMA
from freshmark_plugins.strategies.retraining.finetune import Finetune

LIKE: dict[str, Any] = {"batch": 32, "epochs": 2, "warmup_epochs": 2, "lr": 0.05}


def mf():
    return MF(dim=4)


def copied(model):
    return {name: array.copy() for name, array in model.state().items()}


def test_training_goes_on_from_where_it_stood_not_from_the_average(walk, stream):
    one = walk(EMA(mf(), rho=0.9, **LIKE), stream).update(300, 450, 600)
    other = walk(Finetune(mf(), **LIKE), stream).update(300, 450, 600)
    trained = dict(one.learner.optimiser.state())
    for place, (name, array) in enumerate(other.model.state().items()):
        assert np.array_equal(trained[f"trained.{place}"], array), name
        assert not np.array_equal(one.model.state()[name], array), name


def test_the_average_follows_its_formula_step_by_step(walk, stream):
    """One step an update: θ̄ ← ρ θ̄ + (1 − ρ) θ, rows of new users and items from their first values."""
    like: dict[str, Any] = {"batch": "all", "epochs": 1, "warmup_epochs": 2, "shuffle": False, "lr": 0.05}
    one, other = walk(EMA(mf(), rho=0.7, **like), stream), walk(Finetune(mf(), **like), stream)
    first = walk(Finetune(mf(), **{**like, "warmup_epochs": 0}), stream)
    average = copied(other.strategy.model)
    for end in (260, 400, 500):
        one.update(end)
        weights = copied(other.update(end).model)
        fresh = _grown(first, end)
        for name, weight in weights.items():
            known = len(average[name])
            slow = np.concatenate([average[name], fresh[name][known : len(weight)]])
            average[name] = 0.7 * slow + 0.3 * weight
            assert one.strategy.model.state()[name] == pytest.approx(average[name], abs=1e-6), (end, name)


def _grown(untrained, end):
    """The values that rows have before anything is learned."""
    stream = untrained.stream
    untrained.strategy.model.grow(int(stream.user[:end].max()) + 1, int(stream.item[:end].max()) + 1)
    return copied(untrained.strategy.model)


@pytest.mark.slow
def test_it_averages_noise_away_where_nothing_drifts():
    """A constant to be learned from noisy labels by a large rate: the average lies nearer than where it stands."""
    draw = np.random.default_rng(0)
    n, label = 4000, (np.random.default_rng(1).random(4000) < 0.7).astype(float)
    stream = stream_of(
        name="coin", task="click", time=np.arange(n), item=np.zeros(n, int), label=label,
        features={"x": np.ones((n, 1), np.float32)},
    )  # fmt: skip
    events = Events(
        stream.time, stream.user.astype(np.int64), stream.item.astype(np.int64), stream.label, stream.features
    )

    def far(strategy):
        past, reveal = Past.with_writer(stream)
        reveal(100)
        features = {name: column[:0] for name, column in stream.features.items()}
        strategy.start(Run("click", 0, draw, past, 1, 1, features=features))
        strategy.fit(events[:100])
        found = []
        for begin in range(100, n, 100):
            strategy.update(events[begin : begin + 100])
            found.append(abs(strategy.predict(events[:1])[0] - 0.7))
        return np.mean(found[10:])

    like: dict[str, Any] = {"batch": 4, "epochs": 1, "lr": 0.3, "optimiser": "sgd"}
    assert far(EMA(Logistic(bits=4), rho=0.95, **like)) < 0.5 * far(Finetune(Logistic(bits=4), **like))
