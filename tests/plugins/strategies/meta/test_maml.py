"""MAML and FOMAML over models: what they are equal to, and what answers."""

from __future__ import annotations

import copy
from typing import Any, ClassVar

import numpy as np
import pytest
import torch
from freshmark.contract.arrays import Task
from freshmark_plugins.models.context_free import ContextFree
from freshmark_plugins.models.tabular.logistic import Logistic
from freshmark_plugins.strategies.meta.maml import FOMAML, MAML
from freshmark_plugins.training.embedding_table import EmbeddingTable

BOTH = [MAML, FOMAML]


class Linear(ContextFree):
    """A loss that is linear in its one table: it has no second derivatives."""

    tasks: ClassVar[frozenset[Task]] = frozenset({"rank"})

    def build(self, run):
        self.items = EmbeddingTable(2, scale=1.0, seed=(run.seed,))
        self.grow(run.users, run.items)

    def grow(self, users, items):
        self.items.grow(items)

    def loss(self, events, draw):
        return -(1.0 + torch.from_numpy(events.user % 3)) * self.items(torch.from_numpy(events.item)).sum(1)

    def score(self, query):
        return np.tile(self.items.weight.detach().sum(1).numpy(), (len(query), 1))

    def state(self):
        return {"items": self.items.weight.numpy(force=True)}


def test_where_second_derivatives_vanish_both_are_one(walk, stream, assert_same_state):
    like: dict[str, Any] = {"optimiser": "sgd", "lr": 0.1, "batch": 32, "inner_lr": 0.3}
    one, other = (walk(strategy(Linear(), **like), stream).update(300, 600) for strategy in BOTH)
    assert_same_state(one, other)


@pytest.mark.parametrize("strategy", BOTH)
def test_it_answers_after_a_step_on_the_last_batch_and_trains_from_before_it(walk, click_log, events, strategy):
    stream = click_log()
    one = walk(strategy(Logistic(bits=5), batch=50, inner_lr=0.7), stream).update(300)
    last = events(stream, 250, 300)
    begin, served = one.begin["linear"].clone(), one.model.linear.detach().clone()
    with torch.no_grad():
        one.load(one.begin)
    one.model.zero_grad()
    one.model.loss(last, one.draw).mean().backward()
    assert served == pytest.approx(begin - 0.7 * one.model.linear.grad, abs=1e-6)


@pytest.mark.parametrize("strategy", BOTH)
def test_what_answers_is_no_place_to_train_from(walk, click_log, strategy):
    """Putting other numbers into the served weights changes nothing of the next update."""
    one = walk(strategy(Logistic(bits=5), batch=50), click_log())
    other = copy.deepcopy(one)
    with torch.no_grad():
        other.strategy.model.linear.fill_(99.0)
    assert np.array_equal(one.update(400).begin["linear"], other.update(400).begin["linear"])
