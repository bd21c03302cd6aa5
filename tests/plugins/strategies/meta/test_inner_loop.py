"""Gradients through steps of gradient descent, held against differences and against what is known in closed form."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from freshmark import Events
from freshmark.errors import UsageError
from freshmark_plugins.strategies.meta.inner_loop import InnerLoop, adapted_parameters
from freshmark_plugins.training.embedding_table import EmbeddingTable
from torch import nn

DRAW = torch.Generator()


class Poly(nn.Module):
    """loss = (y − w · x)^power: its second derivative vanishes for power 1 only."""

    def __init__(self, power, start=(0.3, -0.2)):
        super().__init__()
        self.power = power
        self.w = nn.Parameter(torch.tensor(start, dtype=torch.float64))

    def loss(self, events, draw):
        x = torch.from_numpy(events.features["x"])
        return (torch.from_numpy(events.label) - x @ self.w) ** self.power


def events(seed, n=5):
    draw = np.random.default_rng(seed)
    code = np.zeros(n, np.int64)
    return Events(np.arange(n), code, code, draw.standard_normal(n), {"x": draw.standard_normal((n, 2))})


SUPPORT, QUERY = events(1), events(2)


def query_loss(model, *, lr=0.1, steps=1, second_order=True):
    rule = InnerLoop(model, lr=lr, steps=steps, second_order=second_order)
    weights = dict(model.named_parameters())
    return rule.loss(QUERY, DRAW, rule.adapted(SUPPORT, DRAW, weights)).mean()


def gradient(model, **how):
    return torch.autograd.grad(query_loss(model, **how), [model.w])[0]


@pytest.mark.parametrize("power", [2, 3, 4])
@pytest.mark.parametrize("steps", [1, 2, 3])
def test_the_gradient_through_the_steps_is_that_of_finite_differences(power, steps):
    model, step = Poly(power), 1e-6
    found = gradient(model, steps=steps)
    for place in range(2):
        ends = []
        for sign in (1, -1):
            other = Poly(power)
            other.w.data[place] += sign * step
            ends.append(query_loss(other, steps=steps).item())
        assert found[place].item() == pytest.approx((ends[0] - ends[1]) / (2 * step), rel=1e-5, abs=1e-8)


def test_of_a_square_the_gradient_is_known():
    """θ' = θ − α H (θ − m), so that dL/dθ = (I − α H) ∇L(θ')."""
    model = Poly(2)
    x = torch.from_numpy(SUPPORT.features["x"])
    hessian = 2 * x.T @ x / len(x)
    first = gradient(model, second_order=False)
    expected = (torch.eye(2, dtype=torch.float64) - 0.1 * hessian) @ first
    assert gradient(model) == pytest.approx(expected, rel=1e-10)


def test_adapting_leaves_the_model_as_it_was():
    model = Poly(2)
    gradient(model)
    assert model.w.tolist() == [0.3, -0.2]
    assert model.w.grad is None


def test_weights_that_a_loss_does_not_use_stay():
    model = Poly(2)
    model.idle = nn.Parameter(torch.ones(2, dtype=torch.float64))
    rule = InnerLoop(model, lr=0.1, steps=1, second_order=True)
    adapted = rule.adapted(SUPPORT, DRAW, dict(model.named_parameters()))
    assert adapted["idle"] is model.idle
    assert not torch.equal(adapted["w"], model.w)


class Tabled(nn.Module):
    """A table, and a layer beside it."""

    def __init__(self):
        super().__init__()
        self.users = EmbeddingTable(2, scale=0.1, seed=(0, 1))
        self.out = nn.Linear(2, 1)


def test_all_but_tables_are_adapted_unless_parts_are_named():
    assert adapted_parameters(Tabled(), [], "melu") == ["out.weight", "out.bias"]
    assert adapted_parameters(Tabled(), ["users"], "melu") == ["users.weight"]


def test_a_part_that_is_not_there_and_a_model_of_tables_alone_are_refused():
    with pytest.raises(UsageError, match="no part 'heads' of Tabled that melu adapts"):
        adapted_parameters(Tabled(), ["heads"], "melu")
    with pytest.raises(UsageError, match="EmbeddingTable has only tables"):
        adapted_parameters(EmbeddingTable(2, scale=0.1, seed=(0, 1)), [], "melu")
