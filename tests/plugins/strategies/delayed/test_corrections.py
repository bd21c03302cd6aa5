"""Weights that make the mean of what enters the mean of true labels: in closed form, at every p and q."""

from __future__ import annotations

import numpy as np
import pytest
from freshmark_plugins.strategies.delayed.corrections import (
    MOST,
    calibrated,
    elapsed_weights,
    fake_negative_weights,
    shift_weights,
)
from hypothesis import given
from hypothesis import strategies as st

CHANCES = st.floats(0.01, 0.99)
POSITIVE_LOSS, NEGATIVE_LOSS = 3.0, 0.5
BOTH = np.array([1.0, 0.0])


def true_loss(p):
    return p * POSITIVE_LOSS + (1 - p) * NEGATIVE_LOSS


def entered_loss(p, q, weights, *, repeats=True):
    """The mean weighted loss of what enters: an impression enters once, and again where its click is late."""
    positive, negative = p if repeats else p * (1 - q), 1 - p + p * q
    total = positive * weights[0] * POSITIVE_LOSS + negative * weights[1] * NEGATIVE_LOSS
    return total / (positive + negative)


def real_negative(p, q):
    return (1 - p) / (1 - p + p * q)


@given(p=CHANCES, q=st.floats(0, 1))
def test_fake_negative_weights_are_unbiased(p, q):
    weights = fake_negative_weights(BOTH, np.full(2, p), q)
    assert entered_loss(p, q, weights) == pytest.approx(true_loss(p), rel=1e-9)


@given(p=CHANCES)
def test_where_every_click_is_late_they_are_the_published_ones(p):
    assert fake_negative_weights(BOTH, np.full(2, p), 1.0) == pytest.approx([1 + p, (1 - p) * (1 + p)])


@given(p=CHANCES, q=st.floats(0, 1))
def test_elapsed_weights_are_unbiased_where_the_chances_are_true(p, q):
    weights = elapsed_weights(BOTH, np.full(2, p * q), np.full(2, real_negative(p, q)))
    assert entered_loss(p, q, weights) == pytest.approx(true_loss(p), rel=1e-9)


@given(p=CHANCES, q=st.floats(0, 0.89))
def test_shift_weights_are_unbiased_where_the_chances_are_true(p, q):
    weights = shift_weights(BOTH, np.full(2, 1 - q), np.full(2, real_negative(p, q)))
    assert entered_loss(p, q, weights, repeats=False) == pytest.approx(true_loss(p), rel=1e-9)


@given(p=CHANCES, q=st.floats(0, 1))
def test_calibration_undoes_what_late_clicks_do_to_the_share_of_positives(p, q):
    assert calibrated(np.array([p / (1 + p * q)]), q)[0] == pytest.approx(p, rel=1e-9)


@pytest.mark.parametrize("p", [0.0, 0.3, 1.0])
def test_where_no_click_is_late_nothing_is_corrected(p):
    chance, one = np.full(2, p), np.ones(2)
    assert fake_negative_weights(BOTH, np.array([p, min(p, 0.99)]), 0.0) == pytest.approx(one)
    assert elapsed_weights(BOTH, 0 * chance, one) == pytest.approx(one)
    assert shift_weights(BOTH, one, one) == pytest.approx(one)
    assert calibrated(chance, 0.0) == pytest.approx(np.minimum(chance, MOST))
