import numpy as np
import pytest
from freshmark.results.metrics.latency import interval_of, percentile_of, samples_needed, too_few


@pytest.mark.parametrize(("percentile", "samples"), [(50, 7), (95, 90), (99, 459), (99.9, 4603)])
def test_a_percentile_needs_samples_beyond_it(percentile, samples):
    assert samples_needed(percentile) == samples
    assert 1 - (percentile / 100) ** samples >= 0.99
    assert 1 - (percentile / 100) ** (samples - 1) < 0.99


def test_no_p99_below_459_samples():
    assert np.isnan(percentile_of(np.ones(458), 99))
    assert percentile_of(np.ones(459), 99) == 1.0


def test_a_percentile_is_one_of_the_samples():
    durations = np.arange(1, 1001) / 1000
    assert percentile_of(durations, 50) == 0.5
    assert percentile_of(durations, 99) == 0.99


def test_why_there_is_no_percentile():
    assert too_few(18, 99) == "p99 needs 459 samples, there are 18"
    assert too_few(459, 99) == ""


def test_an_interval_of_a_percentile_holds_it_95_times_in_100():
    rng = np.random.default_rng(0)
    draws = rng.lognormal(0, 1, (2000, 800))
    truth = np.exp(2.3263478740408408)  # of p99
    low, high = np.array([interval_of(one, 99) for one in draws]).T
    assert 0.93 <= np.mean((low <= truth) & (truth <= high)) <= 0.99


def test_an_interval_of_a_percentile_is_between_two_samples_and_around_it():
    durations = np.random.default_rng(1).exponential(1, 1000)
    low, high = interval_of(durations, 99)
    assert low in durations
    assert high in durations
    assert low <= percentile_of(durations, 99) <= high


def test_too_few_samples_have_no_interval_either():
    assert np.isnan(interval_of(np.ones(458), 99)).all()
    assert interval_of(np.ones(459), 99) == (1.0, 1.0)
