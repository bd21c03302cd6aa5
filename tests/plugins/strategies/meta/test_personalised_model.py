"""A model as each user meets it."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from freshmark_plugins.models.ranking.mf import MF
from freshmark_plugins.models.tabular.logistic import Logistic
from freshmark_plugins.strategies.meta.personalised_model import (
    PersonalisedProbabilities,
    PersonalisedScores,
    with_weights,
)


@pytest.fixture
def mf(start_run, stream):
    model = MF(dim=3, scale=1.0)
    model.build(start_run(stream, 200))
    return model


def test_weights_are_worn_and_taken_off_also_when_something_breaks(mf):
    own = mf.users.weight.detach().clone()
    with with_weights(mf, {"users.weight": own + 1}):
        assert torch.equal(mf.users.weight, own + 1)
    assert torch.equal(mf.users.weight, own)
    with pytest.raises(IndexError), with_weights(mf, {"users.weight": own + 1}):
        mf.users(torch.tensor([10**6]))
    assert torch.equal(mf.users.weight, own)


def test_scores_are_those_of_the_model_if_no_user_has_weights(mf, query):
    answer = mf.factors(query([0, 4, 0, 2]))
    scores = PersonalisedScores(mf, lambda user: None).score(query([0, 4, 0, 2]))
    assert scores == pytest.approx(answer.user @ answer.item.T + answer.bias, abs=1e-5)


def test_users_with_weights_are_answered_with_them_and_others_without(mf, query):
    other = {"items.weight": mf.items.weight.detach() * -1}
    plain = PersonalisedScores(mf, lambda user: None).score(query([0, 4, 0, 2]))
    mixed = PersonalisedScores(mf, lambda user: other if user == 0 else None).score(query([0, 4, 0, 2]))
    assert np.array_equal(mixed[[1, 3]], plain[[1, 3]])
    assert mixed[[0, 2]] == pytest.approx(-plain[[0, 2]], abs=1e-5)  # the biases are 0


def test_chances_too(start_run, click_log, query, events):
    stream = click_log()
    model = Logistic(bits=4)
    model.build(start_run(stream, 200))
    some = events(stream, 0, 50)
    asked = query(some.user, item=some.item, features=some.features)
    view = PersonalisedProbabilities(model, lambda user: {"bias": torch.tensor([float(user)])} if user % 2 else None)
    expected = np.where(some.user % 2, 1 / (1 + np.exp(-some.user.astype(float))), 0.5)
    assert view.predict(asked) == pytest.approx(expected)
    assert not hasattr(view, "score")


def test_a_model_that_knows_its_users_still_does(mf):
    assert not hasattr(PersonalisedScores(mf, lambda user: None), "knows")
    mf.knows = lambda query: "yes"
    assert PersonalisedScores(mf, lambda user: None).knows(None) == "yes"
