import numpy as np
import pytest
from freshmark.results.latency import percentile_of, samples_needed, too_few


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
