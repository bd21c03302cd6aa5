"""Change points: found where they are planted, and rarely where there are none."""

from __future__ import annotations

import numpy as np
import pytest
from freshmark.results.statistics.change_point import _steps, change_points


def test_the_statistic_is_pettitts():
    values = np.array([3.0, 1.0, 4.0, 1.0, 5.0, 9.0])
    by_hand = [abs(np.sign(values[at:][None, :] - values[:at][:, None]).sum()) for at in range(1, 6)]
    assert _steps(np.sign(values[None, :] - values[:, None])).tolist() == by_hand


@pytest.mark.parametrize("at", [5, 10, 15])
def test_a_step_is_found_where_it_is(at):
    series = np.random.default_rng(at).normal(0, 0.1, 20) + (np.arange(20) >= at)
    assert change_points(series) == [at]


def test_two_steps_are_two_changes():
    series = np.random.default_rng(0).normal(0, 0.05, 36) + np.arange(36) // 12
    assert change_points(series) == [12, 24]


def test_a_series_without_noise_changes_where_it_changes():
    assert change_points(np.repeat([0.25, 0.5], 6)) == [6]
    assert change_points(np.full(30, 0.25)) == []


def test_too_few_runs_and_runs_without_a_value_are_no_change():
    assert change_points(np.array([1.0, 1.0, 9.0, 9.0])) == []
    assert change_points(np.full(9, np.nan)) == []
    series = np.repeat([0.0, 1.0], 7)
    assert change_points(np.insert(series, 3, np.nan)) == [8]


def test_of_series_without_a_change_one_in_a_hundred_has_one():
    rng = np.random.default_rng(2)
    assert sum(bool(change_points(rng.normal(0, 1, 14))) for _ in range(100)) <= 4
