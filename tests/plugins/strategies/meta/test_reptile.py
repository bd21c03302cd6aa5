"""Reptile is finetune where it keeps the whole way, and a smaller learning rate where it turns back at each step."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from freshmark_plugins.models.ranking.mf import MF
from freshmark_plugins.strategies.meta.reptile import Reptile
from freshmark_plugins.strategies.retraining.finetune import Finetune


def mf():
    return MF(dim=4)


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
    assert one.strategy.lookahead.steps_taken == 0
