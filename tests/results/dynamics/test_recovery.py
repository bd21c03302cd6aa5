"""Recovery on courses that were planted."""

from __future__ import annotations

import numpy as np
import pytest
from freshmark.results.dynamics.recovery import BAND, course, courses

FINE = [1.0] * 6


def levels(*parts):
    return np.array([one for part in parts for one in part], np.float64)


def test_a_dip_lasts_until_two_windows_have_recovered():
    found = course(levels(FINE, [0.5, 0.7, 0.95, 0.98, 1.0]), 6, 1, 11)
    assert (found.before, found.band, found.lowest) == (1.0, BAND, 0.5)
    assert (found.felt, found.recovered) == (6, 8)


def test_one_good_window_is_not_recovery():
    found = course(levels(FINE, [0.5, 1.0, 0.5, 0.95, 1.0]), 6, 1, 11)
    assert found.recovered == 9


def test_a_loss_within_the_band_is_not_felt():
    found = course(levels(FINE, [0.95, 0.92, 1.0]), 6, 1, 9)
    assert np.isnan(found.felt)
    assert np.isnan(found.recovered)
    assert found.lowest == 0.92


def test_without_recovery_it_is_infinite():
    assert course(levels(FINE, [0.5] * 4), 6, 1, 10).recovered == np.inf


def test_the_last_window_needs_no_second_one():
    assert course(levels(FINE, [0.5, 1.0]), 6, 1, 8).recovered == 7


def test_windows_that_vary_widen_the_band():
    found = course(levels([0.9, 1.1, 0.9, 1.1, 1.0], [0.75, 1.0, 1.0]), 5, 0, 8)
    # Steps of 0.2, 0.2, 0.2 and 0.1: their mean square is 0.0325, half of it the variance of a window.
    assert found.band == pytest.approx(2 * np.sqrt(0.0325 / 2))
    assert np.isnan(found.felt)


def test_a_trend_does_not_widen_it():
    assert course(levels([0.92, 0.94, 0.96, 0.98, 1.0], [0.5]), 5, 0, 6).band == BAND


def test_noisy_windows_give_no_recovery():
    found = course(levels([0.0, 5.0, 0.0, 0.1, 0.0], [0.0, 0.0]), 5, 0, 7)
    assert found.band > 1
    assert np.isnan(found.felt)


def test_without_windows_before_levels_are_nan():
    assert np.isnan(course(levels(FINE), 0, 0, 6).before)


def test_windows_without_events_are_skipped():
    found = course(levels(FINE, [np.nan, 0.5, np.nan, 1.0, 1.0]), 6, 1, 11)
    assert (found.felt, found.lowest) == (7, 0.5)


def test_each_drift_is_judged_by_its_own_windows():
    line = levels(FINE, [0.5, 0.6, 0.7], [0.3, 0.8, 0.8])
    first, second = courses(line, np.array([6, 9]))
    assert (first.before, first.felt, first.recovered) == (1.0, 6, np.inf)
    # Before the second are only the windows after the first: 0.6 and 0.7 of 7 and 8.
    assert second.before == pytest.approx(0.65)
    assert (second.felt, second.recovered) == (9, 10)
