"""When things happen: hours, days, whole seconds."""

from __future__ import annotations

import numpy as np
import pytest
from freshmark_datasets.simulators.draws import Draws
from freshmark_datasets.simulators.rhythm import BY_DAY, BY_HOUR, DAY, HOUR, START, rate, times

WEEKS = 8


@pytest.fixture(scope="module")
def moments():
    return times(Draws(0), 200_000, span_days=7 * WEEKS, diurnal=1.0, weekly=1.0)


def test_times_are_whole_seconds_in_order_within_the_span(moments):
    assert moments.dtype == np.int64
    assert (np.diff(moments) >= 0).all()
    assert moments[0] >= 0
    assert moments[-1] < 7 * WEEKS * DAY


def test_simulated_time_starts_on_a_monday_at_midnight():
    start = np.datetime64(START, "s")
    assert str(start) == "2024-01-01T00:00:00"
    assert start.astype("datetime64[D]").item().weekday() == 0


def test_ties_are_as_frequent_as_whole_seconds_make_them(moments):
    seconds = 7 * WEEKS * DAY
    share = np.count_nonzero(np.diff(moments) == 0) / len(moments)
    relative = rate(7 * 24, 1.0, 1.0)
    # of k events in a second k − 1 are ties: about λ²/2 a second, λ/2 an event
    expected = len(moments) / seconds * np.mean(relative**2) / np.mean(relative) ** 2 / 2
    assert share == pytest.approx(expected, rel=0.05)


def test_each_hour_of_the_day_gets_its_share(moments):
    counts = np.bincount(moments % DAY // HOUR, minlength=24) / len(moments)
    np.testing.assert_allclose(counts, BY_HOUR / BY_HOUR.sum(), atol=0.002)
    assert counts.argmax() == 20
    assert counts.max() > 5 * counts.min()


def test_each_day_of_the_week_gets_its_share(moments):
    counts = np.bincount(moments // DAY % 7, minlength=7) / len(moments)
    np.testing.assert_allclose(counts, BY_DAY / BY_DAY.sum(), atol=0.004)
    assert counts.argmax() == 5


def test_the_tables_have_mean_one_so_that_strength_leaves_the_mean_rate_alone():
    assert BY_HOUR.mean() == pytest.approx(1.0)
    assert BY_DAY.mean() == pytest.approx(1.0)


def test_without_a_day_and_a_week_the_rate_is_constant():
    moments = times(Draws(0), 100_000, span_days=28, diurnal=0.0, weekly=0.0)
    counts = np.bincount(moments // DAY, minlength=28)
    assert ((counts - counts.mean()) ** 2 / counts.mean()).sum() < 27 + 5 * np.sqrt(54)
    assert (rate(100, 0.0, 0.0) == 1.0).all()


def test_half_a_strength_halves_the_swing():
    np.testing.assert_allclose(rate(24, 0.5, 0.0) - 1.0, (rate(24, 1.0, 0.0) - 1.0) / 2)


def test_a_span_that_ends_within_an_hour_is_filled_to_its_end_and_not_beyond():
    moments = times(Draws(0), 10_000, span_days=0.1, diurnal=1.0, weekly=1.0)
    assert 0.099 * DAY < moments[-1] < 0.1 * DAY
