"""SML is finetune while its transfer is the identity; what it learns is another."""

from __future__ import annotations

from typing import Any

import numpy as np
from freshmark_plugins.models.ranking.mf import MF
from freshmark_plugins.strategies.meta.sml import SML
from freshmark_plugins.strategies.retraining.finetune import Finetune

LIKE: dict[str, Any] = {"batch": 32, "epochs": 2}


def mf():
    return MF(dim=4)


def model_of(strategy):
    return {name: array.copy() for name, array in strategy.model.state().items()}


def test_its_first_update_is_finetune_whatever_it_will_learn(walk, stream):
    """There is no block before it that could teach the transfer."""
    one, other = (model_of(walk(kind(mf(), **LIKE), stream).update(300)) for kind in (SML, Finetune))
    for name, array in other.items():
        assert np.array_equal(one[name], array), name


def test_the_second_block_teaches_the_transfer_with_the_first(walk, stream, events, monkeypatch):
    one = walk(SML(mf(), multi=3, **LIKE), stream).update(300)
    given, learn = [], one.learner.learn

    def record(block, **how):
        given.append((len(block), one.learner.optimiser is one.transferring))
        learn(block, **how)

    monkeypatch.setattr(one.learner, "learn", record)
    one.update(events(stream, 300, 450))
    assert given == [(100, False), (150, True)] * 3 + [(150, False)]


def test_teaching_the_transfer_moves_neither_what_was_nor_what_training_gave(walk, stream, events):
    one = walk(SML(mf(), **LIKE), stream).update(300)
    part = one.transfers["items.weight"]
    block = events(stream, 300, 400)
    one.learner.grow_vocabulary(block)
    before, hat = part.before.clone(), part.hat.detach().clone()
    one.learner.optimiser = one.transferring
    one.learner.learn(block)
    assert np.array_equal(part.before, before)
    assert np.array_equal(part.hat.detach(), hat)
    assert not np.array_equal(part().detach(), hat)


def test_biases_are_trained_as_ever(walk, stream):
    one = walk(SML(mf(), **LIKE), stream)
    assert one.strategy.transfers.keys() == {"users.weight", "items.weight"}
    before = model_of(one.strategy)["bias.weight"]
    assert not np.array_equal(model_of(one.update(300))["bias.weight"][: len(before)], before)
