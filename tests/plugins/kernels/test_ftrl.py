"""Held against the formulas of the paper, written out."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from freshmark_plugins.kernels.ftrl import FTRL

OPTIONS = {"beta": 1.0, "l1": 0.0, "l2": 1.0}


def written_out(gradient, start, *, steps, lr, beta, l1, l2):
    """Algorithm 1 with a loss whose gradient is a function of w, in float64."""
    w, n = start.copy(), np.zeros_like(start)
    z = -(w * (beta / lr + l2) + np.sign(w) * l1)
    for _ in range(steps):
        g = gradient(w)
        sigma = (np.sqrt(n + g**2) - np.sqrt(n)) / lr
        z, n = z + g - sigma * w, n + g**2
        w = np.where(np.abs(z) <= l1, 0.0, -(z - np.sign(z) * l1) / ((beta + np.sqrt(n)) / lr + l2))
    return w


def ours(loss, start, *, steps, **options):
    weight = torch.nn.Parameter(torch.tensor(start))
    optimiser = FTRL([weight], **options)
    for _ in range(steps):
        optimiser.zero_grad()
        loss(weight).backward()
        optimiser.step()
    return weight.detach().numpy()


@pytest.mark.parametrize("start", [np.zeros(4), np.array([0.5, -2.0, 0.0, 3.0])])
@pytest.mark.parametrize("options", [{}, {"l1": 0.3}, {"l2": 0.0}, {"beta": 0.1, "l1": 1.0, "l2": 2.0}])
def test_it_is_the_algorithm_of_the_paper(start, options):
    goal = np.array([1.0, -1.0, 0.05, 2.0])
    settings = {**OPTIONS, **options, "lr": 0.2}
    found = ours(lambda w: ((w - torch.tensor(goal)) ** 2).sum() / 2, start, steps=30, **settings)
    assert found == pytest.approx(written_out(lambda w: w - goal, start, steps=30, **settings), abs=1e-12)


def test_l1_makes_weights_exactly_zero_where_the_gradient_is_small():
    goal = torch.tensor([1.0, 0.01])
    found = ours(lambda w: ((w - goal) ** 2).sum(), np.zeros(2, np.float32), steps=50, lr=0.5, l1=2.0)
    assert found[1] == 0.0
    assert found[0] > 0.2


def test_a_parameter_without_a_gradient_is_left_alone():
    one, other = torch.nn.Parameter(torch.ones(2)), torch.nn.Parameter(torch.ones(2))
    optimiser = FTRL([one, other], lr=0.1)
    one.sum().backward()
    optimiser.step()
    assert other.tolist() == [1.0, 1.0]
    assert one.tolist() != [1.0, 1.0]
    assert other not in optimiser.state
