from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from freshmark import stream_of
from freshmark_plugins.models.ranking.mf import MF
from freshmark_plugins.strategies.retraining.finetune import Finetune
from freshmark_plugins.strategies.retraining.online_sgd import OnlineSGD


def mf():
    return MF(dim=4)


@pytest.fixture
def closed(stream):
    """The part of the stream whose users and items all occur in its first 200 events: nothing grows after them."""
    kept = (stream.user <= stream.user[:200].max()) & (stream.item <= stream.item[:200].max())
    return stream_of(
        name="closed", task="rank", time=stream.time[kept], user=stream.user[kept], item=stream.item[kept]
    )  # fmt: skip


@pytest.mark.parametrize("optimiser", ["sgd", "momentum", "adagrad", "adam", "ftrl"])
def test_it_is_finetune_with_one_event_a_batch_and_one_epoch(walk, closed, assert_same_state, optimiser):
    like: dict[str, Any] = {"optimiser": optimiser, "lr": 0.05, "warmup_epochs": 1}
    one = walk(OnlineSGD(mf(), **like), closed).update(300)
    other = walk(Finetune(mf(), batch=1, epochs=1, shuffle=False, **like), closed).update(300)
    assert_same_state(one.learner, other.learner)


def test_finetune_knows_the_items_of_a_whole_update_and_it_does_not(walk, stream):
    like: dict[str, Any] = {"optimiser": "sgd", "lr": 0.05, "warmup_epochs": 1}
    one = walk(OnlineSGD(mf(), **like), stream).update(350).model.state()["items.weight"]
    other = walk(Finetune(mf(), batch=1, epochs=1, shuffle=False, **like), stream).update(350).model.state()
    assert not np.array_equal(one, other["items.weight"])


def test_a_step_goes_along_the_gradient_of_the_event(walk, stream, events):
    learned = walk(OnlineSGD(mf(), lr=0.3), stream)
    model, event = learned.strategy.model, events(stream, 200, 201)
    before = learned.strategy.learner.draw.get_state()
    learned.strategy.learner.grow_vocabulary(event)
    learned.strategy.learner.optimiser.clear()
    weights = {name: weight.detach().clone() for name, weight in model.named_parameters()}
    model.loss(event, learned.strategy.learner.draw).mean().backward()
    expected = {name: weights[name] - 0.3 * weight.grad for name, weight in model.named_parameters()}
    learned.strategy.learner.draw.set_state(before)
    learned.update(201)
    for name, weight in model.named_parameters():
        assert weight.detach().numpy() == pytest.approx(expected[name].numpy(), abs=1e-7), name


def test_the_fallback_counts_each_event_once_a_pass(walk, stream, query):
    learned = walk(OnlineSGD(mf()), stream).update(300)
    counts = learned.factors(query([10_000])).item[:, -1]
    assert counts.tolist() == np.bincount(stream.item[:300]).tolist()
