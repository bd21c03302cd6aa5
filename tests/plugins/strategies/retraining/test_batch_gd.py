from __future__ import annotations

from typing import Any

import pytest
from freshmark_plugins.models.ranking.mf import MF
from freshmark_plugins.strategies.retraining.batch_gd import BatchGD
from freshmark_plugins.strategies.retraining.finetune import Finetune


def mf():
    return MF(dim=4)


@pytest.mark.parametrize("optimiser", ["sgd", "adam"])
def test_it_is_finetune_with_all_events_in_one_batch(walk, stream, assert_same_state, optimiser):
    like: dict[str, Any] = {"optimiser": optimiser, "lr": 0.05}
    one = walk(BatchGD(mf(), steps=4, warmup_steps=7, **like), stream).update(400, 600)
    other = walk(Finetune(mf(), batch="all", epochs=4, warmup_epochs=7, shuffle=False, **like), stream).update(400, 600)
    assert_same_state(one, other)


def test_a_step_goes_along_the_mean_gradient_of_all_events(walk, stream, events):
    learned = walk(BatchGD(mf(), steps=1, warmup_steps=3, optimiser="sgd", lr=2.0), stream)
    model, learner, new = learned.strategy.model, learned.strategy.learner, events(stream, 200, 400)
    before = learner.draw.get_state()
    learner.grow_vocabulary(new)
    weights = {name: weight.detach().clone() for name, weight in model.named_parameters()}
    learner.optimiser.clear()
    model.loss(new, learner.draw).mean().backward()
    expected = {name: weights[name] - 2.0 * weight.grad for name, weight in model.named_parameters()}
    learner.draw.set_state(before)
    learned.update(400)
    for name, weight in model.named_parameters():
        assert weight.detach().numpy() == pytest.approx(expected[name].numpy(), abs=1e-6), name
