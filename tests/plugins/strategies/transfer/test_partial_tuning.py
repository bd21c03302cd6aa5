"""Strategies that train little of a model: what is frozen, what learns, and that they begin where the warm-up ended."""

from __future__ import annotations

import copy

import numpy as np
import pytest
import torch
from freshmark import FreshmarkError
from freshmark_plugins.models.ranking.mf import MF
from freshmark_plugins.models.tabular.logistic import Logistic
from freshmark_plugins.strategies.retraining.frozen import Frozen
from freshmark_plugins.strategies.transfer.adapter import Adapter
from freshmark_plugins.strategies.transfer.bitfit import BitFit
from freshmark_plugins.strategies.transfer.head_tune import HeadTune
from freshmark_plugins.strategies.transfer.lora import LoRA, LowRank
from freshmark_plugins.training.options import Training

TUNED = [HeadTune, BitFit, LoRA, Adapter]
HEAD = {HeadTune: {"items.weight", "bias.weight"}, BitFit: {"bias.weight"}}


def mf():
    return MF(dim=4, scale=0.3)


def kept(strategy):
    return {name: array.copy() for name, array in strategy.model.state().items()}


@pytest.mark.parametrize("tuned", TUNED)
def test_never_updated_it_is_frozen(ranks, stream, tuned):
    like: Training = {"batch": 32, "optimiser": "adagrad", "lr": 0.1}
    frozen = ranks(Frozen(mf(), epochs=3, batch=32, optimiser="adagrad", lr=0.1), stream, every="never")
    assert np.array_equal(ranks(tuned(mf(), warmup_epochs=3, **like), stream, every="never"), frozen)


@pytest.mark.parametrize("tuned", [HeadTune, BitFit])
@pytest.mark.parametrize("optimiser", ["adam", "adamw", "momentum", "ftrl"])
def test_the_backbone_stays_to_the_byte_and_the_head_learns(walk, stream, tuned, optimiser):
    one = walk(tuned(mf(), optimiser=optimiser), stream)
    before = kept(one.strategy)
    after = one.update(400, 600).model.state()
    for name, array in before.items():
        assert np.array_equal(after[name][: len(array)], array) == (name not in HEAD[tuned]), name


@pytest.mark.parametrize("tuned", TUNED)
def test_rows_of_new_users_and_items_learn(walk, stream, tuned):
    one = walk(tuned(mf()), stream)
    still = copy.deepcopy(one).strategy
    still.learner.grow_vocabulary(one.run.past[:0])
    users, items = len(still.model.users), len(still.model.items)
    learned = one.update(400, 600).model
    fresh = mf()
    fresh.build(one.run)
    fresh.grow(len(learned.users), len(learned.items))
    assert len(learned.users) > users
    assert not np.array_equal(learned.state()["users.weight"][users:], fresh.state()["users.weight"][users:])
    assert not np.array_equal(learned.state()["items.weight"][items:], fresh.state()["items.weight"][items:])


def test_lora_moves_every_matrix_by_a_product_of_its_rank(walk, stream):
    one = walk(LoRA(mf(), r=2, alpha=2.0, lr=0.05), stream)
    before = kept(one.strategy)
    after = one.update(400, 600).model.state()
    for name in ("users.weight", "items.weight"):
        moved = after[name][: len(before[name])] - before[name]
        assert np.abs(moved).max() > 0.01
        assert np.linalg.matrix_rank(moved, tol=1e-4) <= 2, name
    assert np.array_equal(after["bias.weight"][: len(before["bias.weight"])], before["bias.weight"])


def test_lora_of_full_rank_can_reach_any_matrix():
    weight = torch.randn(3, 4, generator=torch.Generator().manual_seed(0))
    part = LowRank(torch.zeros(3, 4), 4, 1.0, torch.Generator().manual_seed(0))
    with torch.no_grad():
        part.b.copy_(weight @ torch.linalg.inv(part.a))
    assert part().detach() == pytest.approx(weight, abs=1e-5)


def test_adapter_moves_rows_that_were_equal_alike(walk, stream):
    one = walk(Adapter(mf(), warmup_epochs=0), stream)
    twins = one.strategy.learner.optimiser.parts[0][1].start  # of the users
    twins[1] = twins[0]
    one.strategy.learner.optimiser.refresh()
    after = one.update(400).model.state()["users.weight"]
    assert np.array_equal(after[0], after[1])
    assert not np.array_equal(after[0], twins[0].numpy())


@pytest.mark.parametrize("tuned", TUNED)
def test_it_learns_something(walk, stream, events, tuned):
    one = walk(tuned(mf(), lr=0.03, epochs=10), stream)
    block = events(stream, 200, 300)
    still = copy.deepcopy(one).strategy
    still.learner.grow_vocabulary(block)
    assert one.update(300).learner.losses(block).mean() < still.learner.losses(block).mean() - 0.01


def test_head_tune_trains_the_parts_it_is_given(walk, stream):
    one = walk(HeadTune(mf(), head=["users"]), stream)
    before = kept(one.strategy)
    after = one.update(400, 600).model.state()
    for name, array in before.items():
        assert np.array_equal(after[name][: len(array)], array) == (name != "users.weight"), name


@pytest.mark.parametrize(("tuned", "why"), [(LoRA, "no matrix"), (Adapter, "no table")])
def test_a_model_without_a_matrix_is_refused(start_run, click_log, tuned, why):
    """Of classes Logistic has one, so that it is refused for clicks, and with Adapter for both."""
    with pytest.raises(FreshmarkError, match=f"{why}|does not answer the task 'click'"):
        tuned(Logistic()).start(start_run(click_log(), 200))


def test_bitfit_and_head_tune_take_a_model_for_clicks(walk, click_log):
    stream = click_log()
    for one in (BitFit(Logistic(bits=6)), HeadTune(Logistic(bits=6), head="bias")):
        walked = walk(one, stream)
        before = kept(one)
        after = walked.update(400).model.state()
        assert {name for name in before if not np.array_equal(after[name], before[name])} == {"bias"}
