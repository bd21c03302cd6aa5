from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from freshmark_plugins.models.ranking.mf import MF
from freshmark_plugins.strategies.retraining.hybrid import Hybrid
from freshmark_plugins.strategies.retraining.online_sgd import OnlineSGD
from freshmark_plugins.strategies.retraining.retrain import Retrain

PERIOD = 8 * 3_600_000_000
LIKE: dict[str, Any] = {"batch": 32, "lr": 0.1}


def mf():
    return MF(dim=4)


def boundaries(stream, *, known=200):
    """The positions of the first events not before the first test event's time plus k periods."""
    times = stream.time[known] + PERIOD * np.arange(1, 100)
    return np.unique(np.searchsorted(stream.time, times[times <= stream.time[-1]])).tolist()


def ends(stream, step=37, known=200):
    return [*range(known + step, len(stream), step), len(stream)]


@pytest.mark.parametrize("init", ["scratch", "warm"])
@pytest.mark.parametrize("window", [None, "1d", 80])
def test_without_learning_online_it_is_retrain_at_the_ends_of_its_periods(
    walk, stream, assert_same_state, init, window
):
    """It retrains once an update, at the last end of a period that the update reaches."""
    hybrid, retrain = (
        walk(strategy, stream)
        for strategy in (
            Hybrid(mf(), retrain_every="8h", online=False, init=init, window=window, **LIKE),
            Retrain(mf(), init=init, window=window, **LIKE),
        )
    )
    due = boundaries(stream)
    assert len(due) > 2
    for end in ends(stream):
        passed = [place for place in due if hybrid.known <= place < end]
        hybrid.update(end)
        if passed and passed[-1] > retrain.known:
            retrain.update(passed[-1])
        assert_same_state(hybrid.strategy, retrain.strategy)
    assert retrain.known > 200


@pytest.mark.slow
def test_a_period_that_does_not_end_leaves_online_learning_alone(walk, stream, assert_same_state):
    like: dict[str, Any] = {"lr": 0.1, "optimiser": "sgd"}
    one = walk(Hybrid(mf(), retrain_every="1000d", batch=1, shuffle=False, epochs=1, **like), stream)
    other = walk(OnlineSGD(mf(), warmup_epochs=1, **like), stream)
    assert_same_state(one.update(230, 300).model, other.update(230, 300).model)


def test_what_comes_after_the_end_of_a_period_is_learned_step_by_step_on_top(walk, stream, events, assert_same_state):
    place = boundaries(stream)[0]
    one = walk(Hybrid(mf(), retrain_every="8h", **LIKE), stream).update(place + 5)
    other = walk(Retrain(mf(), **LIKE), stream).update(place)
    for row in range(place, place + 5):
        other.learn(events(stream, row, row + 1), epochs=1)
    assert_same_state(one, other)


@pytest.mark.slow
def test_online_in_between_beats_retraining_alone_where_users_come_and_go(make_log, ranks):
    stream = make_log(3000, users=150, items=100)

    def hits(online):
        strategy = Hybrid(MF(dim=8), retrain_every="10d", online=online, batch=64)
        return (ranks(strategy, stream, every="6h") <= 10).mean()

    assert hits(online=True) > 1.2 * hits(online=False)
