"""Herding against its definition, worked out by trying every event at every step."""

from __future__ import annotations

import numpy as np
import pytest
from freshmark_plugins.training.herding import PATIENCE, herd
from hypothesis import given
from hypothesis import strategies as st


def by_trying_all(vectors, count):
    """At each step the event, chosen before or not, that brings the sum nearest to as many times the mean."""
    unit = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    mean, total, chosen = unit.mean(0), np.zeros(unit.shape[1]), []
    for step in range(1, int(PATIENCE * count) + 1):
        apart = [np.linalg.norm(step * mean - (total + one)) for one in unit]
        best = int(np.argmin(np.round(apart, 12)))
        total += unit[best]
        if best not in chosen:
            chosen.append(best)
        if len(chosen) == count:
            break
    return sorted(chosen)


@pytest.mark.parametrize("seed", range(20))
@pytest.mark.parametrize("count", [1, 2, 5])
def test_each_step_brings_the_mean_as_near_as_one_event_can(seed, count):
    vectors = np.random.default_rng(seed).standard_normal((9, 3))
    assert herd(vectors, count).tolist() == by_trying_all(vectors, count)


@given(n=st.integers(0, 12), count=st.integers(0, 15))
def test_rows_differ_and_are_no_more_than_wanted(n, count):
    rows = herd(np.random.default_rng(n).standard_normal((n, 3)), count)
    assert rows.tolist() == sorted(set(rows.tolist()))
    assert len(rows) <= min(n, count)


def test_chosen_events_stand_for_all_better_than_chance():
    draw = np.random.default_rng(0)
    vectors = draw.standard_normal((200, 8)) + 1.0
    unit = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)

    def apart(rows):
        return np.linalg.norm(unit[rows].mean(0) - unit.mean(0))

    by_chance = [apart(draw.choice(200, 10, replace=False)) for _ in range(200)]
    assert apart(herd(vectors, 10)) < np.quantile(by_chance, 0.05)
