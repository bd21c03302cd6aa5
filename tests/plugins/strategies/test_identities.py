"""Strategies prove themselves against simpler ones: what must be the same is the same, to the last bit."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from freshmark import stream_of
from freshmark_plugins.models.ranking.mf import MF
from freshmark_plugins.strategies.retraining.finetune import Finetune
from freshmark_plugins.strategies.retraining.frozen import Frozen
from freshmark_plugins.strategies.retraining.retrain import Retrain

LIKE: dict[str, Any] = {"batch": 32, "optimiser": "adagrad", "lr": 0.1}


def mf():
    return MF(dim=4)


def closed(stream, known):
    """The part of a stream whose users and items all occur in the first ``known`` events."""
    users, items = stream.user[:known].max(), stream.item[:known].max()
    kept = (stream.user <= users) & (stream.item <= items)
    return stream_of(
        name="closed", task="rank", time=stream.time[kept], user=stream.user[kept], item=stream.item[kept]
    )  # fmt: skip


@pytest.mark.parametrize("init", ["scratch", "warm"])
def test_retrain_that_never_is_due_is_frozen(stream, ranks, init):
    frozen = ranks(Frozen(mf(), epochs=3, **LIKE), stream, every="never")
    assert np.array_equal(ranks(Retrain(mf(), init=init, epochs=3, **LIKE), stream, every="never"), frozen)


def test_frozen_ignores_its_schedule(stream, ranks):
    assert np.array_equal(ranks(Frozen(mf()), stream, every="1h"), ranks(Frozen(mf()), stream, every="never"))


def test_finetune_that_never_is_due_is_frozen(stream, ranks):
    frozen = ranks(Frozen(mf(), epochs=3, **LIKE), stream, every="never")
    assert np.array_equal(ranks(Finetune(mf(), warmup_epochs=3, **LIKE), stream, every="never"), frozen)


@pytest.mark.parametrize("strategy", [Finetune, lambda model, **o: Retrain(model, init="warm", fallback=None, **o)])
def test_no_epochs_leave_every_known_parameter_where_it_was(walk, stream, strategy):
    one = walk(strategy(mf(), epochs=0, warmup_epochs=2), stream)
    before = {name: array.copy() for name, array in one.strategy.model.state().items()}
    after = one.update(400, 600).model.state()
    for name, array in before.items():
        assert np.array_equal(after[name][: len(array)], array), name


@pytest.mark.parametrize("init", ["scratch", "warm"])
@pytest.mark.parametrize("window", ["5000d", 10**6])
def test_a_window_that_holds_everything_is_none(walk, stream, assert_same_state, init, window):
    one = walk(Retrain(mf(), init=init, window=window, **LIKE), stream).update(300, 600)
    assert_same_state(one, walk(Retrain(mf(), init=init, **LIKE), stream).update(300, 600))


def test_a_window_of_the_new_events_is_finetune(walk, stream, query, assert_same_state):
    one = walk(Retrain(mf(), init="warm", window=100, epochs=2, **LIKE), stream).update(300, 400)
    other = walk(Finetune(mf(), epochs=2, warmup_epochs=2, **LIKE), stream).update(300, 400)
    assert_same_state(one.learner, other.learner)


def test_retrain_on_a_window_forgets_what_came_before(walk, stream, query):
    one = walk(Retrain(mf(), window="1d", **LIKE), stream).update(600)
    newest = stream.time >= stream.time[-1] - 86_400_000_000
    counts = one.factors(query([10_000])).item[:, -1]
    assert counts.tolist() == np.bincount(stream.item[newest], minlength=len(stream.items)).tolist()


def test_retrain_from_scratch_starts_where_the_first_training_did(walk, stream):
    one = walk(Retrain(mf(), epochs=0), stream)
    start = one.strategy.model.state()["users.weight"].copy()
    assert np.array_equal(one.update(400, 600).model.state()["users.weight"][: len(start)], start)


@pytest.mark.parametrize("optimiser", ["sgd", "momentum", "adam", "adagrad"])
def test_one_event_a_batch_is_online_learning_step_by_step(walk, make_log, assert_same_state, optimiser):
    stream = closed(make_log(), 200)
    options = {"epochs": 1, "warmup_epochs": 1, "batch": 1, "shuffle": False, "lr": 0.05, "optimiser": optimiser}
    block = walk(Finetune(mf(), **options), stream).update(260)
    steps = walk(Finetune(mf(), **options), stream).update(*range(201, 261))
    assert_same_state(block, steps)


@pytest.mark.parametrize("optimiser", ["sgd", "adagrad"])
def test_gradient_descent_is_one_batch_of_all(walk, stream, optimiser):
    like = {"epochs": 3, "warmup_epochs": 3, "shuffle": False, "lr": 0.05, "optimiser": optimiser}
    whole = walk(Finetune(mf(), batch="all", **like), stream).update(600).model.state()
    large = walk(Finetune(mf(), batch=1000, **like), stream).update(600).model.state()
    for name, array in whole.items():
        assert np.array_equal(array, large[name]), name


@pytest.mark.parametrize("strategy", [Finetune, Retrain])
def test_sparse_and_dense_adagrad_agree(walk, stream, strategy):
    dense, sparse = (
        walk(strategy(mf(), sparse=sparse, **LIKE), stream).update(400, 600).model.state() for sparse in (False, True)
    )
    for name, array in dense.items():
        assert array == pytest.approx(sparse[name], abs=1e-4), name
