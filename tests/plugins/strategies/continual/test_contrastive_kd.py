"""Contrastive distillation against the formula in numpy, with its gradient."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from freshmark_plugins.histories.recency_lists import RecencyLists
from freshmark_plugins.models.ranking.mf import MF
from freshmark_plugins.strategies.continual.contrastive_kd import ContrastiveKD
from freshmark_plugins.strategies.retraining.finetune import Finetune

LIKE: dict[str, Any] = {"batch": 32, "lr": 0.05, "epochs": 2, "warmup_epochs": 2}


def formula(codes, before, others, neighbours, tau):
    total, distinct = 0.0, sorted(set(codes))
    for code in distinct:
        logits = before[code] @ others.T / tau
        logs = logits - np.log(np.exp(logits).sum())
        near = neighbours.get(code, [])
        total -= np.mean([logs[one] for one in near]) if near else 0.0
    return total / len(distinct)


@pytest.fixture
def near():
    histories = RecencyLists(3)
    histories.append(np.array([0, 0, 2, 2, 2, 2]), np.array([1, 4, 0, 1, 2, 3]))
    return histories, {0: [1, 4], 2: [1, 2, 3]}


def test_it_is_the_mean_over_users_of_the_mean_over_neighbours(near):
    histories, neighbours = near
    draw = np.random.default_rng(0)
    before, others = draw.standard_normal((4, 3)), draw.standard_normal((5, 3))
    codes = np.array([2, 0, 0, 3, 2])
    found = ContrastiveKD(MF(), tau=2.0)._distance(codes, torch.tensor(before), torch.tensor(others), histories)
    assert found.item() == pytest.approx(formula(codes.tolist(), before, others, neighbours, 2.0), rel=1e-6)


def test_neighbours_are_those_before_the_update(walk, stream):
    walked = walk(ContrastiveKD(MF(dim=4), neighbours=3, **LIKE), stream)
    user = int(stream.user[0])

    def newest(end):
        had = stream.item[:end][stream.user[:end] == user][::-1].tolist()
        return list(dict.fromkeys(had))[:3]

    assert walked.strategy.items_of.of(user) == newest(200)
    assert walked.update(600).items_of.of(user) == newest(600)


def test_users_stay_nearer_to_the_items_that_they_had(walk, stream):
    def likelihood(strategy):
        walked = walk(strategy, stream)
        user, item = stream.user[:200], stream.item[:200]
        users, items = (vectors.detach().numpy() for vectors in walked.update(400, 600).model.vectors())
        logits = users[user] @ items[: int(item.max()) + 1].T
        return (logits[np.arange(200), item] - np.log(np.exp(logits).sum(1))).mean()

    assert likelihood(ContrastiveKD(MF(dim=8), lam=5.0, **LIKE)) > likelihood(Finetune(MF(dim=8), **LIKE))
