"""Replay is finetune where it replays nothing, and warm retraining where it replays everything."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from freshmark import FreshmarkError
from freshmark_plugins.models.ranking.mf import MF
from freshmark_plugins.strategies.retraining.replay import UNIONS, Replay
from freshmark_plugins.strategies.retraining.retrain import Retrain
from freshmark_plugins.training.buffers import BUFFERS


def mf():
    return MF(dim=4)


@pytest.mark.parametrize("buffer", BUFFERS)
@pytest.mark.parametrize("union", UNIONS)
@pytest.mark.parametrize("shuffle", [True, False])
def test_with_all_old_events_it_is_warm_retraining(walk, stream, assert_same_state, buffer, union, shuffle):
    options: dict[str, Any] = {"epochs": 2, "batch": 32, "shuffle": shuffle, "optimiser": "adagrad", "lr": 0.1}
    everything: dict[str, Any] = {"buffer": buffer, "union": union, "size": 10**4, "ratio": 10**4}
    one = walk(Replay(mf(), warmup_epochs=2, **everything, **options), stream).update(300, 600)
    other = walk(Retrain(mf(), init="warm", **options), stream).update(300, 600)
    assert_same_state(one.learner, other.learner)


def test_a_fifo_of_the_last_update_is_a_window(walk, stream, assert_same_state):
    options: dict[str, Any] = {"epochs": 2, "batch": 32, "optimiser": "sgd", "lr": 0.1}
    one = walk(Replay(mf(), buffer="fifo", size=100, ratio=1.0, warmup_epochs=2, **options), stream).update(300, 400)
    other = walk(Retrain(mf(), init="warm", window=200, **options), stream).update(300, 400)
    assert_same_state(one.learner, other.learner)


def learned(monkeypatch, strategy):
    """What its learner is given from now on."""
    given, learn = [], strategy.learner.learn

    def record(events, **how):
        given.append(events)
        learn(events, **how)

    monkeypatch.setattr(strategy.learner, "learn", record)
    return given


@pytest.mark.parametrize("buffer", BUFFERS)
def test_new_events_are_all_learned_together_with_old_ones(walk, stream, monkeypatch, buffer):
    one = walk(Replay(mf(), buffer=buffer, size=150, ratio=0.4), stream)
    given = learned(monkeypatch, one.strategy)
    one.update(300)
    assert len(given[0]) == 140
    assert np.array_equal(given[0].item[40:], stream.item[200:300])
    assert (np.diff(given[0].time) >= 0).all()
    assert given[0].time[39] <= stream.time[199]


def test_a_union_that_is_sampled_leaves_new_events_out(walk, stream, monkeypatch):
    one = walk(Replay(mf(), size=150, ratio=0.4, union="union_then_sample"), stream)
    given = learned(monkeypatch, one.strategy)
    one.update(300)
    assert len(given[0]) == 140
    new = np.count_nonzero(given[0].time >= stream.time[200])
    assert 35 <= new <= 80  # 140 of 250, of which 100 are new


def test_popularity_of_the_fallback_counts_events_once(walk, stream):
    one = walk(Replay(mf(), size=500, ratio=2.0), stream).update(400, 600)
    assert one.fallback.counts.sum() == 600


def test_a_new_user_may_be_learned_when_losses_are_asked(walk, stream):
    one = walk(Replay(mf(), buffer="loss", union="union_then_sample", size=100), stream).update(300, 600)
    assert len(one.model.users) == len(stream.users)


def test_classes_of_a_task_that_has_none_are_refused():
    class Ratings(MF):
        tasks = frozenset({"rate"})

    with pytest.raises(FreshmarkError, match="'class_balanced' has no classes in the task of Ratings"):
        Replay(Ratings(), buffer="class_balanced")
