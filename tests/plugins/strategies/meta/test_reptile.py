"""Reptile is finetune where it keeps the whole way, and a smaller learning rate where it turns back at each step."""

from __future__ import annotations

import copy
from typing import Any

import numpy as np
import pytest
import torch
from freshmark import FreshmarkError
from freshmark_plugins.models.ranking.mf import MF
from freshmark_plugins.strategies.meta.reptile import Reptile
from freshmark_plugins.strategies.retraining.finetune import Finetune


def mf():
    return MF(dim=4)


@pytest.mark.parametrize("inner", [1, 3, 1000])
@pytest.mark.parametrize("optimiser", ["adam", "sgd", "adagrad"])
def test_with_the_whole_way_kept_it_is_finetune(walk, stream, assert_same_state, inner, optimiser):
    one = walk(Reptile(mf(), inner=inner, eps=1.0, optimiser=optimiser), stream).update(300, 301, 600)
    assert_same_state(one, walk(Finetune(mf(), optimiser=optimiser), stream).update(300, 301, 600))


def test_with_one_inner_step_it_is_finetune_at_a_smaller_rate(walk, stream, events):
    """SGD without growth: φ + ε (−η g) is a step of ε η."""
    block = events(stream, 100, 200)
    one = walk(Reptile(mf(), inner=1, eps=0.25, optimiser="sgd", lr=0.4, warmup_epochs=0), stream).strategy
    other = walk(Finetune(mf(), optimiser="sgd", lr=0.1, warmup_epochs=0), stream).strategy
    one.update(block)
    other.update(block)
    for name, array in one.model.state().items():
        assert array == pytest.approx(other.model.state()[name], abs=1e-6), name


def test_it_ends_a_part_of_the_way_from_where_it_began(walk, stream, events):
    block = events(stream, 0, 200)
    like: dict[str, Any] = {"optimiser": "sgd", "lr": 0.5, "epochs": 1}
    far = walk(Finetune(mf(), **like), stream).strategy
    begin = far.model.state()["items.weight"].copy()
    far.update(block)
    one = walk(Reptile(mf(), inner=1000, eps=0.3, **like), stream).strategy
    one.update(block)
    expected = begin + 0.3 * (far.model.state()["items.weight"] - begin)
    assert one.model.state()["items.weight"] == pytest.approx(expected, abs=1e-6)


def test_steps_left_over_at_the_end_of_an_update_count(walk, stream):
    one = walk(Reptile(mf(), inner=1000, eps=0.5), stream)
    before = one.strategy.model.state()["items.weight"].copy()
    after = one.update(300).model.state()["items.weight"]
    assert not np.array_equal(after[: len(before)], before)
    assert one.strategy.way.taken == 0


def test_new_rows_begin_where_the_model_begins_them(walk, stream, events):
    one = walk(Reptile(mf(), inner=1000), stream)
    one.strategy.learner.grow_vocabulary(events(stream, 200, 600))
    for fast, start in one.strategy.way.starts:
        assert torch.equal(fast.data, start)


def test_never_updated_it_is_finetune_never_updated(stream, ranks):
    assert np.array_equal(ranks(Reptile(mf()), stream, every="never"), ranks(Finetune(mf()), stream, every="never"))


def test_a_copy_has_the_same_future(walk, stream, assert_same_state):
    one = walk(Reptile(mf()), stream)
    other = copy.deepcopy(one)
    assert_same_state(one.update(400, 500), other.update(400, 500))


@pytest.mark.parametrize("options", [{"inner": 0}, {"eps": 0.0}, {"eps": 1.5}])
def test_options_without_a_meaning_are_refused(options):
    with pytest.raises(FreshmarkError, match="reptile has"):
        Reptile(mf(), **options)
