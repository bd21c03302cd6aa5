from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np
import pytest
import torch
from freshmark_plugins.models.ranking.ranking_losses import bpr_max, cross_entropy, logistic
from scipy.special import expit, log_expit, logsumexp, softmax

LOSSES: dict[str, Callable[[torch.Tensor, torch.Tensor], torch.Tensor]] = {
    "logistic": logistic,
    "cross_entropy": cross_entropy,
    "bpr_max": partial(bpr_max, reg=0.7),
}


def drawn(n=6, k=5, seed=0, *, gap=True):
    draw = np.random.default_rng(seed)
    true, others = draw.standard_normal(n), draw.standard_normal((n, k))
    if gap:
        others[draw.random((n, k)) < 0.3] = -np.inf
    return true, others


def computed(loss, true, others):
    return loss(torch.from_numpy(true), torch.from_numpy(others)).numpy()


def test_logistic_is_the_formula():
    true, others = drawn()
    expected = -log_expit(true) - np.array([log_expit(-row[row > -np.inf]).sum() for row in others])
    assert computed(logistic, true, others) == pytest.approx(expected)


def test_cross_entropy_is_the_formula():
    true, others = drawn()
    expected = logsumexp(np.column_stack([true, others]), 1) - true
    assert computed(cross_entropy, true, others) == pytest.approx(expected)


def test_bpr_max_is_the_formula_of_the_paper():
    def elu(s):
        return np.where(s > 0, s, 0.5 * (np.exp(np.minimum(s, 0)) - 1))

    true, others = drawn()
    for row, loss in enumerate(computed(partial(bpr_max, reg=0.7), true, others)):
        rivals = elu(others[row][others[row] > -np.inf])
        weight = softmax(rivals)
        expected = -np.log((weight * expit(elu(true[row]) - rivals)).sum()) + 0.7 * (weight * rivals**2).sum()
        assert loss == pytest.approx(expected)


@pytest.mark.parametrize("name", LOSSES)
def test_one_that_came_itself_counts_nothing_among_the_others(name):
    true, others = drawn(gap=False)
    padded = np.column_stack([others[:, :2], np.full(len(true), -np.inf), others[:, 2:]])
    assert computed(LOSSES[name], true, padded) == pytest.approx(computed(LOSSES[name], true, others))


@pytest.mark.parametrize("name", LOSSES)
def test_gradients_agree_with_differences_and_are_finite_next_to_gaps(name):
    true, others = (torch.from_numpy(part).requires_grad_() for part in drawn(gap=False))
    assert torch.autograd.gradcheck(LOSSES[name], (true, others))
    gaps = torch.zeros(6, 5, dtype=torch.bool)
    gaps[:, 1] = gaps[2] = True
    LOSSES[name](true, others.masked_fill(gaps, -torch.inf)).sum().backward()
    assert torch.isfinite(true.grad).all()
    assert torch.isfinite(others.grad).all()
    assert not others.grad[gaps].any()


@pytest.mark.parametrize("name", LOSSES)
def test_large_scores_overflow_nothing(name):
    true, others = np.array([80.0, -80.0]), np.array([[-80.0, 0.0], [80.0, 80.0]])
    assert np.isfinite(computed(LOSSES[name], true, others)).all()
