"""Two further models that learn how late clicks are."""

from __future__ import annotations

import numpy as np
import pytest
from freshmark import Events
from freshmark_plugins.delays import Delays, chances
from freshmark_plugins.impressions import Entries
from freshmark_plugins.learner import Learner
from freshmark_plugins.models.logistic import Logistic

NONE = np.zeros(0)


def told(n, seed=0):
    """Impressions told of: x < 0 is clicked late, or not at all; x > 0 is clicked in time, or not at all."""
    draw = np.random.default_rng(seed)
    x = np.where(np.arange(n) % 2, 1.0, -1.0).astype(np.float32)[:, None] * np.ones((1, 2), np.float32)
    label = (draw.random(n) < 0.5).astype(float)
    code = np.zeros(n, np.int64)
    some = Events(np.arange(n), code, code, label, {"x": x})
    return Entries(some[:0], np.zeros(0, bool), some, (x[:, 0] < 0))


@pytest.fixture
def started(start_run, click_log):
    def start(*, repeats):
        delays = Delays(Learner(Logistic(bits=4), optimiser="adam", lr=0.05, batch=64), repeats=repeats)
        delays.start(start_run(click_log(), 200))
        for seed in range(3):
            delays.learn(told(400, seed), epochs=5)
        return delays

    return start


LATE, SOON = slice(0, None, 2), slice(1, None, 2)


def test_esdfm_learns_who_clicks_late_and_what_is_no_negative(started):
    delays, some = started(repeats=True), told(10).told
    late, negative = chances(delays.first, some), chances(delays.negative, some)
    assert late[LATE] == pytest.approx(0.5, abs=0.1)
    assert late[SOON] == pytest.approx(0.0, abs=0.1)
    assert negative[LATE] == pytest.approx(0.5, abs=0.1)
    weights = delays.weights(some, np.array([1.0, 0.0] * 5))
    assert weights[LATE] == pytest.approx(1.5, abs=0.1)


def test_fsiw_learns_who_clicks_in_time(started):
    delays, some = started(repeats=False), told(10).told
    in_time = chances(delays.first, some)
    assert in_time[LATE] == pytest.approx(0.0, abs=0.1)
    assert in_time[SOON] == pytest.approx(1.0, abs=0.1)
    assert delays.weights(some, np.ones(10))[SOON] == pytest.approx(1.0, abs=0.1)


def test_both_models_are_apart_and_told_in_the_state(started):
    delays = started(repeats=True)
    assert delays.first.model is not delays.negative.model
    assert {"delays.first.bias", "delays.negative.bias"} <= delays.state().keys()


def test_labels_of_what_was_told_are_left_as_they_are(start_run, click_log):
    delays = Delays(Learner(Logistic(bits=4)), repeats=False)
    delays.start(start_run(click_log(), 200))
    entries = told(20)
    before = entries.told.label.copy()
    delays.learn(entries, epochs=1)
    assert np.array_equal(entries.told.label, before)
