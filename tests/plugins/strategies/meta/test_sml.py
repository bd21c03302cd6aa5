"""SML is finetune while its transfer is the identity; what it learns is another."""

from __future__ import annotations

import copy
from typing import Any

import numpy as np
import pytest
from freshmark import FreshmarkError
from freshmark_plugins.models.ranking.mf import MF
from freshmark_plugins.models.tabular.logistic import Logistic
from freshmark_plugins.strategies.meta.sml import SML
from freshmark_plugins.strategies.retraining.finetune import Finetune

LIKE: dict[str, Any] = {"batch": 32, "epochs": 2}


def mf():
    return MF(dim=4)


def model_of(strategy):
    return {name: array.copy() for name, array in strategy.model.state().items()}


@pytest.mark.parametrize("optimiser", ["adam", "sgd", "momentum", "adagrad", "ftrl"])
def test_with_the_identity_for_a_transfer_it_is_finetune_to_the_bit(walk, stream, optimiser):
    one = model_of(walk(SML(mf(), multi=0, optimiser=optimiser, **LIKE), stream).update(300, 301, 450, 600))
    other = model_of(walk(Finetune(mf(), optimiser=optimiser, **LIKE), stream).update(300, 301, 450, 600))
    for name, array in other.items():
        assert np.array_equal(one[name], array), name


def test_its_first_update_is_finetune_whatever_it_will_learn(walk, stream):
    """There is no block before it that could teach the transfer."""
    one, other = (model_of(walk(kind(mf(), **LIKE), stream).update(300)) for kind in (SML, Finetune))
    for name, array in other.items():
        assert np.array_equal(one[name], array), name


def test_the_second_block_teaches_the_transfer_with_the_first(walk, stream, monkeypatch):
    one = walk(SML(mf(), multi=3, **LIKE), stream).update(300)
    given, learn = [], one.learner.learn

    def record(events, **how):
        given.append((len(events), one.learner.optimiser is one.transferring))
        learn(events, **how)

    monkeypatch.setattr(one.learner, "learn", record)
    one.reveal(450)
    one.update(one.run.past[300:450])
    assert given == [(100, False), (150, True)] * 3 + [(150, False)]


def test_a_transfer_that_has_learned_answers_otherwise(walk, stream):
    one = walk(SML(mf(), transfer_lr=0.01, **LIKE), stream).update(300, 400)
    users = one.transfers["users.weight"]
    assert not np.array_equal(model_of(one)["users.weight"], users.hat.detach().numpy())
    assert model_of(one)["users.weight"] == pytest.approx(users().detach().numpy(), abs=1e-6)


def test_teaching_the_transfer_moves_neither_what_was_nor_what_training_gave(walk, stream):
    one = walk(SML(mf(), **LIKE), stream).update(300)
    part = one.transfers["items.weight"]
    one.reveal(400)
    block = one.run.past[300:400]
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


def test_a_copy_has_the_same_future(walk, stream, assert_same_state):
    one = walk(SML(mf(), **LIKE), stream)
    one.update(300)
    other = copy.deepcopy(one)
    assert_same_state(one.update(400, 500), other.update(400, 500))


def test_its_state_tells_of_the_transfer(walk, stream):
    one = walk(SML(mf(), **LIKE), stream).update(300, 400)
    assert {"transfer.part.0.before", "transfer.part.0.hat", "transfer.part.0.net.3.weight"} <= one.state().keys()


def test_a_model_without_tables_of_users_or_items_is_refused_when_it_is_built():
    with pytest.raises(FreshmarkError, match="Logistic has no table"):
        SML(Logistic())


@pytest.mark.parametrize(
    "options", [{"multi": -1}, {"hidden": 0}, {"transfer_lr": 0.0}, {"sparse": True}, {"patience": 1}]
)
def test_options_without_a_meaning_are_refused(options):
    with pytest.raises(FreshmarkError):
        SML(mf(), **options)
