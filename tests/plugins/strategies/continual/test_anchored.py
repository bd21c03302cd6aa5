"""Springs: what they pull at, how hard, and that new rows are free."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from freshmark_plugins.models.ranking.mf import MF
from freshmark_plugins.strategies.continual.ewc import EWC
from freshmark_plugins.strategies.continual.l2sp import L2SP
from freshmark_plugins.strategies.continual.mas import MAS
from freshmark_plugins.strategies.retraining.finetune import Finetune

LIKE: dict[str, Any] = {"batch": 32, "lr": 0.05, "epochs": 2, "warmup_epochs": 2}
SGD: dict[str, Any] = {**LIKE, "optimiser": "sgd", "lr": 1.0}


def moved(walked, *ends):
    """How far the parameters that were there moved."""
    before = {name: array.copy() for name, array in walked.strategy.model.state().items()}
    after = walked.update(*ends).model.state()
    return {name: np.abs(after[name][: len(array)] - array) for name, array in before.items()}


@pytest.mark.parametrize(("strategy", "stiff"), [(L2SP, 1.0), (EWC, 30.0), (MAS, 1.0)])
def test_the_stiffer_the_springs_the_nearer_everything_stays(walk, stream, strategy, stiff):
    far = [
        sum(part.sum() for part in moved(walk(strategy(MF(dim=4), lam=lam * stiff, **SGD), stream), 400).values())
        for lam in (0.0, 0.1, 1.0)
    ]
    assert far[0] > far[1] > far[2]


def test_rows_that_are_new_move_as_if_there_were_no_springs(walk, stream):
    free, held = (walk(L2SP(MF(dim=4), lam=lam, **SGD), stream) for lam in (0.0, 1.9))
    known = int(stream.item[:200].max()) + 1
    assert known < len(stream.items)
    free, held = (np.abs(one.update(600).model.state()["bias.weight"]) for one in (free, held))
    assert held[known:].mean() > 0.8 * free[known:].mean() > 0


def test_the_pull_of_l2sp_is_half_lambda_times_the_squared_distance(walk, stream):
    strategy = walk(L2SP(MF(dim=4), lam=3.0, **LIKE), stream).strategy
    parameters = dict(strategy.model.named_parameters())
    assert strategy._penalty(None, None).item() == 0.0
    with torch.no_grad():
        parameters["users.weight"][0, 0] += 2.0
        parameters["bias.weight"][1, 0] -= 1.0
    assert strategy._penalty(None, None).item() == pytest.approx(1.5 * (4 + 1), rel=1e-5)


@pytest.mark.parametrize("strategy", [lambda: EWC(MF(dim=4), lam=3.0, **LIKE), lambda: MAS(MF(dim=4), lam=3.0, **LIKE)])
def test_the_pull_of_the_others_is_weighted_by_importance(walk, stream, strategy):
    strategy = walk(strategy(), stream).strategy
    parameters = dict(strategy.model.named_parameters())
    weight = strategy.weight["users.weight"][0, 0].item()
    with torch.no_grad():
        parameters["users.weight"][0, 0] += 2.0
    assert weight > 0
    assert strategy._penalty(None, None).item() == pytest.approx(1.5 * 4 * weight, rel=1e-4)


def test_online_importance_is_the_decayed_sum_of_that_of_each_update(walk, stream):
    def one(gamma, events=200):
        walked = walk(EWC(MF(dim=4), lam=0.0, gamma=gamma, fisher_samples=10**6, **LIKE), stream)
        first = {name: array.clone() for name, array in walked.strategy.weight.items()}
        return first, walked.update(400).weight

    first, newest = one(0.0)
    _, both = one(0.5)
    for name, array in first.items():
        expected = newest[name].clone()
        expected[: len(array)] += 0.5 * array
        assert torch.allclose(both[name], expected, rtol=1e-5, atol=1e-9), name


def test_users_without_events_in_the_last_update_are_not_held_by_ewc(walk, stream):
    strategy = walk(EWC(MF(dim=4), fisher_samples=10**6, **LIKE), stream).update(260)
    absent = np.setdiff1d(np.arange(int(stream.user[:200].max()) + 1), stream.user[200:260])
    assert len(absent)
    assert not strategy.weight["users.weight"].numpy()[absent].any()


def test_the_negatives_of_fisher_are_not_those_of_training(walk, stream):
    """So that asking for importance changes no later training."""
    one = walk(EWC(MF(dim=4), lam=0.0, fisher_samples=3, **LIKE), stream).update(300, 600)
    other = walk(Finetune(MF(dim=4), **LIKE), stream).update(300, 600)
    assert torch.equal(one.learner.draw.get_state(), other.learner.draw.get_state())
